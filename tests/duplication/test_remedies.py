"""Exchange rates and grouped folds, each held against the fit to the original rows."""

import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.covariance import ledoit_wolf
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import GradientBoostingRegressor, HistGradientBoostingClassifier, RandomForestRegressor
from sklearn.linear_model import BayesianRidge, LassoCV, LassoLarsIC, LogisticRegression, Ridge, RidgeCV, SGDRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor, NearestCentroid
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from hearsay.duplication import data, probe, remedies
from hearsay.duplication.private import ShrunkCovariance

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
        (LassoLarsIC("aic"), "noise_variance = s2 * k", DIABETES),
        (LassoLarsIC("bic"), "noise_variance = s2 * k * log(n) / log(k n)", DIABETES),
        (LassoLarsIC("aic", noise_variance=3000.0), "noise_variance * k", DIABETES),
        (LassoLarsIC("bic", noise_variance=3000.0), "noise_variance * k * log(n) / log(k n)", DIABETES),
        (LassoLarsIC("aic", positive=True, fit_intercept=False), "noise_variance = s2 * k", DIABETES),
        (LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"), "Ledoit-Wolf intensity * k", WINE),
        (LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto"), "Ledoit-Wolf intensity * k", WINE),
        (QuadraticDiscriminantAnalysis(solver="eigen", shrinkage="auto"), "Ledoit-Wolf intensity * k", WINE),
        (DummyRegressor(strategy="quantile", quantile=0.3083), "quantile of the same rank", DIABETES),
        (DummyRegressor(strategy="quantile", quantile=1.0), "quantile of the same rank", DIABETES),
        (
            NearestCentroid(shrink_threshold=0.5),
            "shrink_threshold * sqrt((k n - classes) / (n - classes)), hidden divisor n - classes",
            WINE,
        ),
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


@pytest.mark.parametrize("criterion", ["aic", "bic"])
def test_the_noise_variance_needs_no_ids(criterion):
    x, y, ids = probe.copied(DIABETES.x, DIABETES.y, 3, "tile")
    estimator = LassoLarsIC(criterion)
    remedy = remedies.remedies(estimator)[0]
    known, unknown = (remedy.apply(estimator, 3, given, x, y).noise_variance for given in (ids, None))
    own = probe.fit(estimator, DIABETES.x, DIABETES.y)[0].noise_variance_
    price = 1.0 if criterion == "aic" else np.log(60) / np.log(180)
    assert known == unknown and np.isclose(known, 3 * own * price, rtol=1e-12)


def test_a_scaled_threshold_restores_the_centroids_and_leaves_the_divisor():
    estimator = NearestCentroid(shrink_threshold=0.5)
    first = remedies.remedies(estimator)[0]
    assert not first.private and not first.invertible and 1e-6 < apart(estimator, first, WINE) < 1
    x, y, _ = probe.copied(WINE.x, WINE.y, 3, "tile")
    rows, copies = probe.fit(estimator, WINE.x, WINE.y)[0], probe.fit(first.apply(estimator, 3, None, x, y), x, y)[0]
    assert np.allclose(rows.centroids_, copies.centroids_, rtol=0, atol=1e-12)
    assert not np.allclose(rows.centroids_, probe.fit(estimator, x, y)[0].centroids_, rtol=0, atol=1e-3)


@pytest.mark.parametrize("rows", [5, 60])
def test_the_shrunk_covariance_is_sklearns(rows):
    x = WINE.x[:rows] * np.arange(1, 14)
    scale = x.std(axis=0)
    theirs = scale[:, None] * ledoit_wolf((x - x.mean(axis=0)) / scale)[0] * scale
    assert np.allclose(ShrunkCovariance().fit(x).covariance_, theirs, rtol=1e-10)
    copies = ShrunkCovariance(4.0).fit(np.tile(x, (4, 1))).covariance_
    assert np.allclose(copies, theirs, rtol=1e-10) and not np.allclose(
        ShrunkCovariance().fit(np.tile(x, (4, 1))).covariance_, theirs, rtol=1e-3
    )


@pytest.mark.parametrize(
    "estimator",
    [
        Ridge(),
        LogisticRegression(),
        LassoLarsIC("aic"),
        LassoLarsIC("bic"),
        LassoLarsIC("bic", noise_variance=3000.0),
        LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
    ],
)
def test_the_inverse_gives_the_rows_what_the_default_gives_the_copies(estimator):
    split = WINE if is_classifier(estimator) else DIABETES
    remedy = remedies.remedies(estimator)[0]
    assert remedy.invertible
    x, y, _ = probe.copied(split.x, split.y, 3, "repeat")
    copied, _ = probe.fit(estimator, x, y)
    reset, _ = probe.fit(remedy.apply(estimator, 1 / 3, None, x, y), split.x, split.y)
    assert probe.difference(*(probe.scores(m, split.x_test) for m in (copied, reset))) < 1e-6


def test_grouped_folds_are_the_folds_of_the_rows():
    x, y, ids = probe.copied(DIABETES.x, DIABETES.y, 3, "tile")
    for train, test in called(LassoCV(), "grouped folds").apply(LassoCV(), 3, ids, x, y).cv:
        assert not set(ids[train]) & set(ids[test])
        assert np.array_equal(np.unique(ids[test]), np.arange(min(ids[test]), max(ids[test]) + 1))
        assert len(train) + len(test) == len(y)


def test_what_a_setting_does_to_a_draw_is_not_inverted():
    boosted = remedies.remedies(GradientBoostingRegressor(subsample=0.5))
    assert [r.name for r in boosted] == ["subsample / k"] and not boosted[0].invertible
    for k in range(2, 60):  # as many rows are drawn from the copies as were from the rows
        share = boosted[0].apply(GradientBoostingRegressor(subsample=0.7), k).subsample
        assert int(share * 100 * k) == int(0.7 * 100)
    assert not remedies.remedies(GradientBoostingRegressor())[0].name.startswith("subsample")


def test_passes_name_both_counts():
    both = remedies.remedies(SGDRegressor())[0]
    assert both.name == "max_iter / k, n_iter_no_change / k" and both.invertible
    made = both.apply(SGDRegressor(), 5)
    assert (made.max_iter, made.n_iter_no_change) == (200, 1)
    fixed = remedies.remedies(SGDRegressor(tol=None))[0]
    assert fixed.name == "max_iter / k" and fixed.apply(SGDRegressor(tol=None), 5).n_iter_no_change == 5


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
