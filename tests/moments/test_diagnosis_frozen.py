"""Layers that are kept in evaluation mode while others train, and layers that are called several times a batch."""

import copy

import pytest
import torch
from torch import nn

from hearsay.moments import diagnose
from hearsay.moments.diagnosis import BROKEN, FINE, FROZEN, NEVER, STALE
from tests.moments.test_diagnosis import images, made, passed, verdicts


def rate(net, batches):
    """Pass batches in the modes that the layers have."""
    with torch.no_grad():
        for batch in batches:
            net(batch)
    return net


def tuned(seed=0):
    """A net whose first layer was frozen after one set of images, and whose second then saw another."""
    net = passed(made(seed=seed), images(100, seed=1))
    net[1].eval()
    return rate(net, images(100, seed=2, shift=4.0)), images(30, seed=3, shift=4.0)


@pytest.mark.parametrize("seed", range(3))
def test_a_frozen_layer_is_no_reason_to_call_the_next_stale(seed):
    net, loader = tuned(seed)
    first, second = diagnose(net, loader)
    assert (first.verdict, second.verdict) == (FROZEN, FINE)
    with torch.no_grad():
        reached = torch.cat([net[3](net[2](net[1](net[0](batch)))) for batch in loader])
    mean = (net[4].running_mean - reached.mean((0, 2, 3))) / (reached.var((0, 2, 3)) + net[4].eps).sqrt()
    assert second.mean_error == pytest.approx(float(mean.square().mean().sqrt()), rel=0.02)
    assert first.mean_error > first.mean_limit and "kept on purpose; if not, put it in training mode" in first.remedy


def test_in_evaluation_mode_a_frozen_layer_cannot_be_told_and_that_is_said():
    net, loader = tuned()
    hint = "ask again with the model as you train it"
    assert hint not in str(diagnose(net, loader))
    net.eval()
    rows = diagnose(net, loader)
    assert rows[0].verdict == STALE and hint in str(rows)
    fine = passed(made(), loader).eval()
    assert hint not in str(diagnose(fine, loader))


def test_what_is_stale_behind_a_frozen_layer_is_stale_and_update_bn_is_not_advised():
    net, loader = tuned()
    net[4].running_mean += 2
    rows = diagnose(net, loader)
    assert [row.verdict for row in rows] == [FROZEN, STALE] and "update_bn" not in str(rows)
    assert "with this layer in training mode and the frozen ones in evaluation mode" in rows[1].remedy
    frozen = net[1].running_mean.clone()
    rate(net, [batch for batch in loader for _ in range(2)])  # the remedy helps
    assert verdicts(net, loader) == [FROZEN, FINE] and torch.equal(net[1].running_mean, frozen)
    net[4].reset_running_stats()
    assert verdicts(net, loader) == [FROZEN, NEVER] and "update_bn" not in str(diagnose(net, loader))
    net[4].running_var.fill_(torch.nan)
    assert verdicts(net, loader) == [FROZEN, BROKEN] and "update_bn" not in str(diagnose(net, loader))


def test_a_model_in_evaluation_mode_as_a_whole_has_nothing_frozen():
    net, loader = tuned()
    assert verdicts(net.eval(), loader) == verdicts(net.train(), loader) == [STALE, STALE]


def test_a_model_that_keeps_layers_frozen_in_a_train_of_its_own_gets_the_same_answer_in_any_mode():
    class Kept(nn.Sequential):
        def train(self, mode=True):
            super().train(mode)
            self[1].eval()
            return self

    net, loader = tuned()
    net = Kept(*net)
    assert list(diagnose(net.train(), loader)) == list(diagnose(net.eval(), loader))
    assert verdicts(net, loader) == [FROZEN, FINE]


def test_a_head_that_trains_alone_leaves_all_frozen_and_other_layers_have_the_modes_of_training_too():
    net = nn.Sequential(nn.Dropout(0.9), passed(made(), images(100, seed=1)), nn.Linear(3, 2))
    net.eval()
    net[2].train()
    rows = diagnose(net, images())
    # with dropout in training mode the errors would be large
    assert {row.verdict for row in rows} == {FROZEN} and all(row.mean_error < row.mean_limit for row in rows)
    assert rows.outputs.own == 0
    net[1][1].reset_running_stats()
    assert diagnose(net, images())[0].remedy.startswith("its statistics are the initial ones; it is in evaluation mode")


class Branches(nn.Module):
    """One module for an anchor and two branches whose images are darker."""

    def __init__(self, momentum, seed=0, shift=-2.0):
        super().__init__()
        self.net, self.shift = made(momentum, seed), shift

    def forward(self, x):
        return self.net(x), self.net(x.flip(0) + self.shift), self.net(x.roll(1, 0) + self.shift)


def many(batches, seed, shift=1.0):
    """Batches so large that one lies near another."""
    return images(batches, 64, seed, shift)


@pytest.mark.parametrize("momentum", [0.1, 0.3, None])
def test_a_module_that_is_called_for_each_branch_is_not_stale_and_leans_to_the_last_call(momentum):
    for seed in range(3):
        net = passed(Branches(momentum, seed), many(100, seed=10 + seed))
        rows = diagnose(net, many(30, seed=20 + seed))
        assert [row.verdict for row in rows] == [FINE, FINE]
        if momentum is None:  # all calls count alike
            assert not rows[0].remedy and rows[0].mean_error < rows[0].mean_limit
    if momentum == 0.3:
        assert rows[0].mean_error > rows[0].mean_limit
        assert rows[0].remedy.startswith("called 3 times a batch: the moving average leans to the last call, by 0.")
        torch.optim.swa_utils.update_bn(many(100, seed=10), net)
        assert not any(row.remedy for row in diagnose(net, many(30, seed=20)))


def test_calls_weigh_as_the_moving_average_weighs_them():
    net, loader = Branches(0.3, shift=-3.0), many(30, seed=1)
    trained = passed(copy.deepcopy(net), loader * 3)
    lean = float(diagnose(trained, loader)[0].remedy.split(", by ")[1].split()[0])
    with torch.no_grad():
        anchors = torch.stack([net.net[0](batch).mean((0, 2, 3)) for batch in loader]).mean(0)
        others = torch.stack([net.net[0](batch - 3).mean((0, 2, 3)) for batch in loader]).mean(0)
        torch.optim.swa_utils.update_bn(loader, net)
    weight = 0.3 * 0.7**2 / (1 - 0.7**3)  # of the first of three calls
    apart = (weight - 1 / 3) * (anchors - others) / (net.net[1].running_var + net.net[1].eps).sqrt()
    assert lean == pytest.approx(float(apart.square().mean().sqrt()), rel=0.05)


@pytest.mark.parametrize("plant", ["other weights", "other data", "few updates", "the first call alone"])
def test_what_is_stale_is_stale_however_often_it_is_called(plant):
    for seed in range(3):
        net, loader = Branches(0.3, seed), many(30, seed=20 + seed)
        shift = 4.0 if plant == "other data" else 1.0
        if plant == "few updates":
            net.net[1].momentum = net.net[4].momentum = 0.01
        if plant == "the first call alone":
            passed(net.net, many(100, seed=10 + seed))
        else:
            passed(net, many(3 if plant == "few updates" else 100, seed=10 + seed, shift=shift))
        if plant == "other weights":
            with torch.no_grad():
                net.net[0].weight *= 2
        rows = diagnose(net, loader)
        assert rows[0].verdict == STALE
        why = "is the initial value" if plant == "few updates" else "the weights have changed since, or training saw"
        assert why in rows[0].remedy and "leans" not in rows[0].remedy
