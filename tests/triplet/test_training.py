"""Statistics beside a training are those of the branches that one would write; plans are paired; trainings resume."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from hearsay.errors import HearsayError
from hearsay.triplet.evaluation import BOTH, MEAN, PARAMETERS
from hearsay.triplet.sampling import BIASED, BRANCHES, DISTRIBUTIONS, SHIFTED
from hearsay.triplet.training import (
    ADAM,
    APART,
    CONCATENATED,
    GHOST,
    HOFFER,
    PASSES,
    PER_BRANCH,
    VALUES,
    Plan,
    Recipe,
    together,
    train,
    updated,
    ways,
)
from hearsay.triplet.written import NAMES, sharing, written_out
from hearsay.vision import nets, statistics
from hearsay.vision.checkpoint import Checkpoint
from hearsay.vision.data import Images

RECIPE = Recipe(steps=6, rate=0.05, maps=(4, 4), embedding=3, hoffer_maps=(2, 2, 2, 2))
RNG = np.random.default_rng(0)
IMAGES = Images(RNG.integers(0, 256, (40, 1, 8, 8), np.uint8), np.repeat(np.arange(4), 10))

SMALL = Plan(batch=4)


def trained(plan=SMALL, recipe=RECIPE, **more):
    return train(plan, recipe, IMAGES, 1, 0, **more)


def weights(net):
    return torch.cat([p.detach().flatten() for p in net.parameters()])


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_statistics_beside_the_training_are_those_of_the_branches_written_out(distribution):
    found = trained(Plan(batch=4, distribution=distribution))
    plan = Plan(batch=4, distribution=distribution)
    apart, both, mean_only = (
        written_out(sharing(NAMES[shared]), plan, RECIPE, IMAGES, 1, 0)[0] for shared in (PARAMETERS, BOTH, MEAN)
    )
    for branches in (apart, both, mean_only):  # statistics never reach the weights
        assert torch.equal(weights(branches[0]), weights(found.nets[0]))
    close = {"rtol": 1e-5, "atol": 1e-6}
    for name, branch in zip(BRANCHES, apart, strict=True):
        torch.testing.assert_close(found.kept[name], statistics.moments(branch), **close)
    torch.testing.assert_close(found.kept["shared"], statistics.moments(both[0]), **close)
    mixed = torch.stack([found.kept["shared"][0], found.kept["positive"][1]])
    torch.testing.assert_close(mixed, statistics.moments(mean_only[1]), **close)
    counts = [layer.num_batches_tracked.item() for layer in nets.norm_layers(both[0]).values()]
    assert counts == [18, 18]  # three for each of six steps


@settings(max_examples=20, deadline=None)
@given(st.floats(0.001, 0.999))
def test_three_updates_are_one_of_a_larger_momentum_and_compensation_undoes_it(m):
    """To the precision of floats; contributions m(1-m)^2, m(1-m), m, in the order of the passes."""
    start, x = torch.tensor([0.3], dtype=torch.double), torch.tensor([1.7], dtype=torch.double)
    found = {name: updated(start, [x, x, x], way) for name, way in ways(PER_BRANCH, m).items()}
    torch.testing.assert_close(found["shared"], torch.lerp(start, x, 1 - (1 - m) ** 3))
    torch.testing.assert_close(found["compensated momentum"], torch.lerp(start, x, m))
    torch.testing.assert_close(found["a third of the momentum"], torch.lerp(start, x, 1 - (1 - m / 3) ** 3))
    unit = torch.eye(3, dtype=torch.double)
    expected = torch.tensor([m * (1 - m) ** 2, m * (1 - m), m], dtype=torch.double)
    torch.testing.assert_close(
        updated(torch.zeros(3, dtype=torch.double), list(unit), ways(PER_BRANCH, m)["shared"]), expected
    )
    backwards = updated(torch.zeros(3, dtype=torch.double), list(unit), ways(PER_BRANCH, m)["reversed order"])
    torch.testing.assert_close(backwards, expected.flip(0))


def test_compensation_is_not_exact_where_passes_see_different_batches():
    x = [torch.tensor([v]) for v in (0.0, 1.0, 2.0)]
    found = updated(torch.zeros(1), x, ways(PER_BRANCH, 0.1)["compensated momentum"])
    assert abs(float(found) - 0.1 * 1.0) > 1e-3


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 6), st.integers(0, 2**31))
def test_concatenating_adds_the_variance_between_branches(n, seed):
    """With denominators n; the layer's running variance carries the correction n - 1."""
    parts = torch.randn(3, n, 1, 2, 2, dtype=torch.double, generator=torch.Generator().manual_seed(seed))
    parts += torch.arange(3.0).reshape(3, 1, 1, 1, 1)
    whole = parts.flatten(0, 1)
    within = parts.var((1, 2, 3, 4), unbiased=False).mean()
    between = parts.mean((1, 2, 3, 4)).var(unbiased=False)
    torch.testing.assert_close(whole.var(unbiased=False), within + between)
    layer = nn.BatchNorm2d(1, momentum=1.0).double()
    layer(whole)
    count = whole.numel()
    torch.testing.assert_close(layer.running_var[0], (within + between) * count / (count - 1))


def test_plans_of_a_replicate_are_paired():
    first = {}

    def watch(step, branches, kept):
        if step == 0:
            first[len(first)] = weights(branches[0])
            assert all((state[0] == 0).all() and (state[1] == 1).all() for state in kept.values())

    plans = [SMALL, *(SMALL._replace(distribution=kind) for kind in DISTRIBUTIONS), SMALL._replace(passes=GHOST)]
    for plan in (*plans, SMALL._replace(loss="margin"), SMALL._replace(ties=APART), SMALL._replace(batch=8)):
        trained(plan, watch=watch)
    assert all(torch.equal(one, first[0]) for one in first.values())
    other = train(Plan(batch=4), RECIPE, IMAGES, 1, 1)
    assert not torch.equal(weights(other.nets[0]), weights(trained().nets[0]))


def test_without_normalisation_all_passes_are_one_training():
    """So the outputs are put back where they belong, and passes differ in nothing but what is normalised together."""
    found = [trained(Plan(batch=4, passes=passes, norm="none", distribution=SHIFTED)) for passes in PASSES]
    for other in found[1:]:
        torch.testing.assert_close(weights(other.nets[0]), weights(found[0].nets[0]))
        assert other.losses == pytest.approx(found[0].losses, rel=1e-4)
    assert found[0].kept["shared"].shape == (2, 0)


@pytest.mark.parametrize("passes", PASSES)
def test_with_it_they_are_not(passes):
    found, per_branch = (trained(Plan(batch=4, passes=kind, distribution=SHIFTED)) for kind in (passes, PER_BRANCH))
    assert torch.allclose(weights(found.nets[0]), weights(per_branch.nets[0]), atol=1e-4) == (passes == PER_BRANCH)


def test_dropout_of_probability_zero_changes_no_bit():
    one, other = trained(Plan(batch=4)), trained(Plan(batch=4, dropout=False))
    assert torch.equal(weights(one.nets[0]), weights(other.nets[0])) and one.losses == other.losses
    assert all(torch.equal(state, other.kept[name]) for name, state in one.kept.items())


def test_untied_branches_go_their_own_ways():
    found = trained(Plan(batch=4, ties=APART))
    assert len(found.nets) == 3
    assert not torch.allclose(weights(found.nets[0]), weights(found.nets[1]))


def test_frozen_statistics_stay_and_training_goes_on():
    states, nets_at = [], []

    def watch(step, branches, kept):
        states.append(kept["shared"].clone())
        nets_at.append(weights(branches[0]))

    trained(Plan(batch=4, frozen=0.5), watch=watch)
    assert [torch.equal(a, b) for a, b in pairwise(states)] == [False] * 3 + [True] * 3
    assert not any(torch.equal(a, b) for a, b in pairwise(nets_at))


@pytest.mark.parametrize("optimiser", ["SGD", ADAM])
def test_gradients_apart_are_three_steps_of_the_optimiser(optimiser):
    """For SGD, which is linear in the gradients, three small steps are one; for Adam they are not."""
    plan = Plan(batch=4, optimiser=optimiser)
    one, other = trained(plan), trained(plan._replace(ties=VALUES))
    assert len(other.nets) == 3
    assert all(torch.equal(weights(net), weights(other.nets[0])) for net in other.nets)
    pointers = [[p.data_ptr() for p in net.parameters()] for net in other.nets]
    assert pointers[0] == pointers[1] == pointers[2]
    same = torch.allclose(weights(one.nets[0]), weights(other.nets[0]), rtol=1e-3, atol=1e-5)
    assert same == (optimiser == "SGD")


def test_trainings_again_begin_elsewhere():
    one, other = trained(), trained(SMALL._replace(again=True))
    assert not torch.allclose(weights(one.nets[0]), weights(other.nets[0]))


@pytest.mark.parametrize("kind", PASSES)
def test_outputs_of_the_passes_are_put_back_where_they_belong(kind):
    batches = [torch.arange(5.0) + 10 * k for k in range(3)]
    passes, order = together(kind, batches)
    assert len(passes) == (1 if kind == CONCATENATED else 3)
    assert torch.equal(torch.cat(passes)[order], torch.cat(batches))
    if kind == GHOST:  # every pass has its share of every branch
        assert all(min(torch.bincount(part.long() // 10, minlength=3)) >= 1 for part in passes)


def test_mixed_passes_have_statistics_of_their_own_too():
    found = trained(Plan(batch=6, passes=GHOST))
    apart = [found.kept[branch] for branch in BRANCHES]
    assert not torch.allclose(apart[0], apart[1], atol=1e-4)
    assert not torch.allclose(found.kept["shared"], apart[2], atol=1e-4)


@pytest.mark.parametrize(
    "plan",
    [
        Plan(batch=4),
        Plan(batch=4, ties=APART),
        Plan(batch=4, passes=CONCATENATED, frozen=0.3),
        Plan(batch=4, net=HOFFER, optimiser=ADAM, ties=VALUES),
    ],
)
@pytest.mark.parametrize("killed_at", [1, 3, 4, 5])
def test_an_interrupted_training_resumes_to_the_same_bytes(tmp_path, plan, killed_at):
    whole = trained(plan)

    def kill(step, branches, kept):
        if step == killed_at:
            raise KeyboardInterrupt

    path = tmp_path / "resume"
    with pytest.raises(KeyboardInterrupt):
        trained(plan, watch=kill, checkpoint=Checkpoint(path, "a"), every=2)
    assert path.exists() == (killed_at > 2)
    went_on = []
    resumed = trained(plan, watch=lambda step, *_: went_on.append(step), checkpoint=Checkpoint(path, "a"), every=2)
    assert went_on[0] == (0 if killed_at <= 2 else 1 + (killed_at - 1) // 2 * 2)
    for one, other in zip(whole.nets, resumed.nets, strict=True):
        assert torch.equal(weights(one), weights(other))
    assert whole.losses == resumed.losses
    assert all(torch.equal(state, resumed.kept[name]) for name, state in whole.kept.items())


def test_a_loss_that_is_no_number_gets_one_line():
    with pytest.raises(HearsayError, match=r"^triplet: the loss is nan at step \d of replicate 0 .*; lower .*rate$"):
        trained(Plan(batch=4, norm="none", loss="margin"), RECIPE._replace(rate=1e30))
    with pytest.raises(HearsayError, match=r"lower triplet\.adam_rate$"):
        trained(Plan(batch=4, norm="none", loss="margin", optimiser=ADAM), RECIPE._replace(adam_rate=1e30))


def test_class_bias_reaches_the_statistics():
    found = trained(Plan(batch=4, distribution=BIASED))
    assert not torch.allclose(found.kept["anchor"], found.kept["negative"], atol=1e-3)
