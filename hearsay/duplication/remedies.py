"""What to set so that k copies of every row give the fit that the rows gave: found by class, verified by measurement.

Some constants are reached only through sample weights of 1 / k, some only behind the public interface; those remedies
say so.
"""

from dataclasses import dataclass

from sklearn import (
    calibration,
    compose,
    ensemble,
    linear_model,
    model_selection,
    multiclass,
    multioutput,
    neighbors,
    pipeline,
    semi_supervised,
    svm,
)
from sklearn.base import clone

from hearsay.duplication.changes import (
    COUNT,
    DRAW,
    EVIDENCE,
    FOLDS,
    HIDDEN,
    MLPS,
    SUM,
    Change,
    Rows,
    changes,
)
from hearsay.duplication.private import (
    HISTOGRAM,
    HiddenDivisor,
    HiddenHessian,
    Unchecked,
    Weighted,
    Wrapped,
    weightable,
)


@dataclass(frozen=True)
class Remedy:
    """A setting that may undo copying.

    apply(estimator, k, ids, x, y): the estimator to fit to the k copies x (kn, p), y (kn, ...) of the rows `ids` (kn,).
    invertible: apply(estimator, 1 / k, None, x, y) is the estimator to fit to the rows instead of the default to their
    copies, counts to the nearest whole number, and `name` with * and / exchanged names it. private: reached only
    behind the public interface.
    """

    name: str
    sorts: frozenset[str]
    invertible: bool
    private: bool

    def apply(self, estimator, factor: float, ids=None, x=None, y=None):
        """Return an unfitted estimator with the remedy applied; `estimator` is left as it is."""
        made = _transform(estimator, factor, Rows(x, y, ids), self.sorts)
        return Weighted(made, 1.0 / factor) if "weights" in self.sorts else made


# estimators inside which the row count is that of the data; a bag or a boosting round sees something else
NESTED = (
    calibration.CalibratedClassifierCV,
    compose.TransformedTargetRegressor,
    ensemble.StackingClassifier,
    ensemble.StackingRegressor,
    ensemble.VotingClassifier,
    ensemble.VotingRegressor,
    model_selection.FixedThresholdClassifier,
    model_selection.TunedThresholdClassifierCV,
    multiclass.OneVsOneClassifier,
    multiclass.OneVsRestClassifier,
    multiclass.OutputCodeClassifier,
    multioutput.ClassifierChain,
    multioutput.MultiOutputClassifier,
    multioutput.MultiOutputRegressor,
    multioutput.RegressorChain,
    semi_supervised.SelfTrainingClassifier,
    pipeline.Pipeline,
)
DEFAULTS = {  # what a None inside stands for, where it matters
    (calibration.CalibratedClassifierCV, "estimator"): lambda: svm.LinearSVC(random_state=0),
    (ensemble.StackingClassifier, "final_estimator"): linear_model.LogisticRegression,
    (ensemble.StackingRegressor, "final_estimator"): linear_model.RidgeCV,
}


def _children(estimator) -> dict[str, object]:
    """Return the estimators inside, by the parameter's name that sets each."""
    if not isinstance(estimator, NESTED):
        return {}
    found = {}
    for param in ("estimator", "regressor", "final_estimator"):
        value = getattr(estimator, param, None)
        if value is None and (type(estimator), param) in DEFAULTS:
            value = DEFAULTS[type(estimator), param]()
        if hasattr(value, "fit"):
            found[param] = value
    several = getattr(estimator, "estimators", None) or getattr(estimator, "steps", None) or []
    return found | {name: value for name, value in several if hasattr(value, "fit")}


def _all_changes(estimator) -> list[Change]:
    own = changes(estimator)
    for child in _children(estimator).values():
        own += [change for change in _all_changes(child) if change.name not in {c.name for c in own}]
    return own


def _transform(estimator, factor: float, rows: Rows, sorts: frozenset[str]):
    made = clone(estimator)
    for change in changes(estimator):
        if change.sort in sorts:
            made.set_params(**change.set_to(estimator, factor, rows))
    for name, child in _children(estimator).items():
        made.set_params(**{name: _transform(child, factor, rows, sorts)})
    if HIDDEN in sorts and isinstance(estimator, HISTOGRAM):
        return HiddenHessian(made, factor)
    if HIDDEN in sorts and isinstance(estimator, neighbors.NearestCentroid):
        return HiddenDivisor(made, factor)
    if HIDDEN in sorts and isinstance(estimator, EVIDENCE):
        return Unchecked(made, factor)
    return made


def remedies(estimator) -> list[Remedy]:
    """Return the candidates for one estimator, from the simplest to the last resort; none where nothing is known."""
    found = _all_changes(estimator)
    have = {change.sort for change in found}
    rates = have & {SUM, COUNT, DRAW}
    wanted = [rates, have & {FOLDS}]
    wanted.append(rates | {FOLDS} if rates and FOLDS in have else set())
    if weightable(estimator) and DRAW not in have:
        wanted.append((have & {COUNT, FOLDS}) | {"weights"})
    wanted.append(have if HIDDEN in have else set())
    unique = list(dict.fromkeys(frozenset(sorts) for sorts in wanted if sorts))
    return [_remedy(found, sorts) for sorts in unique]


def _remedy(found: list[Change], sorts: frozenset[str]) -> Remedy:
    used = [change for change in found if change.sort in sorts]
    names = list(dict.fromkeys(change.name for change in used))
    names += ["sample_weight = 1 / k"] if "weights" in sorts else []
    invertible = all(change.invertible for change in used) and "weights" not in sorts
    return Remedy(", ".join(names), sorts, invertible, HIDDEN in sorts)


TIGHT = (
    ((linear_model.LogisticRegression, linear_model.LogisticRegressionCV), {"tol": 1e-12, "max_iter": 100_000}),
    ((linear_model.GammaRegressor, linear_model.PoissonRegressor), {"tol": 1e-12, "max_iter": 100_000}),
    ((linear_model.TweedieRegressor,), {"tol": 1e-12, "max_iter": 100_000}),
    ((linear_model.HuberRegressor,), {"tol": 1e-12, "max_iter": 100_000}),
    (EVIDENCE, {"tol": 1e-12, "max_iter": 3_000}),
    ((svm.SVC, svm.SVR, svm.NuSVC, svm.NuSVR), {"tol": 1e-10}),
    ((svm.LinearSVC, svm.LinearSVR), {"tol": 1e-13, "max_iter": 200_000}),
    ((linear_model.Lasso, linear_model.ElasticNet), {"tol": 1e-14, "max_iter": 100_000}),
    ((linear_model.MultiTaskLasso, linear_model.MultiTaskElasticNet), {"tol": 1e-14, "max_iter": 100_000}),
    ((linear_model.LassoCV, linear_model.ElasticNetCV), {"tol": 1e-12, "max_iter": 100_000}),
    ((linear_model.MultiTaskLassoCV, linear_model.MultiTaskElasticNetCV), {"tol": 1e-12, "max_iter": 100_000}),
    ((semi_supervised.LabelPropagation, semi_supervised.LabelSpreading), {"tol": 1e-14, "max_iter": 5_000}),
)


def tighten(estimator):
    """Return a clone whose iterative solvers, inside too, go on to near rounding; None where there are none."""
    made, found = clone(estimator), False
    if isinstance(estimator, Wrapped):
        inner = tighten(estimator.estimator)
        return None if inner is None else made.set_params(estimator=inner)
    for classes, set_to in TIGHT:
        if type(estimator) in classes:
            made.set_params(**set_to)
            found = True
    if type(estimator) in MLPS and estimator.solver == "lbfgs":
        made.set_params(tol=1e-10, max_iter=5000, max_fun=100_000)
        found = True
    for name, child in _children(estimator).items():
        tight = tighten(child)
        if tight is not None:
            made.set_params(**{name: tight})
            found = True
    return made if found else None
