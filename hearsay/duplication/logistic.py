"""Maximum likelihood of one weighted logistic regression by Newton's method, small enough to call in inner loops.

Refits on many resamples at once are in `hearsay.duplication.refits`; this is what they are held against, and where they
send the resamples that are hard.
"""

from typing import NamedTuple

import numpy as np

from hearsay.errors import HearsayError
from hearsay.jit import njit

CONVERGED, SEPARATED, NOT_CONVERGED, SINGULAR = 0, 1, 2, 3
MAX_ITERATIONS = 100
TOLERANCE = 1e-10  # largest change of a row's log odds that counts as none
NEAR = 1e-6  # a step so short squares to nothing: if the next is not shorter still, that is rounding
FULL = 1.5  # a step that brings no row's log odds closer to zero by more raises the likelihood at its full length
RECEDES = 1e-8  # share of a step's largest gain that a row may lose along a direction that separates
FLAT = 1e-13  # share of a column's information, given those before it, below which it has none


class Fit(NamedTuple):
    """Coefficients (p,) and inverse information (p, p), nan unless converged, and status as `newton` returns it."""

    beta: np.ndarray
    covariance: np.ndarray
    status: int


@njit
def solve(matrix, vector, factor, out):
    """Solve for `out` by Cholesky's method; `factor` (p, p) is room. Return whether `matrix` has full rank."""
    p = len(vector)
    for j in range(p):
        for i in range(j, p):
            rest = matrix[i, j]
            for k in range(j):
                rest -= factor[i, k] * factor[j, k]
            if i > j:
                factor[i, j] = rest / factor[j, j]
            elif rest > FLAT * matrix[j, j]:
                factor[j, j] = np.sqrt(rest)
            else:
                return False
    for i in range(p):
        rest = vector[i]
        for k in range(i):
            rest -= factor[i, k] * out[k]
        out[i] = rest / factor[i, i]
    for i in range(p - 1, -1, -1):
        rest = out[i]
        for k in range(i + 1, p):
            rest -= factor[k, i] * out[k]
        out[i] = rest / factor[i, i]
    return True


@njit
def newton(x, y, w, beta, information):
    """Maximise the weighted log likelihood from `beta`, in place; leave the information matrix at the maximum.

    x: (n, p) float64, with its column of ones; y: (n,) of 0 and 1, float64; w: (n,) weights >= 0, float64;
    beta: (p,), start and result; information: (p, p), result. Rows of weight 0 count for nothing. Returns

    CONVERGED: the maximum, to rounding. A Newton step that changes no row's log odds noticeably proves that there
    is one (Bach 2010, Electronic Journal of Statistics 4:384, proposition 2).
    SEPARATED: there is none (Albert & Anderson 1984, Biometrika 71:1). Either every row lies on its own class's side of
    `beta`, or the step lowers no row's likelihood and raises some: complete and quasi-complete separation.
    SINGULAR: the columns are collinear on these rows; the maximum is not unique.
    NOT_CONVERGED: none of these was seen in MAX_ITERATIONS, or before rounding took the information away.

    Long steps are shortened as by Sun & Tran-Dinh 2019 (Mathematical Programming 178:145, nu = 2), so that each raises
    the likelihood and none needs to evaluate it. Only rows whose log odds move towards zero count as long: the
    curvature of the others falls.
    """
    n, p = x.shape
    score, step, factor = np.empty(p), np.empty(p), np.empty((p, p))
    last = np.inf
    for iteration in range(MAX_ITERATIONS):
        score[:] = 0.0
        information[:] = 0.0
        separated = True
        for i in range(n):
            if w[i] == 0.0:
                continue
            eta = 0.0
            for j in range(p):
                eta += x[i, j] * beta[j]
            e = np.exp(-abs(eta))
            q = 1.0 / (1.0 + e)
            r = w[i] * (y[i] - (q if eta >= 0.0 else e * q))
            v = w[i] * e * q * q
            separated &= eta * (y[i] - 0.5) > 0.0
            for j in range(p):
                score[j] += r * x[i, j]
                for m in range(j + 1):
                    information[j, m] += v * x[i, j] * x[i, m]
        for j in range(p):
            for m in range(j):
                information[m, j] = information[j, m]
        if not solve(information, score, factor, step):
            if iteration:
                return SEPARATED if separated else NOT_CONVERGED
            return SINGULAR
        if separated:
            return SEPARATED
        reach, loss, rise = 0.0, 0.0, 0.0
        for i in range(n):
            if w[i] == 0.0:
                continue
            eta, change = 0.0, 0.0
            for j in range(p):
                eta += x[i, j] * beta[j]
                change += x[i, j] * step[j]
            reach = max(reach, abs(change))
            if eta * change < 0.0:
                rise = max(rise, abs(change))
            loss = max(loss, change if y[i] < 0.5 else -change)
        if reach <= TOLERANCE or max(reach, last) <= NEAR:
            beta += step
            return CONVERGED
        if reach > 0.5 and loss <= RECEDES * reach:
            return SEPARATED
        if rise > FULL:
            step *= np.log1p(rise) / rise
        beta += step
        last = reach
    return NOT_CONVERGED


def fit(x: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> Fit:
    """Fit one logistic regression; `x` (n, p) holds the column of ones. Raises HearsayError for bad shapes."""
    x, y = np.ascontiguousarray(x, float), np.ascontiguousarray(y, float)
    w = np.ones(len(y)) if weights is None else np.ascontiguousarray(weights, float)
    if x.ndim != 2 or y.shape != (len(x),) or w.shape != y.shape:
        raise HearsayError(f"logistic regression: x {x.shape}, y {y.shape} and weights {w.shape} do not fit together")
    beta, information = np.zeros(x.shape[1]), np.empty((x.shape[1], x.shape[1]))
    status = int(newton(x, y, w, beta, information))
    if status == CONVERGED:
        return Fit(beta, np.linalg.inv(information), status)
    return Fit(np.full_like(beta, np.nan), np.full_like(information, np.nan), status)
