"""Copy rows, fit, and compare two fits by their scores on the same probe rows."""

import warnings

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.exceptions import ConvergenceWarning

from hearsay.errors import HearsayError

ORDERS = ("tile", "repeat")


def copied(x: np.ndarray, y: np.ndarray, k: int, how: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return every row k times, and the number of the original row of each: x (kn, p), y (kn, ...), ids (kn,).

    how: 'tile' (1..n, 1..n, ...) or 'repeat' (1, 1, .., 2, 2, ..). Raises HearsayError for another.
    """
    if how not in ORDERS or k < 1:
        raise HearsayError(f"duplication: cannot copy rows {k} times by {how!r}; expected k >= 1 and {ORDERS}")
    n = len(y)
    ids = np.tile(np.arange(n), k) if how == "tile" else np.repeat(np.arange(n), k)
    return x[ids], y[ids], ids


def fit(estimator, x: np.ndarray, y: np.ndarray, **arguments) -> tuple[object, bool]:
    """Fit a clone of `estimator`; return it and whether it converged, with its warnings kept quiet."""
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="ignore"):
        warnings.simplefilter("always")
        model = clone(estimator).fit(x, y, **arguments)
    return model, not any(issubclass(w.category, ConvergenceWarning) for w in caught)


def scores(model, x: np.ndarray) -> np.ndarray:
    """Return the scores (m, c) of a fitted model: probabilities, else decision values, else predictions.

    Where only classes are predicted by the votes of several models, those models' scores; else one column of 0 and 1 a
    class. Several outputs stand side by side; a tuned threshold is a column of its own, for it decides as scores do.
    """
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if not is_classifier(model):
            found = model.predict(x)
        elif hasattr(model, "predict_proba"):
            found = model.predict_proba(x)
        elif hasattr(model, "decision_function"):
            found = model.decision_function(x)
        elif isinstance(getattr(model, "estimators_", None), list):
            found = [scores(inner, x) for inner in model.estimators_]
        else:
            found = _one_hot(model, model.predict(x))
    if isinstance(found, list):
        found = np.hstack(found)
    found = np.asarray(found, float).reshape(len(x), -1)
    if hasattr(model, "best_threshold_"):
        found = np.column_stack([found, np.full(len(x), float(model.best_threshold_))])
    return found


def _one_hot(model, labels: np.ndarray) -> np.ndarray:
    if labels.ndim > 1:
        return labels
    return (labels[:, None] == model.classes_).astype(float)


def difference(a: np.ndarray, b: np.ndarray) -> float:
    """Return the largest |b - a| in units of the spread of `a`: the root mean variance of its columns.

    Where `a` does not vary the unit is its largest absolute value, or 1. A score that is not finite, but the same on
    both sides, is equal; else it is an infinite difference. So are scores of another shape, and scores without any
    row that is finite on both sides: where nothing was scored, nothing is the same.
    """
    finite = np.isfinite(a)
    if a.shape != b.shape or not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return float("inf")
    if not (finite & np.isfinite(b)).all(axis=1).any() or not np.isfinite(b[finite]).all():
        return float("inf")
    whole = a[finite.all(axis=1)]
    spread = float(np.sqrt(whole.var(axis=0).mean()))
    size = float(np.abs(whole).max())
    if spread <= 1e-12 * size:
        spread = size or 1.0
    return float(np.abs(b[finite] - a[finite]).max() / spread)


def labels(model, x: np.ndarray) -> np.ndarray | None:
    """Return the predicted classes (m,) or (m, q), or None for a regressor."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return np.asarray(model.predict(x)) if is_classifier(model) else None


def flips(a: np.ndarray | None, b: np.ndarray | None) -> float:
    """Return the share of rows whose predicted class differs; missing (NaN) for regressors."""
    if a is None or b is None:
        return float("nan")
    return float(np.mean((a != b).reshape(len(a), -1).any(axis=1)))


def held_out(model, x: np.ndarray, y: np.ndarray) -> float:
    """Return the model's own score (accuracy or R squared) on held-out rows, NaN where it has none for them."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return float(model.score(x, y))
        except (ValueError, TypeError, AttributeError):
            return float("nan")
