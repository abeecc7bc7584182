"""Logistic regressions refitted on many resamples at once: Newton's method on blocks of them, exact and in float64.

Coefficients are counted from the fit to all rows, in units in which its information is the identity: every resample
starts near its maximum, and every matrix to be solved is near the identity. The first step needs no exponential, for
score and information at the common start are products of the counts with fixed columns. Scores are summed in double
precision; information matrices, which only steer the steps, in single.
"""

from typing import NamedTuple

import numpy as np

from hearsay.duplication.bootstrap import counts, state
from hearsay.duplication.logistic import CONVERGED, Fit, fit, newton, solve
from hearsay.errors import HearsayError
from hearsay.jit import njit

BLOCK = 32  # resamples evaluated together: few enough for the second cache
PASSES = 6  # most evaluations of a resample before `newton` takes it over
EXACT = 1e-7  # largest estimated error of a coefficient, in standard errors of the full fit
WEAK = 0.5  # Cholesky's diagonal, 1 for the full fit, below which `newton` takes a resample over
SINGLE = 2.0**-23
LOG2E, LOG2_HIGH, LOG2_LOW = 1.4426950408889634, 6.93145751953125e-1, 1.42860682030941723212e-6
SHIFT = 6755399441055744.0  # 1.5 * 2**52: what it is added to is rounded to an integer, held in the lowest bits
EXPONENT, ONE = np.int64(52), np.int64(1023) << np.int64(52)


class Refits(NamedTuple):
    """Coefficients (resamples, p), nan where there is no maximum, and status (resamples,) as `newton` returns it."""

    coefficients: np.ndarray
    status: np.ndarray


class Start(NamedTuple):
    """What all resamples have in common: the full fit, and the rows in units of its information."""

    beta: np.ndarray  # (p,) coefficients of the full fit
    root: np.ndarray  # (p, p), lower; beta + root @ z are the coefficients of z
    rows: np.ndarray  # (n, p) x @ root
    columns: np.ndarray  # (p, n) its transpose
    pairs: np.ndarray  # (n, p (p + 1) / 2) products of two columns, float32
    first: np.ndarray  # (n, p + p (p + 1) / 2) each row's score and information at z = 0, float32
    offset: np.ndarray  # (n,) log odds at z = 0
    reach: np.ndarray  # (p,) largest change of a row's log odds for one unit of z


def refit_logistic(x: np.ndarray, y: np.ndarray, resamples: int, seeds: np.random.SeedSequence) -> Refits:
    """Fit the logistic regression of `y` on `x` anew to each of so many bootstrap resamples of the rows.

    Parameters
    ----------
    x : (n, p)
        With its column of ones.
    y : (n,)
        0 or 1.
    resamples
        How many.
    seeds
        Decides the resamples: the same for the same seeds.

    Raises
    ------
    HearsayError
        Shapes that do not fit together, values that are not finite, an outcome other than 0 and 1.

    """
    x, y = _checked(x, y)
    return _refit(x, y, int(resamples), np.empty((0, len(y)), np.float32), state(seeds))


def refit_counts(x: np.ndarray, y: np.ndarray, rows: np.ndarray) -> Refits:
    """Fit as `refit_logistic` does, to resamples given as `rows` (resamples, n): how often each holds each row."""
    x, y = _checked(x, y)
    given = np.ascontiguousarray(rows, np.float32)
    whole = (given >= 0).all() and (given == np.asarray(rows)).all() and (given == np.floor(given)).all()
    if given.ndim != 2 or given.shape[1] != len(y) or not whole:
        raise HearsayError(
            f"logistic refits: counts of shape {given.shape}; whole numbers >= 0 are needed, (resamples, {len(y)})"
        )
    return _refit(x, y, len(given), given, np.zeros((4, 1), np.uint64))


def _checked(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.ascontiguousarray(x, float), np.ascontiguousarray(y, float)
    if x.ndim != 2 or y.shape != (len(x),) or not len(y):
        raise HearsayError(f"logistic refits: x {x.shape} and y {y.shape} do not fit together")
    if not (np.isfinite(x).all() and np.isin(y, (0, 1)).all()):
        raise HearsayError("logistic refits: x is to be finite, and y 0 or 1; drop or mend the other rows")
    return x, y


def _refit(x: np.ndarray, y: np.ndarray, resamples: int, given: np.ndarray, drawing: np.ndarray) -> Refits:
    coefficients, status = np.empty((resamples, x.shape[1])), np.empty(resamples, np.int64)
    full = fit(x, y)
    # without a full fit there is no common start: `newton` takes every resample over at once
    passes = PASSES if full.status == CONVERGED else 0
    refit_blocks(x, y, start(x, y, full), passes, given, drawing, coefficients, status)
    coefficients[status != CONVERGED] = np.nan
    return Refits(coefficients, status)


def start(x: np.ndarray, y: np.ndarray, full: Fit) -> Start:
    """Return what the refits of `y` on `x` have in common, given the fit to all rows."""
    p = x.shape[1]
    beta, root = np.zeros(p), np.eye(p)
    if full.status == CONVERGED:
        beta, root = full.beta, np.linalg.cholesky(full.covariance)
    rows = x @ root
    offset = x @ beta
    mean = 1 / (1 + np.exp(-offset))
    i, j = np.tril_indices(p)
    pairs = rows[:, i] * rows[:, j]
    first = np.hstack([(y - mean)[:, None] * rows, (mean * (1 - mean))[:, None] * pairs])
    single = np.ascontiguousarray(pairs, np.float32), np.ascontiguousarray(first, np.float32)
    return Start(beta, root, rows, np.ascontiguousarray(rows.T), *single, offset, np.abs(rows).max(axis=0))


@njit(fastmath={"contract"})
def exponential(x):
    """Return exp(x) for x <= 0 with a relative error below 1e-14, in operations that fit in vector lanes."""
    x = max(x, -700.0)
    shifted = x * LOG2E + SHIFT
    power = shifted - SHIFT
    r = x - power * LOG2_HIGH - power * LOG2_LOW
    s = 1 / 39916800
    s = s * r + 1 / 3628800
    s = s * r + 1 / 362880
    s = s * r + 1 / 40320
    s = s * r + 1 / 5040
    s = s * r + 1 / 720
    s = s * r + 1 / 120
    s = s * r + 1 / 24
    s = s * r + 1 / 6
    s = s * r + 1 / 2
    s = s * r + 1.0
    s = s * r + 1.0
    bits = (np.float64(shifted).view(np.int64) << EXPONENT) + ONE
    return s * np.int64(bits).view(np.float64)


@njit(fastmath={"contract"}, error_model="numpy")
def evaluate(eta, count, y, offset, variance):
    """Turn log odds less `offset` into residuals, in place, and fill `variance`, both times `count`; (block, n)."""
    for k in range(len(eta)):
        row, times, spread = eta[k], count[k], variance[k]
        for i in range(len(y)):
            odds = row[i] + offset[i]
            e = exponential(-abs(odds))
            q = 1.0 / (1.0 + e)
            e *= q
            spread[i] = times[i] * q * e
            row[i] = times[i] * (y[i] - (q if odds >= 0.0 else e))


@njit
def move(score, packed, z, reach, single, error):
    """Take a Newton step from each `z` (block, p); fill `error` with an estimate of what is left, inf if too weak.

    Where a step changes no row's log odds by more than r, what it leaves is at most r/2 exp(2r) of it (Bach 2010,
    Electronic Journal of Statistics 4:384, on self-concordance), and `single` of it for the rounded information.
    """
    p = z.shape[1]
    information, factor, step = np.empty((p, p)), np.empty((p, p)), np.empty(p)
    for k in range(len(z)):
        m = 0
        for i in range(p):
            for j in range(i + 1):
                information[i, j] = packed[k, m]
                m += 1
        full = solve(information, score[k], factor, step)
        r, size = 0.0, 0.0
        for i in range(p):
            full = full and factor[i, i] >= WEAK
            r += abs(step[i]) * reach[i]
            size += step[i] ** 2
            z[k, i] += step[i]
        error[k] = np.sqrt(size) * (0.5 * r * np.exp(2.0 * r) + single) if full else np.inf


@njit
def refit_blocks(x, y, common, passes, given, drawing, coefficients, status):
    """Fill `coefficients` and `status`, from the counts `given` (resamples, n) or, where it is empty, from draws.

    A block always holds BLOCK resamples: those that need another evaluation stay in it, moved to its front, and new
    ones take the places of those that are done.
    """
    n, p = x.shape
    q = p * (p + 1) // 2
    single = p * np.sqrt(n) * SINGLE
    count, eta, variance = np.empty((BLOCK, n), np.float32), np.empty((BLOCK, n)), np.empty((BLOCK, n), np.float32)
    first, score, packed = np.empty((BLOCK, p + q), np.float32), np.empty((BLOCK, p)), np.empty((BLOCK, q), np.float32)
    z, error = np.empty((BLOCK, p)), np.empty(BLOCK)
    number, evaluated = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    information, weight = np.empty((p, p)), np.empty(n)
    drawn, held = 0, 0
    while drawn < len(status) or held:
        kept = held
        held = min(BLOCK, kept + len(status) - drawn)
        if held > kept:
            if not len(given):
                counts(drawing, count[kept:held])
            for k in range(kept, held):
                if len(given):
                    for i in range(n):
                        count[k, i] = given[drawn, i]
                number[k], evaluated[k] = drawn, 0
                drawn += 1
            if passes:
                np.dot(count[kept:held], common.first, first[kept:held])
                for k in range(kept, held):
                    for i in range(p):
                        z[k, i], score[k, i] = 0.0, first[k, i]
                    for i in range(q):
                        packed[k, i] = first[k, p + i]
                move(score[kept:held], packed[kept:held], z[kept:held], common.reach, single, error[kept:held])
        if passes:
            np.dot(z[:held], common.columns, eta[:held])
            evaluate(eta[:held], count, y, common.offset, variance)
            np.dot(eta[:held], common.rows, score[:held])
            np.dot(variance[:held], common.pairs, packed[:held])
            move(score[:held], packed[:held], z[:held], common.reach, single, error[:held])
        kept = 0
        for k in range(held):
            done = number[k]
            evaluated[k] += 1
            if passes and error[k] <= EXACT:
                for i in range(p):
                    coefficients[done, i] = common.beta[i]
                    for j in range(i + 1):
                        coefficients[done, i] += common.root[i, j] * z[k, j]
                status[done] = CONVERGED
            elif evaluated[k] < passes and error[k] < np.inf:
                number[kept], evaluated[kept] = number[k], evaluated[k]
                if kept < k:
                    for i in range(n):
                        count[kept, i] = count[k, i]
                    for i in range(p):
                        z[kept, i] = z[k, i]
                kept += 1
            else:
                for i in range(n):
                    weight[i] = count[k, i]
                for i in range(p):
                    coefficients[done, i] = 0.0
                status[done] = newton(x, y, weight, coefficients[done], information)
        held = kept
