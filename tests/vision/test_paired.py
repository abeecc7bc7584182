"""Intervals and tests of paired differences are scipy's, by family corrected; what cannot be tested says so."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hearsay.tables import Table
from hearsay.vision.paired import family, interval, p_value, summarise

MEANS = Table("a", "a", ("arm",), dict.fromkeys(("arm", "n", "mean", "error", "low", "high"), "a"))
PAIRS = Table(
    "b", "b", ("pair",), dict.fromkeys(("pair", "n", "difference", "error", "low", "high", "p", "p_holm"), "b")
)
VALUES = st.lists(st.floats(-10, 10).map(lambda x: round(x, 3)), min_size=2, max_size=8)


@settings(max_examples=50, deadline=None)
@given(VALUES, st.floats(0.001, 0.5))
def test_intervals_and_p_values_are_those_of_the_t_test(values, alpha):
    mean, error, low, high = interval(np.array(values), alpha)
    if np.std(values) < 1e-9:
        assert (low, high) == pytest.approx((mean, mean), abs=1e-9)
        return
    test = stats.ttest_1samp(values, 0)
    ends = test.confidence_interval(1 - alpha)
    assert (low, mean, high) == pytest.approx((ends.low, np.mean(values), ends.high))
    assert error == pytest.approx(stats.sem(values)) and p_value(mean, error, len(values)) == pytest.approx(test.pvalue)


def test_without_spread_and_without_replicates():
    assert p_value(0.0, 0.0, 5) == 1 and p_value(0.1, 0.0, 5) == 0 and p_value(0.1, np.nan, 1) == 1
    mean, error, low, high = interval(np.array([0.3]))
    assert (mean, low, high) == (0.3, -np.inf, np.inf) and np.isnan(error)


def test_means_by_key():
    frame = pd.DataFrame({"arm": ["b", "a", "b"], "value": [1.0, 5.0, 3.0]})
    found = summarise(frame.sample(frac=1, random_state=1), MEANS).set_index("arm")
    assert list(found.index) == ["a", "b"] and list(found["n"]) == [1, 2] and list(found["mean"]) == [5, 2]
    assert (found.loc["b", "low"], found.loc["b", "high"]) == pytest.approx(stats.t.interval(0.95, 1, 2, 1))


def test_a_family_is_corrected_for_its_size():
    rng = np.random.default_rng(0)
    differences = [rng.normal(mean, 1, 9) for mean in (0, 1, 3)]
    found = family([("x",), ("y",), ("z",)], differences, 0.06, PAIRS)
    PAIRS.check(found)
    for row, values in zip(found.itertuples(), differences, strict=True):
        test = stats.ttest_1samp(values, 0)
        ends = test.confidence_interval(1 - 0.02)
        assert (row.low, row.high, row.p, row.n) == pytest.approx((ends.low, ends.high, test.pvalue, 9))
    smallest = found["p"].min()
    assert found["p_holm"].min() == pytest.approx(3 * smallest) and (found["p_holm"] >= found["p"]).all()
    assert len(family([], [], 0.05, PAIRS)) == 0
