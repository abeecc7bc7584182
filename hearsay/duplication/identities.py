"""What holds exactly when every row is copied, and what does not: verified with the tools that people fit with."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from hearsay.duplication import law
from hearsay.seeds import generator
from hearsay.tables import Table

ROWS = 200  # rows of a simulated data set
TIGHT = {"tol": 1e-14, "maxiter": 200}  # statsmodels' own tolerance is on a sum over rows: it stops the copies later

IDENTITIES = Table(
    "duplication/identities",
    "What holds exactly when every row is copied",
    ("identity", "model", "data", "copies"),
    {
        "identity": "statement about the numbers after copying (k copies, n rows, p coefficients)",
        "model": "what is fitted: normal and gamma by scipy's fit, regressions by statsmodels (all but linear with a "
        "log link, logistic with a logit link)",
        "data": "simulated, or a data set that ships with scikit-learn (diabetes, breast_cancer) or statsmodels "
        "(cpunish, scotland)",
        "copies": "copies k of every row, the row itself counted",
        "found": "value after copying; of several, the one farthest from what the identity says",
        "expected": "value that the identity says",
        "difference": "|found - expected| / |expected|",
        "same": "yes: the difference is within the bound that counts as exactly the same",
        "predicted": "yes: theory says that the identity holds; no: that it does not",
    },
    text=("identity", "model", "data", "same", "predicted"),
)

Data = tuple[np.ndarray, np.ndarray]


class Finding(NamedTuple):
    """An identity, whether theory says that it holds, and its two sides (numbers or arrays of one shape)."""

    identity: str
    predicted: bool
    found: np.ndarray | float
    expected: np.ndarray | float


def identities(copies: Sequence[int], exact: float, seed: int) -> pd.DataFrame:
    """Check every identity on every data set for every k > 1 in `copies`; return `IDENTITIES`.

    exact: largest relative difference that counts as the same.
    """
    found = []
    for model, name, data, check in _cases(seed):
        for k in copies:
            if k == 1:
                continue
            for finding in check(model, data, k):
                difference, value, expected = farthest(finding.found, finding.expected)
                same = _said(difference <= exact)
                row = (finding.identity, model, name, k, value, expected, difference, same, _said(finding.predicted))
                found.append(row)
    return pd.DataFrame(found, columns=list(IDENTITIES.columns))


def farthest(found: np.ndarray | float, expected: np.ndarray | float) -> tuple[float, float, float]:
    """Return the largest relative difference of two arrays, and the two values there."""
    found, expected = np.ravel(found), np.ravel(expected)
    difference = np.abs(found - expected) / np.abs(expected)
    worst = int(np.argmax(difference))
    return float(difference[worst]), float(found[worst]), float(expected[worst])


def _said(yes: bool) -> str:
    return "yes" if yes else "no"


def _cases(seed: int) -> Iterator[tuple[str, str, Data, Callable]]:
    """Yield (model, name of the data, data, check)."""
    for model in ("normal", "gamma"):
        for name, (_, y) in {"simulated": simulated("gamma", seed), "diabetes": _diabetes()}.items():
            yield model, name, (y[:, None], y), _distribution
    real = {
        "linear": ("diabetes", _diabetes),
        "logistic": ("breast_cancer", _breast_cancer),
        "Poisson": ("cpunish", _cpunish),
        "gamma regression": ("scotland", _scotland),
    }
    for model, (name, load) in real.items():
        yield model, "simulated", simulated(model.split()[0], seed), _regression
        yield model, name, load(), _regression


def simulated(model: str, seed: int) -> Data:
    """Return x (n, 3) with a column of ones, and y (n,) of that model."""
    rng = generator(seed, "duplication", f"identities: {model}", 0)
    x = np.column_stack([np.ones(ROWS), rng.standard_normal((ROWS, 2))])
    eta = x @ (0.5, 0.5, -0.25)
    y = {
        "linear": lambda: eta + rng.standard_normal(ROWS),
        "logistic": lambda: rng.binomial(1, 1 / (1 + np.exp(-eta))),
        "Poisson": lambda: rng.poisson(np.exp(eta)),
        "gamma": lambda: rng.gamma(2.0, np.exp(eta) / 2.0),
    }[model]()
    return x, y.astype(float)


def _standardised(x: np.ndarray) -> np.ndarray:
    """Return x with columns of mean 0 and standard deviation 1 after a column of ones."""
    x = np.asarray(x, float)
    return np.column_stack([np.ones(len(x)), (x - x.mean(axis=0)) / x.std(axis=0)])


def _diabetes() -> Data:
    from sklearn.datasets import load_diabetes

    x, y = load_diabetes(return_X_y=True)
    return _standardised(x), y


def _breast_cancer() -> Data:
    """Three columns only (mean radius, texture, smoothness): all thirty separate the classes."""
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    return _standardised(x[:, [0, 1, 4]]), y.astype(float)


def _cpunish() -> Data:
    from statsmodels.datasets import cpunish

    data = cpunish.load_pandas()
    return _standardised(data.exog), data.endog.to_numpy(float)


def _scotland() -> Data:
    from statsmodels.datasets import scotland

    data = scotland.load_pandas()
    return _standardised(data.exog), data.endog.to_numpy(float)


def _distribution(model: str, data: Data, k: int) -> Iterator[Finding]:
    y = data[1]
    n, many = len(y), np.tile(y, k)
    if model == "gamma":
        found, once = stats.gamma.fit(many, floc=0), stats.gamma.fit(y, floc=0)
        yield Finding("maximum likelihood estimates unchanged", True, np.take(found, [0, 2]), np.take(once, [0, 2]))
        return
    yield Finding("maximum likelihood estimates unchanged", True, stats.norm.fit(many), stats.norm.fit(y))
    yield Finding("variance with denominator n unchanged", True, many.var(), y.var())
    unbiased = many.var(ddof=1)
    yield Finding("unbiased variance unchanged", False, unbiased, y.var(ddof=1))
    factor = law.unbiased_variance_factor(k, n)
    yield Finding("unbiased variance multiplied by k (n - 1) / (kn - 1)", True, unbiased / y.var(ddof=1), factor)
    yield Finding("variance of the mean in the ideal bootstrap unchanged", False, many.var() / len(many), y.var() / n)
    yield Finding(
        "variance of the mean in the ideal bootstrap multiplied by 1 / k", True,
        (many.var() / len(many)) / (y.var() / n), 1 / k,
    )  # fmt: skip
    yield Finding(
        "variance of the mean in the ideal bootstrap that draws n of kn rows unchanged", True,
        many.var() / n, y.var() / n,
    )  # fmt: skip


def _fit(model: str, x: np.ndarray, y: np.ndarray, **options):
    import statsmodels.api as sm

    if model == "linear":
        return sm.OLS(y, x).fit(**options)
    if model == "logistic":
        return sm.Logit(y, x).fit(disp=False, **TIGHT, **options)
    family = sm.families.Poisson() if model == "Poisson" else sm.families.Gamma(sm.families.links.Log())
    return sm.GLM(y, x, family=family).fit(tol_criterion="params", **TIGHT, **options)


def _regression(model: str, data: Data, k: int) -> Iterator[Finding]:
    x, y = data
    n, p = x.shape
    many_x, many_y, groups = np.tile(x, (k, 1)), np.tile(y, k), np.tile(np.arange(n), k)
    once, many = _fit(model, x, y), _fit(model, many_x, many_y)
    yield Finding("maximum likelihood estimates unchanged", True, many.params, once.params)
    shrunk = many.bse / once.bse
    # where a dispersion is estimated from n - p degrees of freedom, these count too
    dispersion = model in ("linear", "gamma regression")
    yield Finding("naive standard errors multiplied by 1 / sqrt(k)", not dispersion, shrunk, np.full(p, k**-0.5))
    if dispersion:
        factor = np.full(p, np.sqrt((n - p) / (k * n - p)))
        yield Finding("naive standard errors multiplied by sqrt((n - p) / (kn - p))", True, shrunk, factor)
    else:
        yield Finding("log likelihood multiplied by k", True, many.llf, k * once.llf)
    if model != "gamma regression":  # its likelihood is taken at an estimated dispersion
        yield Finding("AIC becomes k AIC - 2 (k - 1) p", True, many.aic, k * once.aic - 2 * (k - 1) * p)
    sandwich = _fit(model, x, y, cov_type="HC0").cov_params()
    plain, default = (
        _fit(model, many_x, many_y, cov_type="cluster", cov_kwds={"groups": groups, **options}).cov_params()
        for options in ({"use_correction": False}, {})
    )
    name = "cluster-robust covariance"
    yield Finding(f"{name} without correction equals the original sandwich", True, plain, sandwich)
    yield Finding(f"{name} with statsmodels' default correction equals the original sandwich", False, default, sandwich)
    correction = np.full((p, p), law.cluster_correction(k, n, p))
    yield Finding(
        f"{name} with statsmodels' default correction over the original sandwich is n / (n - 1) (kn - 1) / (kn - p)",
        True, default / sandwich, correction,
    )  # fmt: skip
