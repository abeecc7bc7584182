"""The calibration itself: equal arms are told apart at the nominal rate, and an instrument that lies is found out."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from hearsay import tables
from hearsay.errors import HearsayError
from hearsay.neat import calibration
from hearsay.neat.calibration import FALSE_POSITIVES, TESTS, false_positives
from tests.neat.test_comparison import arm


def by_test(frame):
    return frame.set_index("test").to_dict("index")


def test_equal_arms_are_told_apart_at_the_nominal_rate(tmp_path):
    found = false_positives(arm("b", 12_000, 8000, 1), 30, 200, 0.05, 1, resamples=300)
    assert set(found["test"]) == set(TESTS)
    for test, row in by_test(found).items():
        assert row["pairs"] == 200
        assert row["low"] <= row["share"] == row["rejected"] / 200 <= row["high"]
        # the bootstrap interval of few runs and resamples is a little too short, Fisher's test keeps well below alpha
        aim = 0.06 if test == "A12 interval" else 0.05
        side = "greater" if test == "success" else "two-sided"
        assert binomtest(row["rejected"], 200, aim, side).pvalue > 1e-3
    tables.write(found, FALSE_POSITIVES, tmp_path / "f.csv")
    pd.testing.assert_frame_equal(tables.read(tmp_path / "f.csv", FALSE_POSITIVES), found)


def test_no_run_stands_in_two_blocks_and_none_is_left_out(monkeypatch):
    seen, told = [], calibration._told

    def watch(first, second, *rest):
        seen.extend([*first[0], *second[0]])
        return told(first, second, *rest)

    monkeypatch.setattr(calibration, "_told", watch)
    runs = arm("b", 60, 8000, 1).assign(evaluations=range(1, 61), solved=True)
    false_positives(runs, 6, 5, 0.05, 1, resamples=10)
    assert sorted(seen) == list(range(1, 61))


def test_a_test_that_lies_is_found_out(monkeypatch):
    pair = calibration.pair

    def lying(*arguments, **options):
        found = pair(*arguments, **options)
        return found | {"logrank_p": found["logrank_p"] / 5}  # 25 % instead of 5 %

    monkeypatch.setattr(calibration, "pair", lying)
    found = by_test(false_positives(arm("b", 4000, 8000, 2), 20, 100, 0.05, 1, resamples=20))
    assert found["log-rank"]["p"] < 1e-4
    assert found["log-rank"]["low"] > 0.05
    assert found["A12"]["p"] > 1e-3


def test_the_seed_settles_the_result_and_the_order_of_runs_does_not_matter():
    runs = arm("b", 100, 8000, 3)
    one, again, other = (
        false_positives(frame, 10, 5, 0.05, seed, resamples=20)
        for frame, seed in ((runs, 1), (runs.sample(frac=1, random_state=1), 1), (runs, 2))
    )
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other) or np.allclose(one["share"], other["share"])


def test_a_share_of_no_pairs_says_nothing():
    nothing = arm("b", 40, 8000, 4).assign(evaluations=20_000, solved=False)
    found = by_test(false_positives(nothing, 5, 4, 0.05, 1, resamples=20))
    assert found["A12"]["rejected"] == 0
    assert found["proportional hazards"]["pairs"] == 0
    assert np.isnan(found["proportional hazards"]["share"])


def test_too_few_runs_are_refused():
    with pytest.raises(HearsayError, match="has 99 runs; 5 pairs of blocks of 10 need 100"):
        false_positives(arm("b", 99, 8000, 1), 10, 5, 0.05, 1)
