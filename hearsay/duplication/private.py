"""Absolute constants that no parameter reaches, made reachable: all but `ShrunkCovariance` behind the interface."""

import numpy as np
import sklearn
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.ensemble._hist_gradient_boosting import gradient_boosting
from sklearn.ensemble._hist_gradient_boosting.grower import TreeGrower
from sklearn.utils.validation import has_fit_parameter

MIN_HESSIAN = 1e-3  # TreeGrower's default for min_hessian_to_split; no estimator passes another


class Wrapped(BaseEstimator):
    """An estimator that fits another in its own way and answers for it otherwise."""

    def __init__(self, estimator=None, factor=1.0):
        self.estimator, self.factor = estimator, factor

    def __getattr__(self, name):
        """Answer with the attribute of the fitted estimator, or of the one to fit."""
        if name.startswith("__") or name in ("estimator", "factor", "model_"):
            raise AttributeError(name)
        return getattr(self.__dict__.get("model_", self.__dict__["estimator"]), name)

    def __sklearn_tags__(self):
        """Return the tags of the estimator inside."""
        return self.estimator.__sklearn_tags__()

    def _clone(self):
        return sklearn.base.clone(self.estimator)


class Weighted(Wrapped):
    """Fit with the constant sample weight `factor`."""

    def fit(self, x, y):
        """Fit to x (n, p) and y (n, ...)."""
        self.model_ = self._clone().fit(x, y, sample_weight=[self.factor] * len(x))
        return self


class HiddenHessian(Wrapped):
    """Fit histogram gradient boosting with its hidden minimum of a child's curvature multiplied by `factor`."""

    def fit(self, x, y):
        """Fit to x (n, p) and y (n,)."""
        least = MIN_HESSIAN * self.factor

        def grower(*args, **kwargs):
            return TreeGrower(*args, min_hessian_to_split=least, **kwargs)

        gradient_boosting.TreeGrower = grower
        try:
            self.model_ = self._clone().fit(x, y)
        finally:
            gradient_boosting.TreeGrower = TreeGrower
        return self


class HiddenDivisor(Wrapped):
    """Fit nearest centroids to `factor` copies and divide within-class squares by n - classes of the original rows."""

    def fit(self, x, y):
        """Fit to x (n, p) and y (n,)."""
        self.model_ = self._clone().fit(x, y)
        free, classes = len(x) / self.factor, len(self.model_.classes_)
        self.model_.within_class_std_dev_ *= ((len(x) - classes) / (self.factor * (free - classes))) ** 0.5
        return self


class Unchecked(Wrapped):
    """Fit with scikit-learn's check of parameter ranges switched off; `factor` is not used."""

    def fit(self, x, y):
        """Fit to x (n, p) and y (n,)."""
        with sklearn.config_context(skip_parameter_validation=True):
            self.model_ = self._clone().fit(x, y)
        return self


class ShrunkCovariance(BaseEstimator):
    """Ledoit and Wolf's covariance of standardised columns, its intensity times `factor`, for a discriminant analysis.

    The intensity is the smaller of beta / delta and 1; beta is a mean over rows divided by their number, and delta a
    mean over rows, so k copies divide the ratio by k (Ledoit & Wolf 2004, Journal of Multivariate Analysis 88).
    """

    def __init__(self, factor=1.0):
        self.factor = factor

    def fit(self, x, y=None):
        """Set covariance_ (p, p) from x (n, p)."""
        n, p = x.shape
        scale = x.std(axis=0)
        scale = np.where(scale > 10 * np.finfo(float).eps * np.abs(x).max(axis=0), scale, 1.0)
        z = (x - x.mean(axis=0)) / scale
        covariance = z.T @ z / n
        size = np.trace(covariance) / p
        delta = (covariance**2).sum() - p * size**2
        beta = (((z**2).sum(axis=1) ** 2).mean() - (covariance**2).sum()) / n
        intensity = min(self.factor * beta, delta) / delta if beta > 0 and delta > 0 else 0.0
        shrunk = (1 - intensity) * covariance + intensity * size * np.eye(p)
        self.covariance_ = scale[:, None] * shrunk * scale
        return self


def weightable(estimator) -> bool:
    """Whether the fit takes sample weights."""
    return has_fit_parameter(estimator, "sample_weight")


HISTOGRAM = (HistGradientBoostingClassifier, HistGradientBoostingRegressor)
