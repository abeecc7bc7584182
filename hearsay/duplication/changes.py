"""Which parameters of which estimator meet a number of rows, and how each scales: the exchange rates.

A rate is a parameter that meets a sum or a count of rows and is multiplied by a power of k. Grouped folds are the folds
of the original rows, each with all of its copies. A hidden constant has no parameter.
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

from hearsay.duplication.private import HISTOGRAM

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
LEAVE_ONE_OUT = (linear_model.RidgeCV, linear_model.RidgeClassifierCV)


@dataclass(frozen=True)
class Rows:
    """What a remedy may look at: x (m, p), y (m, ...), and ids (m,), the original row of each; any may be None."""

    x: np.ndarray | None = None
    y: np.ndarray | None = None
    ids: np.ndarray | None = None

    def first(self) -> np.ndarray:
        """Return the first place of each original row, in the order of the ids."""
        return np.unique(self.ids, return_index=True)[1]


@dataclass(frozen=True)
class Change:
    """One change of one estimator: its name, its sort, and the parameters it sets given (estimator, factor, rows)."""

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
    return classes, when, Change(f"{param} {sign}", sort, set_to, sort != COUNT)


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
    """Residual variance of the original rows, so scaled that a column costs as much against k times the squares."""
    first = rows.first() if rows.ids is not None else np.arange(len(rows.y))
    n, m = len(first), whole(len(first) * factor)
    variance = estimator.noise_variance
    if variance is None:
        x, y = rows.x[first] - rows.x[first].mean(axis=0), rows.y[first] - rows.y[first].mean()
        left = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        variance = float(left @ left) / (n - x.shape[1] - estimator.fit_intercept)
    price = 1.0 if estimator.criterion == "aic" else np.log(n) / np.log(m)
    return {"noise_variance": variance * factor * price}


def _passes(estimator, factor, rows):
    return {
        "max_iter": whole(estimator.max_iter / factor),
        "n_iter_no_change": whole(estimator.n_iter_no_change / factor),
    }


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
    ((linear_model.LassoLarsIC,), lambda e: True, Change("noise_variance * k", SUM, _noise)),
    (MLPS, lambda e: e.solver != "lbfgs", Change("batch_size * k", COUNT, _batch, False)),
    (
        (*FORESTS, *BAGS),
        lambda e: e.bootstrap and not isinstance(e.max_samples, int),
        Change("max_samples / k", DRAW, _bag, False),
    ),
    (STEPPED, lambda e: True, Change("max_iter / k", COUNT, _passes, False)),
    (EVIDENCE, lambda e: True, Change("alpha_1 - (k - 1) n / 2, alpha_2 * k", HIDDEN, _degrees, False)),
    (
        (neighbors.NearestCentroid,),
        lambda e: e.shrink_threshold is None,
        Change("hidden divisor n - classes", HIDDEN, lambda e, f, r: {}, False),
    ),
    (HISTOGRAM, lambda e: True, Change("hidden min_hessian_to_split * k", HIDDEN, lambda e, f, r: {}, False)),
    (object, _has_folds, Change("grouped folds", FOLDS, _folds, False)),
)


def changes(estimator) -> list[Change]:
    """Return the changes that the class and the settings of `estimator` itself call for."""
    return [change for classes, when, change in RULES if isinstance(estimator, classes) and when(estimator)]
