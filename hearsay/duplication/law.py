"""What copying every row k times does to reported numbers, in closed form.

The estimate is unchanged and its naive standard error is divided by about sqrt(k): the copies enter as if they were
independent. Everything here follows from that and from the distribution of the estimate over samples of n rows.
"""

import numpy as np
from scipy import stats


def quantile(level: float, degrees: float = np.inf) -> float:
    """Return the two-sided quantile of Student's t (normal for infinite degrees) of a nominal `level` in (0, 1)."""
    return float(stats.t.ppf((1 + level) / 2, degrees))


def coverage(level: float, copies: int) -> float:
    """Return 2 Phi(z / sqrt k) - 1, the coverage of the naive interval of an asymptotically normal estimate.

    Half-width z se / sqrt k, estimate normal with standard error se.
    """
    return float(2 * stats.norm.cdf(quantile(level) / np.sqrt(copies)) - 1)


def coverage_exact(level: float, copies: int, rows: int, parameters: int = 1) -> float:
    """Return the coverage of the naive t interval of a normal mean (one parameter) or a linear regression's slope.

    Residual sums grow k-fold, degrees of freedom from n - p to kn - p, the inverse of X'X shrinks k-fold: half-width
    t_{kn-p} se sqrt((n - p) / (kn - p)). The estimate's deviation over its own se is t with n - p degrees, so this is
    P(|T_{n-p}| <= t_{kn-p} sqrt((n - p) / (kn - p))), exact for normal errors.
    """
    return float(
        1
        - 2
        * stats.t.sf(quantile(level, copies * rows - parameters) * _shrink(copies, rows, parameters), rows - parameters)
    )


def coverage_sandwich_mean(level: float, rows: int) -> float:
    """Return the exact coverage of mean +- t_{n-1} sqrt(sum (y - mean)^2) / n, the sandwich, for normal rows.

    That standard error is the usual one times sqrt((n - 1) / n), whatever the number of copies.
    """
    return float(1 - 2 * stats.t.sf(quantile(level, rows - 1) * np.sqrt((rows - 1) / rows), rows - 1))


def coverage_jitter_mean(level: float, copies: int, jitter: float) -> float:
    """Return the asymptotic coverage for a mean when the k - 1 further copies get noise of `jitter` column-sds.

    With q = (k - 1) / k the rows' variance is (1 + q h^2), so the naive squared error is that over kn; the mean's true
    variance is (1 + q h^2 / k) / n. For no noise this is `coverage`.
    """
    noise = jitter**2 * (copies - 1) / copies
    return float(2 * stats.norm.cdf(quantile(level) * np.sqrt((1 + noise) / (copies * (1 + noise / copies)))) - 1)


def selection(criterion: str, copies: int, rows: int, parameters: int, linear: bool) -> float:
    """Return the probability that AIC or BIC takes in a predictor whose coefficient is zero.

    The likelihood ratio statistic grows k-fold and the penalty is 2 (AIC) or log(kn) (BIC): selected where the
    statistic of the n rows exceeds penalty / k. It is chi-square with one degree asymptotically. In a linear
    regression with normal errors and `parameters` coefficients, the predictor's among them, it is
    n log(1 + F / (n - p)), F with 1 and n - p degrees: exact.
    """
    penalty = {"AIC": 2.0, "BIC": np.log(copies * rows)}[criterion] / copies
    if not linear:
        return float(stats.chi2.sf(penalty, 1))
    degrees = rows - parameters
    return float(stats.f.sf(degrees * np.expm1(penalty / rows), 1, degrees))


def unbiased_variance_factor(copies: int, rows: int) -> float:
    """Return k (n - 1) / (kn - 1): sums of squares grow k-fold, the divisor from n - 1 to kn - 1."""
    return copies * (rows - 1) / (copies * rows - 1)


def cluster_correction(copies: int, rows: int, parameters: int) -> float:
    """Return G / (G - 1) * (N - 1) / (N - p), G = n clusters, N = kn rows: statsmodels' factor on the covariance.

    It is statsmodels.stats.sandwich_covariance.cov_cluster with use_correction=True, the default.
    """
    return rows / (rows - 1) * (copies * rows - 1) / (copies * rows - parameters)


def width_ratio(level: float, copies: int, rows: int, parameters: int, student: bool) -> float:
    """Return the width of the naive interval after copying over that before, the same in every sample.

    1 / sqrt k for normal quantiles; with t quantiles (linear models) their ratio times sqrt((n - p) / (kn - p)).
    """
    if not student:
        return float(1 / np.sqrt(copies))
    ratio = quantile(level, copies * rows - parameters) / quantile(level, rows - parameters)
    return float(ratio * _shrink(copies, rows, parameters))


def _shrink(copies: int, rows: int, parameters: int) -> float:
    return np.sqrt((rows - parameters) / (copies * rows - parameters))
