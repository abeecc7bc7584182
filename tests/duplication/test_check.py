import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_diabetes, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LassoCV, LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from hearsay.duplication.check import check_duplication, searched
from hearsay.duplication.check_input import find_duplicates
from hearsay.errors import HearsayError

WINE, WINE_CLASS = load_wine(return_X_y=True)
SUGAR, PROGRESSION = load_diabetes(return_X_y=True)


def scaled(inner):
    return lambda: make_pipeline(StandardScaler(), inner())


@pytest.mark.parametrize(
    ("factory", "setting", "sets"),
    [
        (SVC, "C / k", "C=0.333333"),
        (scaled(lambda: SVC(tol=1e-10)), "C / k", "svc__C=0.333333"),
        (
            lambda: DecisionTreeClassifier(min_samples_leaf=5, random_state=0),
            "min_samples_leaf * k",
            "min_samples_leaf=15",
        ),
    ],
)
def test_the_setting_that_undoes_copies_is_found_and_verified(factory, setting, sets):
    report = check_duplication(factory, WINE, WINE_CLASS)
    assert (report.verdict, report.setting, report.sets) == ("changed", setting, sets)
    assert report.difference > 0.1
    assert report.after <= 1e-8
    assert report.score_after == pytest.approx(report.score)
    assert not report.random


@pytest.mark.parametrize("copies", [2, 5])
def test_the_factor_is_the_number_of_copies(copies):
    report = check_duplication(Ridge, SUGAR, PROGRESSION, copies=copies)
    assert (report.setting, report.sets, report.flips) == ("alpha * k", f"alpha={copies}", None)


def test_least_squares_is_invariant():
    report = check_duplication(LinearRegression, SUGAR, PROGRESSION)
    assert (report.verdict, report.setting) == ("invariant", "")
    assert report.score == pytest.approx(report.score_copied)


def test_internal_folds_need_grouping():
    assert (
        check_duplication(lambda: LassoCV(cv=3), SUGAR[:80, :4], PROGRESSION[:80], folds=2).setting == "grouped folds"
    )


def test_a_random_forest_is_compared_with_its_seeds():
    report = check_duplication(lambda: RandomForestClassifier(10), WINE, WINE_CLASS, seeds=8)
    assert report.random
    assert report.seeds == 8
    assert report.flips is None
    assert report.seed_floor > 0
    assert report.verdict in ("changed", "not shown")
    assert (report.p < 0.05) == (report.verdict == "changed")


def test_a_forest_that_draws_a_fixed_number_of_rows_is_not_shown_to_change():
    report = check_duplication(lambda: RandomForestClassifier(10, max_samples=60), WINE, WINE_CLASS, seeds=8)
    assert report.verdict == "not shown"


@pytest.mark.parametrize(
    ("search", "untried"),
    [
        (lambda: GridSearchCV(SVC(), {"C": [1, 10]}), ("param_grid's C / k",)),
        (lambda: GridSearchCV(SVC(), [{"C": [1]}, {"gamma": [1]}]), ("param_grid's C / k",)),
        (lambda: GridSearchCV(SVC(), {"gamma": [0.1]}), ("estimator's C / k",)),
        (lambda: GridSearchCV(make_pipeline(StandardScaler(), SVC()), {"svc__C": [1]}), ("param_grid's C / k",)),
        (lambda: RandomizedSearchCV(SVC(), {"C": [1, 10]}), ("param_distributions's C / k",)),
        (lambda: HalvingGridSearchCV(SVC(), {"C": [1, 10]}), ("param_grid's C / k",)),
        (lambda: GridSearchCV(LinearRegression(), {"fit_intercept": [True]}), ()),
        (SVC, ()),
    ],
)
def test_what_a_search_needs_inside_is_named(search, untried):
    assert searched(search()) == untried


def test_a_search_is_not_said_to_be_beyond_help():
    report = check_duplication(lambda: GridSearchCV(SVC(), {"C": [1, 10]}, cv=3), WINE, WINE_CLASS, folds=3)
    assert (report.verdict, report.setting, report.untried) == ("changed", "", ("param_grid's C / k",))


class Counts(ClassifierMixin, BaseEstimator):
    """Predicts by the parity of the number of rows: changed by copies, and nothing undoes it."""

    def fit(self, x, y):
        self.classes_, self.n_ = np.unique(y), len(y)
        return self

    def predict(self, x):
        return np.full(len(x), self.classes_[self.n_ % 2])


class Lost(Counts):
    """Its scores are never numbers."""

    def decision_function(self, x):
        return np.full(len(x), np.nan)


def test_scores_that_are_not_finite_are_not_invariant():
    with pytest.raises(HearsayError, match="Lost gives no finite score on these rows") as error:
        check_duplication(Lost, WINE[:101], np.arange(101) % 2, copies=2, folds=4)
    assert "\n" not in str(error.value)


def test_what_nothing_undoes():
    report = check_duplication(Counts, WINE[:101], np.arange(101) % 2, copies=2, folds=4)
    assert (report.verdict, report.setting, report.tried) == ("changed", "", {})
    assert report.flips > 0


def test_a_data_frame_and_labels_that_are_text_work():
    frame = pd.DataFrame(WINE, columns=[f"c{i}" for i in range(WINE.shape[1])])
    labels = pd.Series(np.array(["a", "b", "c"])[WINE_CLASS], name="kind")
    assert check_duplication(SVC, frame, labels).setting == "C / k"


def test_rows_that_are_there_twice_are_counted_and_kept_together():
    x, y = np.vstack([WINE, WINE[:30]]), np.append(WINE_CLASS, WINE_CLASS[:30])
    y[180] = 2  # the copy of row 2, which is of class 0
    found = check_duplication(SVC, x, y).duplicates
    assert found.rows == 58
    assert found.conflicting == 2
    assert 30 < found.leaking <= 60


def test_leaking_rows_by_hand():
    ids, y = np.array([0, 0, 1, 2, 2, 2]), np.arange(6)
    found = find_duplicates(ids, y, 6, 0)  # a fold for each row: every copy is in another
    assert (found.rows, found.conflicting, found.leaking) == (0, 5, 5)


def test_no_row_twice_no_warning():
    found = find_duplicates(np.arange(9), np.zeros(9), 3, 0)
    assert (found.rows, found.conflicting, found.leaking) == (0, 0, 0)


def raises():
    raise RuntimeError("no luck\nat all")


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        (raises, "raises raised RuntimeError: no luck"),
        (lambda: 3, "returned a int without fit, predict"),
        (lambda: SVC, "returned the class SVC"),
        (StandardScaler, "without predict"),
        (lambda: SVC(C=-1), r"SVC raised on \d+ training rows: InvalidParameterError"),
    ],
)
def test_a_bad_factory_gets_one_line(factory, message):
    with pytest.raises(HearsayError, match=message) as error:
        check_duplication(factory, WINE, WINE_CLASS)
    assert "\n" not in str(error.value)


def changed(**columns):
    frame = pd.DataFrame(WINE[:, :3], columns=["a", "b", "c"]).astype(object)
    for name, (row, value) in columns.items():
        frame.loc[row, name] = value
    return frame


ZEROS = np.zeros(len(WINE))


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (changed(b=(4, None)), WINE_CLASS, "column 'b' misses a value, the first in row 5"),
        (changed(c=(0, "red")), WINE_CLASS, r"column 'c' is not numeric \('red'\)"),
        (changed(a=(2, np.inf)), WINE_CLASS, "column 'a' holds an infinite value in row 3"),
        (changed(a=(slice(None), 7)), WINE_CLASS, "column 'a' is constant"),
        (WINE, ZEROS, "one class only"),
        (WINE, WINE_CLASS + 0.5, "continuous"),
        (WINE, np.where(np.arange(178) == 9, np.nan, 1.0), "target misses a value, the first in row 10"),
        (WINE[:4], WINE_CLASS[-4:], "4 rows, fewer than the 5 folds"),
        (np.repeat(WINE[[0, 70]], 9, axis=0), np.repeat([0, 1], 9), "2 distinct rows, fewer than the 5 folds"),
        (WINE[:20], np.arange(20) == 3, "class True has one row"),
        (WINE, WINE_CLASS[:-1], "one value for each of the 178 rows"),
        (WINE[0], WINE_CLASS, "expected a matrix"),
        (WINE[:0], WINE_CLASS[:0], "no rows"),
    ],
)
def test_bad_data_get_one_line(x, y, message):
    with pytest.raises(HearsayError, match=message) as error:
        check_duplication(LogisticRegression, x, y)
    assert "\n" not in str(error.value)


def test_text_is_no_target_of_a_regressor():
    with pytest.raises(HearsayError, match=r"target is not numeric \('a'\), the estimator a regressor"):
        check_duplication(Ridge, WINE, np.array(["a", "b", "c"])[WINE_CLASS])


@pytest.mark.parametrize("sizes", [{"copies": 1}, {"folds": 1}, {"seeds": 1}])
def test_sizes_below_two_are_refused(sizes):
    with pytest.raises(HearsayError, match="2 or more"):
        check_duplication(SVC, WINE, WINE_CLASS, **sizes)
