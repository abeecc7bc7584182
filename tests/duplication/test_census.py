"""Verdicts from planted cells, and from estimators whose answer is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import Ridge
from sklearn.naive_bayes import BernoulliNB
from sklearn.svm import SVC

from hearsay import tables
from hearsay.duplication import census, changes, probe, roster, verdicts
from hearsay.duplication.arena import Arena
from hearsay.duplication.verdicts import Bounds, verdict
from hearsay.errors import HearsayError

BOUNDS = Bounds(1e-8, 1e-6)
SMALL = {"data": ["wine", "diabetes"], "copies": [3], "rows": 45, "shards": 1, "invariant": 1e-8, "tightened": 1e-6}


def cells(
    arms: dict, seed=np.nan, order=0.0, weight=np.nan, power=np.nan, nudge=np.nan, private=(), error=""
) -> pd.DataFrame:
    """Cells of one entry: {setting: (difference under tile, under repeat)}."""
    return pd.DataFrame(
        {
            "data": "wine", "copies": 3, "how": how, "remedy": remedy, "step": step,
            "private": int(remedy in private), "difference": value, "flips": 0.0, "converged": 1,
            "seed_floor": seed, "order_floor": order, "copies_floor": abs(pair[0] - pair[1]) if len(pair) > 1 else 0.0,
            "weight_floor": weight, "power_floor": power, "nudge_floor": nudge, "error": error,
        }
        for step, (remedy, pair) in enumerate(arms.items())
        for how, value in zip(("tile", "repeat"), pair, strict=False)
    )  # fmt: skip


PLANTED = [
    ("invariant", cells({"": (1e-12, 0)}), "mean", ""),
    ("invariant with tightened tolerance", cells({"": (1e-4, 1e-4), "tightened": (1e-7, 1e-7)}), "mean", ""),
    ("restored by setting", cells({"": (0.4, 0.4), "C / k": (1e-12, 0)}), "sum", "C / k"),
    ("restored by setting", cells({"": (1, 1), "C / k, tightened": (1e-7, 0)}), "sum", "C / k, tightened"),
    ("changed", cells({"": (1, 1), "C / k": (1e-7, 0)}), "folds", ""),
    ("changed", cells({"": (0.4, 0.4), "C * k": (0.9, 0.9)}), "sum", ""),
    ("changed", cells({"": (0.4, 0.4), "C / k": (1e-12,)}), "sum", ""),
    ("changed", cells({"": (1e-12, 0.4)}), "folds", ""),
    ("random", cells({"": (0.4, 0.4)}, seed=0.3), "resample", ""),
    ("random", cells({"": (0.4, 0.4)}, seed=0.3, order=0.4), "resample", ""),
    ("rounding", cells({"": (0.02, 0.02)}, weight=0.02, power=0.0), "mean", ""),
    ("changed", cells({"": (0.02, 0.02)}, weight=0.02, power=0.02), "mean", ""),
    ("rounding", cells({"": (1, 1), "n * k": (0.02, 0.02)}, order=0.01), "count", "n * k"),
    ("rounding", cells({"": (0.02, 0.02)}, seed=0.3, nudge=0.05), "mean", ""),
    ("random", cells({"": (0.02, 0.02)}, seed=0.3, nudge=0.05), "split", ""),
    ("changed", cells({"": (0.02, 0.02)}, order=0.02), "sum", ""),
    ("changed", cells({"": (np.inf, np.inf)}, error="ValueError: not on copies"), "mean", ""),
    ("could not be run", cells({"": (np.nan, np.nan)}, error="ValueError: no"), "mean", ""),
]


@pytest.mark.parametrize(("expected", "planted", "expects", "restores"), PLANTED)
def test_planted_cells_get_their_verdict(expected, planted, expects, restores):
    found = verdict(planted, expects, BOUNDS)
    assert (found["verdict"], found["setting_that_restores"]) == (expected, restores)


def test_every_verdict_is_planted():
    assert {row[0] for row in PLANTED} == set(verdicts.VERDICTS)


def test_the_verdict_does_not_hang_on_the_order_of_the_cells():
    for _, planted, expects, _ in PLANTED:
        mixed = planted.sample(frac=1, random_state=1)
        assert repr(verdict(planted, expects, BOUNDS)) == repr(verdict(mixed, expects, BOUNDS))


def test_a_public_setting_goes_before_a_private_one():
    arms = {"": (1, 1), "hidden": (0, 0), "weights": (1e-10, 0)}
    found = verdict(cells(arms, private=("hidden",)), "count", BOUNDS)
    assert (found["setting_that_restores"], found["private"]) == ("weights", 0)
    arms["weights"] = (1e-3, 0)
    found = verdict(cells(arms, private=("hidden",)), "count", BOUNDS)
    assert (found["setting_that_restores"], found["private"], found["difference_public"]) == ("hidden", 1, 1e-3)


def test_the_order_tells_no_rounding_where_rows_are_drawn_by_their_place():
    planted = cells({"": (0.4, 0.3)}, seed=0.3, order=0.4)
    assert verdict(planted, "mean", BOUNDS)["verdict"] == "rounding"
    assert verdict(planted, "mean", BOUNDS, draws=True)["verdict"] == "random"


def test_where_nothing_was_tried_the_note_says_so():
    for arms in ({"": (1, 1)}, {"": (1, 1), "tightened": (1, 1)}):
        assert verdict(cells(arms), "sum", BOUNDS)["note"] == "no setting known to try"
    assert verdict(cells({"": (1, 1), "C / k": (1, 1)}), "sum", BOUNDS)["note"] == ""
    assert verdict(cells({"": (0, 0)}), "sum", BOUNDS)["note"] == ""


def test_scores_that_are_nowhere_finite_are_no_fit():
    without = roster.row("classification", BernoulliNB, "mean", "", alpha=0.0)
    arena = Arena(without, "wine", 45, 5)
    assert probe.difference(*[np.full((3, 2), np.nan)] * 2) == np.inf
    if arena.original(False).error:  # every row meets a value that one class never had
        assert "no row has finite scores" in arena.original(False).error
    found = measured([without])
    assert not found["verdict"].iloc[0].startswith("invariant")


def test_a_setting_that_works_in_one_order_only_is_named_but_does_not_count():
    found = verdict(cells({"": (1, 1), "max_iter / k": (0, 0.5)}), "steps", BOUNDS)
    assert found["verdict"] == "changed" and found["note"] == "restored in the order tile only: max_iter / k"


def entry(name: str) -> roster.Entry:
    """One entry of the roster."""
    return next(e for e in roster.roster() if e.name == name)


def measured(entries) -> pd.DataFrame:
    """The census of a few entries at a small size."""
    found = census.measure(entries, SMALL["data"], SMALL["copies"], SMALL["rows"], 5, BOUNDS)
    return census.summarise(found, SMALL, entries).set_index("name")


def test_known_answers():
    names = {
        "GaussianNB": ("invariant", ""),
        "Lasso": ("invariant", ""),
        "NuSVC": ("invariant with tightened tolerance", ""),
        "Ridge": ("restored by setting", "alpha * k"),
        "SVC": ("restored by setting", "C / k, tightened"),
        "KNeighborsClassifier": ("restored by setting", "n_neighbors * k"),
        "LassoCV": ("restored by setting", "grouped folds"),
        "GaussianProcessClassifier": ("changed", ""),
        "BaggingClassifier": ("random", ""),
    }
    found = measured([entry(name) for name in names])
    assert (
        dict(zip(found.index, zip(found["verdict"], found["setting_that_restores"], strict=True), strict=True)) == names
    )


@pytest.mark.parametrize(("name", "cls", "param"), [("Ridge", Ridge, "alpha"), ("SVC", SVC, "C")])
def test_a_wrong_exchange_rate_is_caught(monkeypatch, name, cls, param):
    power = 1 if param == "C" else -1
    wrong = [changes._rate((cls,), param, power), *(r for r in changes.RULES if cls not in np.atleast_1d(r[0]))]
    monkeypatch.setattr(changes, "RULES", tuple(wrong))
    monkeypatch.setattr("hearsay.duplication.remedies.weightable", lambda estimator: False)
    found = measured([entry(name)])
    assert found["verdict"].tolist() == ["changed"] and found["tried"].iloc[0].startswith(
        "tightened" if name == "SVC" else param
    )


def test_the_median_that_changes_is_one_of_several():
    arena = Arena(entry("QuantileRegressor"), "diabetes", 44, 5)
    y = np.sort(arena.split.y)
    for found in (arena.original(False), arena.copied(3, "tile", None, False)):
        assert np.ptp(found.scores) < 1e-9 and y[21] - 1e-9 <= found.scores[0, 0] <= y[22] + 1e-9


def test_boosting_hangs_on_ties_that_one_rounding_unit_decides():
    arena = Arena(entry("GradientBoostingRegressor"), "diabetes", 45, 5)
    assert arena.nudge_floor() > 1e-3
    smooth = Arena(entry("GaussianNB"), "wine", 45, 5)
    assert smooth.nudge_floor() < 1e-12


class Fails(RegressorMixin, BaseEstimator):
    """An estimator that cannot be fitted."""

    def fit(self, x, y):
        """Raise."""
        raise ValueError("this one\nnever fits")


def test_an_estimator_that_fails_keeps_its_row():
    broken = replace(entry("Ridge"), name="Fails", build=lambda seed: Fails())
    found = measured([broken])
    assert found.loc["Fails", "verdict"] == "could not be run"
    assert found.loc["Fails", "note"] == "ValueError: this one never fits" and found.loc["Fails", "failed"] == 2


def test_an_estimator_dropped_from_the_census_ends_it(monkeypatch):
    without = tuple(e for e in roster.roster() if e.estimator != "Lars")
    monkeypatch.setattr(census, "missing", lambda: roster.missing(without))
    with pytest.raises(HearsayError, match="no entry for Lars"):
        census.run(SMALL, 5, 0)
    some = [entry("Ridge"), entry("Lars")]
    found = census.measure(some[:1], SMALL["data"], [3], 45, 5, BOUNDS)
    with pytest.raises(HearsayError, match="no cell for Lars"):
        census.summarise(found, SMALL, some)


def test_tables_survive_the_disk_and_shards_change_nothing(tmp_path):
    entries = [entry("Ridge"), entry("NearestCentroid"), entry("DummyClassifier")]
    whole = census.measure(entries, SMALL["data"], [2, 3], 45, 5, BOUNDS)
    parts = [census.measure([e], SMALL["data"], [2, 3], 45, 5, BOUNDS) for e in entries]
    paths = [tmp_path / f"{i}.csv" for i in range(3)]
    for part, path in zip(parts, paths, strict=True):
        tables.write(part, census.CELLS, path)
    read = census.gather(paths)
    first, second = (census.summarise(frame, SMALL, entries) for frame in (whole, read))
    pd.testing.assert_frame_equal(first, second)
    tables.write(first, census.CENSUS, tmp_path / "census.csv")
    pd.testing.assert_frame_equal(
        tables.read(tmp_path / "census.csv", census.CENSUS).sort_values("name", ignore_index=True),
        first.sort_values("name", ignore_index=True),
        check_dtype=False,
    )
