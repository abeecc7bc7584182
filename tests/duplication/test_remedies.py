"""Exchange rates and grouped folds, each held against the fit to the original rows."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.linear_model import BayesianRidge, LassoCV, LassoLarsIC, LogisticRegression, Ridge, RidgeCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor, NearestCentroid
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from hearsay.duplication import data, probe, remedies

WINE = data.split(data.load("wine"), 60, np.random.default_rng(3))
DIABETES = data.split(data.load("diabetes"), 60, np.random.default_rng(3))


def apart(estimator, remedy, split, k=3, how="tile"):
    """The difference of the remedied fit to the copies from the fit to the rows."""
    x, y, ids = probe.copied(split.x, split.y, k, how)
    original, _ = probe.fit(estimator, split.x, split.y)
    copied, _ = probe.fit(remedy.apply(estimator, k, ids, x, y), x, y)
    return probe.difference(probe.scores(original, split.x_test), probe.scores(copied, split.x_test))


def called(estimator, name):
    """The remedy of that name."""
    return next(r for r in remedies.remedies(estimator) if r.name == name)


@pytest.mark.parametrize(
    ("estimator", "name", "split"),
    [
        (Ridge(), "alpha * k", DIABETES),
        (KNeighborsRegressor(), "n_neighbors * k", DIABETES),
        (LogisticRegression(), "C / k", WINE),
        (make_pipeline(StandardScaler(), LogisticRegression()), "C / k", WINE),
        (LassoCV(), "grouped folds", DIABETES),
        (RidgeCV(), "alphas * k, grouped folds", DIABETES),
        (LassoLarsIC("bic"), "noise_variance * k", DIABETES),
        (BayesianRidge(), "sample_weight = 1 / k", DIABETES),
        (NearestCentroid(), "hidden divisor n - classes", WINE),
        (HistGradientBoostingClassifier(max_iter=20), "min_samples_leaf * k, hidden min_hessian_to_split * k", WINE),
    ],
)
@pytest.mark.parametrize("how", probe.ORDERS)
def test_remedies_restore_the_fit(estimator, name, split, how):
    remedy = called(estimator, name)
    assert apart(estimator, remedy, split, how=how) < 1e-8
    assert remedy.private == ("hidden" in name)


def test_the_evidence_priors_are_exact_without_the_check():
    estimator = BayesianRidge(tol=1e-12, max_iter=2000)
    remedy = called(estimator, "alpha_1 - (k - 1) n / 2, alpha_2 * k")
    assert remedy.private and apart(estimator, remedy, DIABETES) < 1e-8


def test_the_hidden_constant_is_put_back():
    from sklearn.ensemble._hist_gradient_boosting import gradient_boosting
    from sklearn.ensemble._hist_gradient_boosting.grower import TreeGrower

    remedy = remedies.remedies(HistGradientBoostingClassifier())[-1]
    broken = remedy.apply(HistGradientBoostingClassifier(max_iter=-1), 3)
    with pytest.raises(ValueError, match="max_iter"):
        broken.fit(WINE.x, WINE.y)
    assert gradient_boosting.TreeGrower is TreeGrower


@pytest.mark.parametrize("estimator", [Ridge(), LogisticRegression()])
def test_the_inverse_gives_the_rows_what_the_default_gives_the_copies(estimator):
    split = DIABETES if isinstance(estimator, Ridge) else WINE
    remedy = remedies.remedies(estimator)[0]
    assert remedy.invertible
    x, y, _ = probe.copied(split.x, split.y, 3, "repeat")
    copied, _ = probe.fit(estimator, x, y)
    reset, _ = probe.fit(remedy.apply(estimator, 1 / 3), split.x, split.y)
    assert probe.difference(*(probe.scores(m, split.x_test) for m in (copied, reset))) < 1e-6


def test_grouped_folds_are_the_folds_of_the_rows():
    x, y, ids = probe.copied(DIABETES.x, DIABETES.y, 3, "tile")
    for train, test in called(LassoCV(), "grouped folds").apply(LassoCV(), 3, ids, x, y).cv:
        assert not set(ids[train]) & set(ids[test])
        assert np.array_equal(np.unique(ids[test]), np.arange(min(ids[test]), max(ids[test]) + 1))
        assert len(train) + len(test) == len(y)


def test_names_and_values():
    assert remedies.remedies(GaussianNB())[0].name == "sample_weight = 1 / k"
    assert remedies.remedies(RandomForestRegressor())[0].apply(RandomForestRegressor(), 4).max_samples == 0.25
    batch = remedies.remedies(MLPRegressor())[0].apply(MLPRegressor(), 3, y=np.zeros(360))
    assert batch.batch_size == 360 and batch.alpha == pytest.approx(3e-4)
    assert remedies.remedies(LogisticRegression(C=np.inf))[0].name == "sample_weight = 1 / k"
    given_one = LinearSVC()
    assert remedies.remedies(given_one)[0].apply(given_one, 4).C == 0.25 and given_one.C == 1.0


def test_tightening_reaches_inside():
    tight = remedies.tighten(make_pipeline(StandardScaler(), LogisticRegression()))
    assert tight[-1].tol == 1e-12 and remedies.tighten(GaussianNB()) is None
