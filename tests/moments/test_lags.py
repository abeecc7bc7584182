"""Lags of planted curves: where they end, and whether one curve describes them."""

import numpy as np
import pandas as pd
import pytest

from hearsay.moments import lags
from hearsay.moments.analysis import decay
from hearsay.moments.conditions import NEVER, REESTIMATED
from hearsay.moments.lags import CURVE, LAG, LEFT, STEPS, TIMES, UNTIL, curve, explained, first_within, until
from hearsay.moments.runs import BASE, marks
from hearsay.moments.shifted import ACCURACY

CONFIG = {"decays": [0.9, 0.99, 0.999], "judging": {"within": 0.01, "broken": 0.1}}


def outcomes(gap, left, replicates=2, steps=10000):
    """Accuracy of decays: a share `left(steps x (1 - decay), steps)` of `gap(steps)` below re-estimated."""
    looks = np.array(marks(steps, 8))
    curves = {REESTIMATED: 0.9 + 0 * looks, NEVER: 0.9 - gap(looks)}
    curves |= {decay(d): 0.9 - gap(looks) * left(looks * (1 - d), looks) for d in CONFIG["decays"]}
    rows = [
        (BASE, step, condition, ACCURACY, k, value)
        for k in range(replicates)
        for condition, values in curves.items()
        for step, value in zip(looks, values, strict=True)
    ]
    return pd.DataFrame(rows, columns=["training", "step", "condition", "outcome", "replicate", "value"])


@pytest.mark.parametrize(
    ("lags", "expected"),
    [
        ([0.0, 0.0, 0.0], 1),
        ([0.5, 0.0, 0.0], 2),
        ([0.0, 0.5, 0.01], 5),
        ([0.0, 0.0, 0.5], np.nan),
        ([np.nan, np.nan, 0.0], 5),
        ([-0.2, 0.005, np.nan], np.nan),
    ],
)
def test_the_first_look_from_which_on_the_lag_is_small(lags, expected):
    assert first_within(pd.Series(lags, index=[1, 2, 5]), 0.01) == pytest.approx(expected, nan_ok=True)


def test_steps_until_a_lag_is_small_by_hand():
    frame = outcomes(lambda steps: 0.5 + 0 * steps, lambda times, _: np.exp(-times))
    found = until(frame.sample(frac=1, random_state=0), CONFIG)
    UNTIL.check(found)
    found = found.set_index(["condition", "replicate"])
    looks = np.array(marks(10000, 8))
    for d in CONFIG["decays"]:
        first = looks[looks * (1 - d) >= np.log(50)][0]  # 0.5 exp(-x) = 0.01
        assert found.loc[(decay(d), 0), "steps"] == first
        assert found.loc[(decay(d), 1), "times"] == pytest.approx(first * (1 - d))
    assert np.isnan(found.loc[(NEVER, 0), "steps"]) and np.isnan(found.loc[(NEVER, 0), "decay"])


def shares(frame):
    found = curve(frame, CONFIG)
    CURVE.check(found)
    assert (found["n"] == 2).all()
    return found.set_index(["quantity", "abscissa"])["mean"]


def test_curves_of_times_alone_are_one_curve():
    found = shares(outcomes(lambda steps: 0.5 + 0 * steps, lambda times, _: np.exp(-times)))
    assert found[LAG, TIMES] > 0.99 and found[LEFT, TIMES] > 0.99 and found[LAG, STEPS] < 0.6


def test_a_gap_that_grows_spoils_the_lag_and_not_its_share():
    found = shares(outcomes(lambda steps: 0.2 * np.log10(steps + 1), lambda times, _: np.exp(-times)))
    assert found[LEFT, TIMES] > 0.99 and found[LAG, TIMES] < 0.6


def test_curves_of_steps_alone_are_one_curve_of_steps():
    found = shares(outcomes(lambda steps: 0.5 + 0 * steps, lambda _, steps: np.exp(-steps / 100)))
    assert found[LAG, STEPS] == 1 and found[LAG, TIMES] < 0.3


def test_what_is_explained_by_hand(monkeypatch):
    monkeypatch.setattr(lags, "PLACES", 3)
    x = np.array([1.0, 10.0, 100.0])
    y = np.array([0.0, 1.0, 5.0])
    assert explained([(x, y), (x, y)]) == 1
    apart = np.array([[0.0, 1.0, 5.0], [1.0, 1.0, 3.0]])
    within = (0.5 + 0 + 2) / 3
    assert explained([(x, row) for row in apart]) == pytest.approx(1 - within / apart.var(ddof=1))
    # only where all reach: between 10 and 100 the two are the same
    assert explained([(x, y), (x[1:], y[1:])]) == 1
    for nothing in ([(x, y)], [(x, 0 * y)] * 2, [(x, y), (1000 * x, y)], [(x, y), (x[:0], y[:0])], []):
        assert np.isnan(explained(nothing))


def test_noise_alone_explains_nothing():
    rng = np.random.default_rng(0)
    x = np.geomspace(1, 1e4, lags.PLACES)
    found = [explained([(x, rng.normal(size=len(x))) for _ in range(4)]) for _ in range(100)]
    assert abs(np.mean(found)) < 0.03
