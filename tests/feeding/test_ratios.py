"""Intervals of a median hold their level whatever the distribution; ratios are taken within a round."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay.feeding.graph_feeding import PLACEHOLDER
from hearsay.feeding.outcomes import WORKS
from hearsay.feeding.ratios import (
    COPY,
    LOADERS,
    PIPELINES,
    graph_ratios,
    initialising,
    interval,
    pipeline_ratios,
    torch_ratios,
)


@pytest.mark.parametrize(("n", "alpha"), [(6, 0.05), (9, 0.05), (15, 0.05 / 6), (40, 0.01)])
@pytest.mark.parametrize("draw", ["standard_normal", "standard_exponential", "standard_cauchy"])
def test_the_interval_covers_the_median_as_often_as_it_says(n, alpha, draw):
    rng = np.random.default_rng(n)
    truth = np.log(2) if draw == "standard_exponential" else 0.0
    found = [interval(values, alpha) for values in getattr(rng, draw)((4000, n))]
    covered = np.mean([low <= truth <= high for _, low, high in found])
    assert covered > 1 - alpha - 3 * np.sqrt(alpha / 4000)


@given(st.lists(st.floats(0.1, 10), min_size=1, max_size=30))
def test_the_median_lies_in_its_interval(values):
    middle, low, high = interval(values, 0.05)
    assert low <= middle <= high


def test_too_few_rounds_exclude_nothing():
    assert interval([1.0, 2.0, 3.0], 0.05) == (2.0, -np.inf, np.inf)


def timings(**walls):
    rows = [
        ("m", way, 2, k, WORKS, wall, 3 * wall)
        for way, found in walls.items()
        for k, wall in enumerate(found)
    ]  # fmt: skip
    columns = ["model", "way", "pool", "repeat", "outcome", "wall", "initialise"]
    return pd.DataFrame(rows, columns=columns)


def test_a_ratio_is_that_of_one_round():
    """A machine that slows down from round to round slows both."""
    found = graph_ratios(timings(a=[1, 2, 4, 8, 16, 32], b=[2, 4, 8, 16, 32, 64]), [("a", "b")], 0.05)
    assert found[["ratio", "low", "high", "n"]].values.tolist() == [[2, 2, 2, 6]]
    assert graph_ratios(timings(a=[1]), [("a", "b")], 0.05).empty


def test_what_initialising_takes_longer_is_in_steps_of_the_placeholder():
    found = initialising(timings(placeholder=[1.0] * 6, **{"variable of the data set": [3.0] * 6}), 0.05)
    assert found["steps"].tolist() == [6.0]
    assert initialising(timings(a=[1]), 0.05).empty


def test_torch_s_ratios_are_of_trainings_on_the_cpu():
    rows = [("m", mode, 8, k, what, device, wall) for k in range(6) for mode, what, device, wall in (
        ("a", "training", "cpu", 1.0), ("b", "training", "cpu", 3.0), ("a", "fetch", "cpu", 9.0),
        ("b", "training", "cuda", 9.0))]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["model", "mode", "batch", "repeat", "what", "device", "wall"])
    assert torch_ratios(frame, [("a", "b")], 0.05)["ratio"].tolist() == [3.0]


def test_two_families_of_pipelines_share_the_level():
    """Each bar is as wide as half the level allows, further divided by the number of its family's cases."""
    walls, alpha = np.exp(np.random.default_rng(1).standard_normal((3, 60))), 0.05
    graph = timings(**{PLACEHOLDER: np.ones(60), PIPELINES[0]: walls[0]})
    rows = [("m", mode, 8, k, "training", "cpu", wall)
            for mode, found in {COPY: np.ones(60), LOADERS[0]: walls[1], LOADERS[1]: walls[2]}.items()
            for k, wall in enumerate(found)]  # fmt: skip
    modes = pd.DataFrame(rows, columns=["model", "mode", "batch", "repeat", "what", "device", "wall"])
    found = pipeline_ratios(graph, modes, alpha)
    expected = [interval(1 / each, alpha / 2 / cases) for each, cases in zip(walls, (1, 2, 2), strict=True)]
    assert found[["ratio", "low", "high"]].to_numpy() == pytest.approx(np.array(expected))
