"""Never updated, stale and fine are told apart, at the level that is promised, and the model stays as it was."""

import copy
import doctest
import random
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import hearsay.moments
from hearsay.errors import HearsayError
from hearsay.moments import diagnose
from hearsay.moments.diagnosis import BROKEN, FINE, NEVER, NONE, NOT_REACHED, STALE
from hearsay.moments.diagnosis_limits import relative_errors
from hearsay.vision import statistics


def made(momentum=0.1, seed=0, norm=nn.BatchNorm2d):
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 6, 3, 2), norm(6, momentum=momentum), nn.ReLU(), nn.Conv2d(6, 5, 3), norm(5, momentum=momentum),
        nn.Flatten(), nn.Linear(5, 3),
    )  # fmt: skip


def images(batches=30, size=8, seed=0, shift=1.0):
    drawn = torch.Generator().manual_seed(seed)
    # images differ in brightness and contrast, so that batches do
    light = torch.randn(batches, size, 2, 1, 1, generator=drawn)
    noise = torch.randn(batches, size, 1, 7, 7, generator=drawn)
    return list(shift + light[:, :, :1] * 0.5 + noise * (0.3 * light[:, :, 1:]).exp())


def passed(net, batches):
    with torch.no_grad():
        for batch in batches:
            net.train()(batch)
    return net


def verdicts(net, loader, **how):
    return [row.verdict for row in diagnose(net, loader, **how)]


def test_the_three_verdicts():
    net, loader = made(), images()
    assert verdicts(net, loader) == [NEVER, NEVER]
    assert verdicts(passed(net, loader[:3]), loader) == [STALE, STALE]
    assert verdicts(passed(net, images(100, seed=1)), loader) == [FINE, FINE]


def test_errors_are_those_of_a_full_pass_by_update_bn():
    net, loader = passed(made(), images(5, seed=1)), images()
    truth = statistics.full_pass(net, loader)
    expected = statistics.errors(net, statistics.moments(net), truth)
    for row in diagnose(net, loader):
        assert (row.mean_error, row.variance_error) == pytest.approx(expected[row.layer], rel=1e-4)


def test_what_the_outputs_come_to():
    net, loader = passed(made(), images(5, seed=1)), images()
    truth = statistics.full_pass(net, loader)
    with torch.no_grad():
        own, trained = net.eval()(loader[0]), copy.deepcopy(net).train()(loader[0])
        with statistics.using(net, truth):
            best = net(loader[0])
    found = diagnose(net, loader).outputs
    assert found.own == pytest.approx(float((own - best).norm() / best.norm()), rel=1e-4)
    assert found.batch == pytest.approx(float((trained - best).norm() / best.norm()), rel=1e-4)


def test_false_alarms_are_no_more_than_promised():
    """At momentum 1 a layer has the statistics of one more batch: what the limit is for. 100 models, level .1."""
    alarms = 0
    for k in range(100):
        *loader, one = images(21, 4, seed=1000 + k)
        alarms += STALE in verdicts(passed(made(1.0, seed=k), [one]), loader, alpha=0.1)
    assert 1 <= alarms <= 18  # .1 of 100 is 10; the limit is on the safe side


def test_a_trained_model_whose_rate_has_come_down_raises_no_alarm():
    alarms = 0
    for k in range(5):
        net, target = made(seed=k), torch.arange(8) % 3
        optimiser = torch.optim.SGD(net.parameters(), 0.05, momentum=0.9)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, 80)
        for batch in images(80, seed=k):
            optimiser.zero_grad()
            nn.functional.cross_entropy(net(batch), target).backward()
            optimiser.step()
            schedule.step()
        alarms += STALE in verdicts(net, images(20, seed=100 + k))
    assert alarms == 0  # moving averages are nearer than one batch


@pytest.mark.parametrize("plant", ["decay .999", "other weights", "one layer", "variances alone", "other data"])
def test_planted_staleness_is_found(plant):
    found = 0
    for k in range(10):
        net, loader = made(0.001 if plant == "decay .999" else 0.1, seed=k), images(20, seed=k)
        passed(net, images(100, seed=100 + k, shift=3.0 if plant == "other data" else 1.0))
        if plant == "other weights":
            with torch.no_grad():
                net[0].weight += 0.3 * torch.randn_like(net[0].weight)
        elif plant == "one layer":
            net[4].running_mean += 1
        elif plant == "variances alone":
            net[1].running_var *= 3
        rows = diagnose(net, loader)
        stale = [row.layer for row in rows if row.verdict == STALE]
        found += {"one layer": stale == ["4"], "variances alone": stale == ["1"]}.get(plant, bool(stale))
        assert all(row.remedy for row in rows if row.verdict == STALE)
    assert found >= 9


def test_why_it_is_stale():
    loader = images(20)
    (first, _) = diagnose(passed(made(), images(4, seed=1)), loader)
    assert first.remedy.startswith("66% is the initial value, after 4 updates at momentum 0.1; re-estimate by torch")
    net = passed(made(), images(100, seed=1))
    net[1].running_mean += 2
    assert diagnose(net, loader)[0].remedy.startswith("the weights have changed since, or training saw other data; ")
    by_light = torch.cat(loader)[torch.cat(loader).mean((1, 2, 3)).argsort()].split(8)
    assert "shuffle and ask again" in diagnose(net, by_light)[0].remedy
    assert "shuffle and ask again" not in diagnose(net, loader)[0].remedy


def test_momentum_none_zero_and_statistics_in_half_precision():
    loader = images(20)
    assert verdicts(passed(made(None), loader), loader) == [FINE, FINE]
    rows = diagnose(passed(made(0.0), loader), loader)
    assert {row.verdict for row in rows} == {NEVER} and rows[0].updates == 20
    assert rows[0].remedy.startswith("nothing is kept at momentum 0.0: change it, and re-estimate by ")
    constant = [torch.full((4, 6, 2, 2), 7.0) for _ in range(12)]
    layer = nn.Sequential(nn.BatchNorm2d(6, momentum=1.0))
    assert verdicts(passed(layer, constant), constant) == [FINE]  # limits of 0 leave room for rounding


def test_every_kind_of_layer():
    class Several(nn.Module):
        def __init__(self):
            super().__init__()
            self.sync = nn.SyncBatchNorm(1)
            self.instance = nn.InstanceNorm2d(1, track_running_stats=True)
            self.plain = nn.InstanceNorm2d(1)
            self.keepless = nn.BatchNorm2d(1, track_running_stats=False)
            self.deep, self.flat = nn.BatchNorm3d(1), nn.BatchNorm1d(49)
            self.broken = nn.BatchNorm1d(49)
            self.unused = nn.BatchNorm1d(3)

        def forward(self, x):
            x = self.plain(self.instance(self.sync(x) * 2 + 1)) + x
            x = self.deep(self.keepless(x)[:, None])[:, 0]
            return {"out": [self.broken(self.flat(x.flatten(1)))]}

    net, loader = Several(), images(35)
    passed(net, images(100, seed=1))
    net.broken.running_var[3] = torch.nan
    found = {row.layer: row for row in diagnose(net, loader)}
    assert {name: row.verdict for name, row in found.items()} == {
        "sync": FINE, "instance": FINE, "keepless": NONE, "deep": FINE, "flat": FINE, "broken": BROKEN,
        "unused": NOT_REACHED,
    }  # fmt: skip
    net.instance.reset_running_stats()
    row = next(row for row in diagnose(net, loader) if row.layer == "instance")
    assert row.verdict == NEVER and "update_bn passes over instance" in row.remedy and row.updates == -1


def test_a_layer_that_is_called_several_times_a_batch():
    class Branches(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = made()

        def forward(self, x):
            return self.net(x) + self.net(x.flip(0) + 0.1)

    net, loader = Branches(), images()
    assert verdicts(passed(net, images(100, seed=1)), loader) == [FINE, FINE]
    truth = statistics.full_pass(net, loader)
    statistics.put(net, truth)
    assert max(row.mean_error for row in diagnose(net, loader)) < 1e-5


def snapshot(net):
    state = {name: (tensor, tensor.clone()) for name, tensor in (*net.named_parameters(), *net.named_buffers())}
    return state, {name: (m.training, getattr(m, "momentum", None)) for name, m in net.named_modules()}


@settings(max_examples=6, deadline=None)
@given(st.sampled_from([0.1, None, 0.0, 1.0]), st.booleans(), st.booleans(), st.booleans())
def test_the_model_and_the_generators_stay_as_they_were(momentum, training, frozen, fails):
    net = nn.Sequential(made(momentum), nn.Dropout(0.5))
    passed(net, images(5, seed=1))
    net.train(training)
    net[0][1].train(not frozen)
    state, modes = snapshot(net)
    torch.manual_seed(5), random.seed(5), np.random.seed(5)
    generators = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    shuffled = torch.utils.data.DataLoader(torch.cat(images(12)), batch_size=8, shuffle=True)
    one = [str(diagnose(net, shuffled)), str(diagnose(net, shuffled))]
    assert one[0] == one[1]
    if fails:
        with pytest.raises(HearsayError):
            diagnose(net, [*images(11), torch.zeros(8, 2, 3, 3)])
    after, now = snapshot(net)
    assert now == modes and not any(m._forward_pre_hooks for m in net.modules())
    for name, (tensor, before) in state.items():
        assert after[name][0] is tensor and torch.equal(tensor, before) and tensor.grad is None
    assert torch.equal(torch.get_rng_state(), generators[0]) and random.getstate() == generators[1]
    assert np.random.get_state()[1].tolist() == generators[2]


def test_a_model_in_evaluation_mode_gets_the_same_answer():
    net, loader = passed(made(), images(9, seed=1)), images()
    assert list(diagnose(net.eval(), loader)) == list(diagnose(net.train(), loader))


def test_batches_come_as_tensors_tuples_or_once_and_a_smaller_last_one_is_left_out():
    net, loader = passed(made(), images(9, seed=1)), images()
    expected = list(diagnose(net, loader))
    assert list(diagnose(net, torch.stack(loader))) == expected
    assert list(diagnose(net, ([batch, k] for k, batch in enumerate(loader)))) == expected
    assert list(diagnose(net, [*loader, loader[0][:1]])) == expected
    assert list(diagnose(net, images(35)[:30], most=30)) == list(diagnose(net, iter(images(35)), most=30))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_model_on_a_gpu():
    net, loader = passed(made(), images(9, seed=1)), images()
    expected = verdicts(net, loader)
    assert verdicts(net.cuda(), loader) == expected and next(net.parameters()).is_cuda


def test_a_compiled_model_is_seen_through():
    net, loader = passed(made(), images(9, seed=1)), images()
    expected = list(diagnose(net, loader))
    assert list(diagnose(torch.compile(net, backend="eager"), loader)) == expected
    net.compile(backend="eager")
    net.eval()(loader[0])
    assert verdicts(net, loader) == [row.verdict for row in expected]


class Failing(nn.Module):
    def __init__(self, output=None):
        super().__init__()
        self.norm, self.output = nn.BatchNorm2d(1), output

    def forward(self, x):
        if self.output is None:
            raise KeyError("lost\nand more")
        return self.norm(x), self.output


@pytest.mark.parametrize(
    ("net", "loader", "message"),
    [
        (made(), [], "the loader gives no batch"),
        (made(), iter([]), "the loader gives no batch"),
        (made(), images(9), "the loader gives 9 batches of full size; expected 10 or more"),
        (made(), [{"image": images(1)[0]}], "batch 0 of the loader is a dict; expected a tensor"),
        (made(), [([1, 2], 3)], "batch 0 of the loader is a tuple of list; expected a tensor"),
        (made(), 5, "the loader is a int; expected an iterable of batches"),
        (nn.Linear(2, 2), [torch.zeros(2, 2)], "the model has no layer with running statistics"),
        (nn.InstanceNorm2d(3), [torch.zeros(2, 3, 4, 4)], "the model has no layer with running statistics"),
        (nn.Sequential(nn.LazyBatchNorm2d()), images(), "the model has lazy layers"),
        (made(), [torch.zeros(4, 3, 7, 7)], r"the model fails in training mode on batch 0, of shape \(4, 3, 7, 7\)"),
        (made(), torch.stack(images())[0], r"the model fails in training mode on batch 0, of shape \(1, 7, 7\)"),
        (Failing(), images(), "torch.float32: KeyError: 'lost.*nand more'$"),
        (Failing(torch.tensor([torch.nan])), images(), "the model's output for batch 0 is not finite"),
        (made(), [*images(3), images(1)[0] / 0], "layer 1 is not finite for batch 3|output for batch 3 is not finite"),
    ],
)  # fmt: skip
def test_bad_input_gets_one_line(net, loader, message):
    with pytest.raises(HearsayError, match=message) as caught:
        diagnose(net, loader)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("net", "how", "message"),
    [
        (None, {}, "the model is a NoneType; expected a torch.nn.Module"),
        (made(), {"most": 0}, "most is 0; expected 10 batches or more"),
        (made(), {"most": -1}, "most is -1; expected"),
        (made(), {"most": 9}, "most is 9; expected"),
        (made(), {"most": 20.5}, "most is 20.5; expected"),
        (made(), {"alpha": 0}, "alpha is 0; expected a chance between 0 and 1"),
        (made(), {"alpha": 1.0}, "alpha is 1.0; expected"),
        (made(), {"alpha": float("nan")}, "alpha is nan; expected"),
        (made(), {"alpha": "5%"}, "alpha is '5%'; expected"),
        (nn.Linear(2, 2), {}, "frozen layers such as torchvision's FrozenBatchNorm2d never update"),
    ],
)
def test_bad_arguments_get_one_line(net, how, message):
    with pytest.raises(HearsayError, match=message) as caught:
        diagnose(net, images(), **how)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("given", [0, 12])
def test_a_loader_that_fails_gets_one_line_which_says_where(given):
    def loader():
        yield from images(given)
        raise RuntimeError("a worker died\nand more")

    expected = f"^diagnose: the loader fails at batch {given}: RuntimeError: a worker died$"
    with pytest.raises(HearsayError, match=expected) as caught:
        diagnose(made(), loader())
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_relative_errors_by_hand():
    truth = torch.tensor([[1.0, 2.0], [4.0, 9.0]]).double()
    state = torch.tensor([[3.0, 2.0], [4.0, 9.0 * np.e]]).double()
    assert relative_errors(state, truth, 0.0) == pytest.approx((0.5**0.5, 0.5**0.5))


def test_what_is_printed():
    net = passed(made(), images(3, seed=1))
    net[4].reset_running_stats()
    rows = diagnose(net, images())
    lines = str(rows).splitlines()
    assert lines[0].split()[:3] == ["layer", "kind", "verdict"] and lines[1].split()[:3] == ["1", "BatchNorm2d", STALE]
    assert lines[3].startswith("1: 73% is the initial value") and lines[4].startswith("4: ")
    assert lines[-1].startswith("Outputs in evaluation lie ")
    assert str(rows[0]).startswith("1 (BatchNorm2d): stale; means off by ") and "\n" not in str(rows[0])
    assert str(diagnose(net[1], [torch.randn(4, 6, 2, 2) for _ in range(10)])[0]).startswith(
        "(the model) (BatchNorm2d)"
    )


def test_the_package_loads_no_torch_until_the_check_is_asked_for():
    code = (
        "import sys, hearsay.moments; assert 'torch' not in sys.modules; hearsay.moments.diagnose; sys.modules['torch']"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        hearsay.moments.nothing  # noqa: B018


def test_the_documented_example():
    found = doctest.testmod(hearsay.moments)
    assert found.failed == 0 and found.attempted >= 8
