"""Which parameters of which estimator meet a number of rows, and how each scales: the exchange rates.

A rate is a parameter that meets a sum or a count of rows and is multiplied by a power of k. Grouped folds are the folds
of the original rows, each with all of its copies. A hidden constant has no parameter. In names n is the number of rows
before copying, p the columns, and s2 the residual variance of least squares with n - p - 1 degrees of freedom.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn import (
    ensemble,
    gaussian_process,
    kernel_ridge,
    linear_model,
    model_selection,
    multioutput,
    naive_bayes,
    neighbors,
    neural_network,
    semi_supervised,
    svm,
    tree,
)
from sklearn.base import is_classifier
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.dummy import DummyRegressor

from hearsay.duplication.private import HISTOGRAM, ShrunkCovariance

SUM, COUNT, DRAW, FOLDS, HIDDEN = "sum", "count", "draw", "folds", "hidden"
FORESTS = (ensemble.RandomForestClassifier, ensemble.RandomForestRegressor)
BAGS = (ensemble.BaggingClassifier, ensemble.BaggingRegressor)
TREES = (
    tree.DecisionTreeClassifier,
    tree.DecisionTreeRegressor,
    tree.ExtraTreeClassifier,
    tree.ExtraTreeRegressor,
    ensemble.ExtraTreesClassifier,
    ensemble.ExtraTreesRegressor,
    ensemble.GradientBoostingClassifier,
    ensemble.GradientBoostingRegressor,
)
EVIDENCE = (linear_model.BayesianRidge, linear_model.ARDRegression)
STEPPED = (linear_model.SGDClassifier, linear_model.SGDRegressor, linear_model.Perceptron)
STEPPED += (linear_model.PassiveAggressiveClassifier, linear_model.PassiveAggressiveRegressor)
MLPS = (neural_network.MLPClassifier, neural_network.MLPRegressor)
BOOSTED = (ensemble.GradientBoostingClassifier, ensemble.GradientBoostingRegressor)
DISCRIMINANTS = (LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis)
LEAVE_ONE_OUT = (linear_model.RidgeCV, linear_model.RidgeClassifierCV)


@dataclass(frozen=True)
class Rows:
    """What a remedy may look at: the copies x (kn, p), y (kn, ...), and ids (kn,), the row of each; any may be None."""

    x: np.ndarray | None = None
    y: np.ndarray | None = None
    ids: np.ndarray | None = None

    def first(self) -> np.ndarray:
        """Return the first place of each original row, in the order of the ids."""
        return np.unique(self.ids, return_index=True)[1]

    def sizes(self, factor: float) -> tuple[float, float]:
        """Return the rows of the fit that is wanted and of the fit to make: n and kn at k, kn and n at 1 / k."""
        return (len(self.y) / factor, len(self.y)) if factor >= 1 else (len(self.y), len(self.y) * factor)


@dataclass(frozen=True)
class Change:
    """One change of one estimator: its name, its sort, and the parameters it sets given (estimator, factor, rows).

    invertible: as of a Remedy.
    """

    name: str
    sort: str
    set_to: Callable[[object, float, Rows], dict]
    invertible: bool = True


def whole(value: float) -> int:
    """Return the nearest whole number, 1 at least: a count that may be set."""
    return max(1, round(float(value)))


def _rate(classes, param: str, power: int, sort: str = SUM, when: Callable = lambda e: True) -> tuple:
    """Return a rule: for these classes, `param` is multiplied by factor ** power."""

    def set_to(estimator, factor, rows):
        value = getattr(estimator, param)
        scaled = np.asarray(value) * factor**power if np.ndim(value) else value * factor**power
        return {param: whole(scaled) if sort == COUNT else scaled}

    sign = "* k" if power > 0 else "/ k"
    return classes, when, Change(f"{param} {sign}", sort, set_to, sort in (SUM, COUNT))


def _batch(estimator, factor, rows):
    size = estimator.batch_size
    if size == "auto":
        size = 200 if rows.y is None else min(200, whole(len(rows.y) / max(factor, 1.0)))
    return {"batch_size": whole(size * factor)}


def _bag(estimator, factor, rows):
    share = 1.0 if estimator.max_samples is None else estimator.max_samples
    share /= factor
    return {"max_samples": share if share <= 1.0 or rows.y is None else whole(share * len(rows.y))}


def _grid_c(estimator, factor, rows):
    grid = np.logspace(-4, 4, estimator.Cs) if np.ndim(estimator.Cs) == 0 else np.asarray(estimator.Cs)
    return {"Cs": grid / factor}


def _noise(estimator, factor, rows):
    """A variance so scaled that a column costs as much against k times the squares; BIC's price is log(rows)."""
    wanted, made = rows.sizes(factor)
    variance = estimator.noise_variance
    if variance is None:  # the squares of the copies, k times those of the rows, over the rows' degrees of freedom
        least = linear_model.LinearRegression(positive=estimator.positive, fit_intercept=estimator.fit_intercept)
        squares = float(((rows.y - least.fit(rows.x, rows.y).predict(rows.x)) ** 2).sum()) * wanted / len(rows.y)
        variance = squares / (wanted - rows.x.shape[1] - estimator.fit_intercept)
    price = 1.0 if estimator.criterion == "aic" else np.log(wanted) / np.log(made)
    return {"noise_variance": variance * factor * price}


def _noise_rules() -> list[tuple]:
    """Return a rule for each criterion, with the variance given and estimated: the names differ."""
    return [
        (
            (linear_model.LassoLarsIC,),
            lambda e, c=criterion, g=given: e.criterion == c and (e.noise_variance is not None) == g,
            Change(("noise_variance" if given else "noise_variance = s2") + rate, SUM, _noise),
        )
        for criterion, rate in {"aic": " * k", "bic": " * k * log(n) / log(k n)"}.items()
        for given in (False, True)
    ]


def _passes(estimator, factor, rows):
    stops = {"n_iter_no_change": whole(estimator.n_iter_no_change / factor)} if _stops(estimator) else {}
    return {"max_iter": whole(estimator.max_iter / factor), **stops}


def _stops(estimator) -> bool:
    return estimator.tol is not None or estimator.early_stopping


def _share(estimator, factor, rows):
    # a whole number of rows, or rounding may cost the last one
    return {"subsample": min(1.0, estimator.subsample / factor * (1 + 1e-12))}


def _rank(estimator, factor, rows):
    """The quantile whose interpolated rank lies between the same two rows, as far from each."""
    n, m = rows.sizes(factor)
    below, part = divmod((n - 1) * estimator.quantile, 1.0)
    return {"quantile": min(1.0, (factor * (below + 1) - 1 + part) / (m - 1))}


def _threshold(estimator, factor, rows):
    """Deviations are divided by sqrt(1 / n_c - 1 / n), sqrt(k) times smaller, and by squares over n - classes."""
    n, m = rows.sizes(factor)
    classes = len(np.unique(rows.y))
    return {"shrink_threshold": estimator.shrink_threshold * ((m - classes) / (n - classes)) ** 0.5}


def _intensity(estimator, factor, rows):
    return {"shrinkage": None, "covariance_estimator": ShrunkCovariance(factor)}


def _degrees(estimator, factor, rows):
    """Shift the noise's prior by the rows that copying adds, so that n minus the columns in use stays as it was."""
    n = len(rows.y) / factor if rows.ids is not None else len(rows.y)
    return {"alpha_1": estimator.alpha_1 - (factor - 1) * n / 2, "alpha_2": estimator.alpha_2 * factor}


def _folds(estimator, factor, rows):
    """The folds that the original rows get, each with all copies of its rows."""
    first = rows.first()
    y = rows.y[first]
    if isinstance(estimator, LEAVE_ONE_OUT) and estimator.cv is None:
        pairs = model_selection.LeaveOneOut().split(y)
        extra = {"scoring": _left_out if estimator.scoring is None else estimator.scoring}
    else:
        labelled = is_classifier(estimator)
        pairs, extra = model_selection.check_cv(_default_cv(estimator), y, classifier=labelled).split(first, y), {}
    return {"cv": [tuple(np.flatnonzero(np.isin(rows.ids, part)) for part in pair) for pair in pairs], **extra}


def _left_out(model, x, y) -> float:
    """Minus the mean squared error that leave-one-out uses by default; of a classifier, for targets of -1 and 1."""
    if not is_classifier(model):
        return -float(np.mean((model.predict(x) - y) ** 2))
    classes = model.classes_[1:] if len(model.classes_) == 2 else model.classes_
    target = np.where(y[:, None] == classes, 1.0, -1.0)
    return -float(np.mean((model.decision_function(x).reshape(target.shape) - target) ** 2))


def _default_cv(estimator):
    return 5 if estimator.cv is None or estimator.cv == "warn" else estimator.cv


def _has_folds(estimator) -> bool:
    if not hasattr(estimator, "cv") or estimator.cv == "prefit":
        return False
    chains = (multioutput.ClassifierChain, multioutput.RegressorChain)
    return not (isinstance(estimator, chains) and estimator.cv is None)


def _penalised(estimator) -> bool:
    return np.isfinite(getattr(estimator, "C", np.inf))


def _whole_above(param: str, default: int) -> Callable:
    def when(estimator) -> bool:
        value = getattr(estimator, param)
        samples_all = not getattr(estimator, "bootstrap", False) and getattr(estimator, "subsample", 1.0) == 1.0
        return isinstance(value, int | np.integer) and value > default and samples_all

    return when


def _is_knn(estimator) -> bool:
    return estimator.kernel == "knn"


RULES = (
    _rate((linear_model.Ridge, linear_model.RidgeClassifier, kernel_ridge.KernelRidge), "alpha", +1),
    _rate((linear_model.HuberRegressor, gaussian_process.GaussianProcessRegressor, *MLPS), "alpha", +1),
    _rate((naive_bayes.BernoulliNB, naive_bayes.CategoricalNB), "alpha", +1),
    _rate((naive_bayes.ComplementNB, naive_bayes.MultinomialNB), "alpha", +1),
    _rate((linear_model.LogisticRegression,), "C", -1, when=_penalised),
    _rate((svm.SVC, svm.SVR, svm.NuSVR, svm.LinearSVC, svm.LinearSVR), "C", -1),
    _rate(LEAVE_ONE_OUT, "alphas", +1),
    _rate(HISTOGRAM, "l2_regularization", +1, when=lambda e: e.l2_regularization > 0),
    _rate((linear_model.OrthogonalMatchingPursuit,), "tol", +1, when=lambda e: e.tol is not None),
    _rate((neighbors.KNeighborsClassifier, neighbors.KNeighborsRegressor), "n_neighbors", +1, COUNT),
    _rate((semi_supervised.LabelPropagation, semi_supervised.LabelSpreading), "n_neighbors", +1, COUNT, _is_knn),
    _rate(TREES, "min_samples_leaf", +1, COUNT, _whole_above("min_samples_leaf", 1)),
    _rate(TREES, "min_samples_split", +1, COUNT, _whole_above("min_samples_split", 2)),
    _rate(HISTOGRAM, "min_samples_leaf", +1, COUNT),
    _rate((semi_supervised.SelfTrainingClassifier,), "k_best", +1, COUNT, lambda e: e.criterion == "k_best"),
    ((linear_model.LogisticRegressionCV,), lambda e: True, Change("Cs / k", SUM, _grid_c)),
    *_noise_rules(),
    (DISCRIMINANTS, lambda e: e.shrinkage == "auto", Change("Ledoit-Wolf intensity * k", SUM, _intensity)),
    (
        (neighbors.NearestCentroid,),
        lambda e: e.shrink_threshold is not None,
        Change("shrink_threshold * sqrt((k n - classes) / (n - classes))", SUM, _threshold, False),
    ),
    (
        (DummyRegressor,),
        lambda e: e.strategy == "quantile" and e.quantile is not None,
        Change("quantile of the same rank", COUNT, _rank, False),
    ),
    (MLPS, lambda e: e.solver != "lbfgs", Change("batch_size * k", COUNT, _batch)),
    (BOOSTED, lambda e: e.subsample < 1.0, Change("subsample / k", DRAW, _share, False)),
    (
        (*FORESTS, *BAGS),
        lambda e: e.bootstrap and not isinstance(e.max_samples, int),
        Change("max_samples / k", DRAW, _bag, False),
    ),
    (STEPPED, _stops, Change("max_iter / k, n_iter_no_change / k", COUNT, _passes)),
    (STEPPED, lambda e: not _stops(e), Change("max_iter / k", COUNT, _passes)),
    (EVIDENCE, lambda e: True, Change("alpha_1 - (k - 1) n / 2, alpha_2 * k", HIDDEN, _degrees, False)),
    (
        (neighbors.NearestCentroid,),
        lambda e: True,
        Change("hidden divisor n - classes", HIDDEN, lambda e, f, r: {}, False),
    ),
    (HISTOGRAM, lambda e: True, Change("hidden min_hessian_to_split * k", HIDDEN, lambda e, f, r: {}, False)),
    (object, _has_folds, Change("grouped folds", FOLDS, _folds, False)),
)


def changes(estimator) -> list[Change]:
    """Return the changes that the class and the settings of `estimator` itself call for."""
    return [change for classes, when, change in RULES if isinstance(estimator, classes) and when(estimator)]
