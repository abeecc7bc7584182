"""Conditions are what a layer, or an optimiser's correction, would have kept; forgetting is forgotten exactly there."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hearsay.moments import conditions
from hearsay.moments.classifier import Plan, Recipe, net
from hearsay.moments.conditions import LAST, NEVER, Conditions
from hearsay.vision import statistics
from hearsay.vision.nets import norm_layers

DECAYS = [0.9, 0.99, 0.999]


def model():
    torch.manual_seed(0)
    return net(Plan(depth=2), Recipe(maps=4), 1, 8, 3)


def moved(steps=10, tail=0.4):
    """A net whose every batch has moved it, its conditions, and the moments of all batches."""
    made, batches = model(), [torch.randn(6, 1, 8, 8) * (1 + k) for k in range(steps)]
    kept, seen = Conditions(made, DECAYS, steps, tail), []
    for batch in batches:
        made(batch)
        seen.append(statistics.moments(made))
        kept.update(seen[-1])
    return made, kept, seen, batches


@pytest.mark.parametrize("decay", DECAYS)
def test_a_decay_is_a_layer_s_own_momentum(decay):
    _, kept, _, batches = moved()
    other = model()
    for layer in norm_layers(other).values():
        layer.momentum = 1 - decay
    for batch in batches:
        other(batch)
    torch.testing.assert_close(kept.kept[f"decay {decay:g}"], statistics.moments(other))


def test_ways_of_forgetting():
    made, kept, seen, _ = moved()
    assert list(kept.kept) == conditions.names(DECAYS)
    assert torch.equal(kept.kept[NEVER], statistics.untouched(made))
    assert torch.equal(kept.kept[LAST], seen[-1])
    early, fast = kept.kept["decay 0.9, first layer only"], kept.kept["decay 0.9"]
    assert torch.equal(early[:, :4], fast[:, :4])
    assert torch.equal(early[:, 4:], statistics.untouched(made)[:, 4:])
    frozen = statistics.untouched(made)
    for x in seen[:6]:
        frozen = torch.lerp(frozen, x, 1 - 0.9)
    assert torch.equal(kept.kept["decay 0.9, frozen tail"], frozen)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 12))
def test_debiased_is_the_weighted_mean_of_all_batches(steps):
    _, kept, seen, _ = moved(steps)
    weights = torch.tensor([0.999 ** (steps - 1 - k) for k in range(steps)])
    expected = (torch.stack(seen) * weights[:, None, None]).sum(0) / weights.sum()
    torch.testing.assert_close(kept.kept["decay 0.999, debiased"], expected, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(kept.kept["decay 0.999, from zero"], expected * (1 - 0.999**steps), rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("interrupted", [1, 5, 6, 7, 9])
def test_they_go_on_where_they_were(interrupted):
    made, kept, seen, _ = moved()  # the tail is frozen after step 6
    again = Conditions(made, DECAYS, 10, 0.4)
    for x in seen[:interrupted]:
        again.update(x)
    resumed = Conditions(made, DECAYS, 10, 0.4)
    resumed.restore(again.state())
    for x in seen[interrupted:]:
        resumed.update(x)
    assert all(torch.equal(state, resumed.kept[name]) for name, state in kept.kept.items())


def test_before_the_first_step_nothing_is_known():
    made = model()
    kept = Conditions(made, DECAYS, 10, 0.4).kept
    from_zero = {"decay 0.999, from zero", "decay 0.999, debiased"}
    for name, state in kept.items():
        expected = torch.zeros_like(state) if name in from_zero else statistics.untouched(made)
        assert torch.equal(state, expected), name
