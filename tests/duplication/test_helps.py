import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.neural_network import MLPRegressor
from sklearn.svm import SVR

from hearsay import tables
from hearsay.duplication import data, helps
from hearsay.duplication.helps import (
    FALLS,
    HELPS,
    NO_SCORE,
    NONE_SHOWN,
    RISES,
    SAME_FIT,
    gather,
    measure,
    paired,
    reset,
)

CONFIG = {"data": ["wine", "diabetes"], "rows": [30], "splits": 6, "copies": 3, "lighter": True, "shards": 1}
NAMES = {"SVR", "LinearRegression", "HistGradientBoostingClassifier", "Ridge", "CCA", "KNeighborsClassifier"}


@pytest.fixture(scope="module")
def measured():
    return gather([measure(CONFIG, 0.95, 1, only=NAMES)], 0.95)


def test_the_table_is_as_declared(measured, tmp_path):
    tables.write(measured, HELPS, tmp_path / "helps.csv")
    assert set(tables.read(tmp_path / "helps.csv", HELPS)["name"]) == NAMES


def test_least_squares_is_the_same_fit(measured):
    row = measured.set_index("name").loc["LinearRegression"]
    assert (row["changes"], row["changes_here"], row["reset"]) == (SAME_FIT, SAME_FIT, "")


def test_a_boosting_that_cannot_split_learns_from_copies_and_from_its_default_re_set(measured):
    """Its leaves need 20 rows: 30 rows cannot be split, 90 can, and so can 30 with leaves of 7."""
    row = measured.set_index("name").loc["HistGradientBoostingClassifier"]
    assert row["score"] < 0.5
    assert row["difference"] > 0.2
    assert row["changes_here"] == RISES
    assert row["reset"] == "min_samples_leaf / k"
    assert row["score_reset"] == pytest.approx(row["score_copied"], abs=0.05)


def test_a_sum_loss_is_undone_exactly_by_the_re_set_default(measured):
    found = measured.set_index("name")
    for name, label in (("SVR", "C * k"), ("Ridge", "alpha / k")):
        assert found.loc[name, "reset"] == label
        assert found.loc[name, "reset_fit_difference"] < 1e-3
        assert found.loc[name, "reset_difference"] == pytest.approx(0, abs=1e-3)
    assert found.loc["SVR", "changes_here"] == RISES


def test_shards_do_not_matter(measured):
    parts = [measure(CONFIG | {"shards": 2}, 0.95, 1, shard, only=NAMES) for shard in (0, 1)]
    key = list(HELPS.key)
    pd.testing.assert_frame_equal(
        gather(parts, 0.95).sort_values(key).reset_index(drop=True), measured.sort_values(key).reset_index(drop=True)
    )


def test_every_estimator_gets_the_same_splits_and_as_many_test_rows():
    a, b = (helps._halves(data.load("wine"), 30, 0, 3, 1) for _ in range(2))
    np.testing.assert_array_equal(a.x, b.x)
    assert len(a.y) == len(a.y_test) == 30
    assert not np.array_equal(a.x, helps._halves(data.load("wine"), 30, 0, 4, 1).x)


def test_the_plain_interval_is_scipys():
    d = np.random.default_rng(0).normal(0.3, 1, 12)
    found = paired(d, 0.9)
    test = stats.ttest_1samp(d, 0)
    np.testing.assert_allclose([found.low, found.high], test.confidence_interval(0.9))
    assert found.p == pytest.approx(test.pvalue)
    assert found.mc == pytest.approx(stats.sem(d))


def test_the_corrected_interval_is_wider_by_its_formula():
    d = np.random.default_rng(0).normal(0.3, 1, 12)
    plain, corrected = paired(d, 0.95), paired(d, 0.95, overlap=1.0)
    assert (corrected.high - corrected.low) / (plain.high - plain.low) == pytest.approx(np.sqrt((1 / 12 + 1) * 12))


def test_the_same_fit_is_certain():
    assert paired(np.zeros(2), 0.95, exact=True) == (0, 0, 0, 0, 1)
    assert np.isnan(paired(np.array([]), 0.95, exact=True).mean)


def test_differences_without_spread_show_what_their_signs_show():
    assert paired(np.zeros(6), 0.95) == (0, 0, 0, 0, 1)  # 2^-5 < 0.05
    assert paired(np.zeros(5), 0.95) == (0, 0, -np.inf, np.inf, 1)
    found = paired(np.full(6, 0.1), 0.95)
    assert (found.p, found.low, found.high) == (2**-5, *[pytest.approx(0.1)] * 2)
    assert paired(np.full(5, 0.1), 0.95)[2:] == (-np.inf, np.inf, 2**-4)
    assert paired(np.full(20, 0.1), 0.95, overlap=1.0)[2:] == (-np.inf, np.inf, 1)


def test_a_re_set_fit_that_raises_is_counted_and_compared_on_common_splits(monkeypatch):
    """Every third re-set fit raises; the copies' score is then that of the other splits."""
    calls, fit = iter(range(99)), helps._fit

    def sometimes(estimator, x, y, split):
        if getattr(estimator, "alpha", 1.0) != 1.0 and next(calls) % 3 == 0:
            return None
        return fit(estimator, x, y, split)

    monkeypatch.setattr(helps, "_fit", sometimes)
    row = measure(CONFIG | {"data": ["diabetes"]}, 0.95, 1, only={"Ridge"}).iloc[0]
    assert (row["splits"], row["failed"], row["reset_splits"], row["reset_failed"]) == (6, 0, 4, 2)
    assert row["reset_score_copied"] != row["score_copied"]
    assert row["score_reset"] == pytest.approx(row["reset_score_copied"])
    assert row["reset_difference"] == pytest.approx(row["score_reset"] - row["reset_score_copied"])


def test_a_setting_whose_every_fit_raises_keeps_its_name(monkeypatch):
    fit = helps._fit
    monkeypatch.setattr(helps, "_fit", lambda e, *rest: None if getattr(e, "alpha", 1.0) != 1.0 else fit(e, *rest))
    row = measure(CONFIG | {"data": ["diabetes"]}, 0.95, 1, only={"Ridge"}).iloc[0]
    assert (row["reset"], row["reset_splits"], row["reset_failed"]) == ("alpha / k", 0, 6)
    assert np.isnan(row["reset_difference"])


def test_a_setting_without_a_counterpart_is_not_re_set(monkeypatch):
    made = dataclasses.replace(helps.remedies(Ridge())[0], invertible=False)
    monkeypatch.setattr(helps, "remedies", lambda estimator: [made])
    assert reset(Ridge(), 3, np.ones((9, 1)), np.ones(9)) == ("", None)


def test_what_to_set_instead():
    x, y = np.random.default_rng(0).normal(size=(90, 3)), np.arange(90.0)
    assert reset(Ridge(alpha=3.0), 3, x, y)[1].alpha == 1.0
    assert reset(SVR(), 3, x, y)[1].C == 3.0
    assert reset(LinearRegression(), 3, x, y) == ("", None)
    assert reset(MLPRegressor(), 3, x, y)[1].batch_size == 30  # 90 copies are one batch, and so are 30 rows


@pytest.mark.parametrize(
    ("p", "difference", "apart", "word"),
    [
        (0.01, 0.2, 1.0, RISES),
        (0.01, -0.2, 1.0, FALLS),
        (0.2, 0.2, 1.0, NONE_SHOWN),
        (1.0, 0.0, 1e-12, SAME_FIT),
        (np.nan, np.nan, np.nan, NO_SCORE),
    ],
)
def test_the_rule(p, difference, apart, word):
    row = pd.Series({"p_holm": p, "difference": difference, "fit_difference": apart})
    assert helps._changes(row, "p_holm", 0.95) == word
