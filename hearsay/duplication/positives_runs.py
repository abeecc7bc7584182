"""Simulated logistic regressions with only the positive rows copied, each fit held against the population."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from hearsay.duplication.logistic import CONVERGED, newton
from hearsay.duplication.population import COEFFICIENTS, log_odds, population
from hearsay.errors import HearsayError
from hearsay.jit import njit
from hearsay.progress import progress
from hearsay.seeds import generator

BLOCK = 500  # replicates that share one generator
LOWEST, WIDTH, BINS = -8.0, 0.5, 30  # bins of the predicted log odds; the outer ones are open
SLOPE_ITERATIONS, SLOPE_TOLERANCE = 30, 1e-9


class Runs(NamedTuple):
    """What `run` found, over R data sets and K numbers of copies.

    beta, naive, clustered: (R, K, 3), coefficients and their standard errors; failed: (R,), true where any fit failed;
    measures: (R, K, 2, 3), of `judge`; curve: (K, 2, BINS, 6), sums over the data sets that did not fail: a bin's
    weight, its true and predicted chance, weight squared, weight times true chance, and true chance squared.
    """

    beta: np.ndarray
    naive: np.ndarray
    clustered: np.ndarray
    failed: np.ndarray
    measures: np.ndarray
    curve: np.ndarray


def draw(specification: str, rows: int, block: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return X (BLOCK, rows, 3) with its column of ones and y (BLOCK, rows) of one block of replicates."""
    rng = generator(seed, "duplication", f"positives: {specification}", block)
    x = np.ones((BLOCK, rows, 3))
    x[:, :, 1:] = rng.standard_normal((BLOCK, rows, 2))
    chance = 1 / (1 + np.exp(-log_odds(specification, x[:, :, 1], x[:, :, 2])))
    return x, (rng.random((BLOCK, rows)) < chance).astype(float)


@njit
def fit_copied(x, y, copies, beta, naive, clustered):
    """Fit one data set with its positive rows copied; return the fit's status.

    x: (n, p) with its column of ones; y: (n,); copies: copies of a positive row, itself counted; beta: (p,), start and
    result; naive, clustered: (p,), results: standard errors from the inverse information of the copied rows, and from
    the sandwich with scores summed over all copies of an original row.
    """
    n, p = x.shape
    rows = n + (copies - 1) * int(y.sum())
    xs, ys, origin = np.empty((rows, p)), np.empty(rows), np.empty(rows, np.int64)
    m = 0
    for i in range(n):
        for _ in range(copies if y[i] == 1.0 else 1):
            xs[m], ys[m], origin[m] = x[i], y[i], i
            m += 1
    information = np.empty((p, p))
    status = newton(xs, ys, np.ones(rows), beta, information)
    if status != CONVERGED:
        return status
    scores = np.zeros((n, p))
    for m in range(rows):
        eta = 0.0
        for j in range(p):
            eta += xs[m, j] * beta[j]
        residual = ys[m] - 1.0 / (1.0 + np.exp(-eta))
        for j in range(p):
            scores[origin[m], j] += residual * xs[m, j]
    bread = np.linalg.inv(information)
    sandwich = bread @ (scores.T @ scores) @ bread
    for j in range(p):
        naive[j], clustered[j] = np.sqrt(bread[j, j]), np.sqrt(sandwich[j, j])
    return status


@njit
def judge(beta, copies, nodes, weight, chance, coarse, measures, bins):
    """Hold one fit's predictions against the population's true chances, as fitted and with log(copies) taken off.

    measures: (2, 3), result: mean predicted chance, mean squared error of the chance, calibration slope; bins:
    (2, BINS, 3), result: weight, weighted true chance and weighted predicted chance by predicted log odds. First as
    fitted, then corrected. Returns whether the calibration slope was found.
    """
    measures[:] = 0.0
    bins[:] = 0.0
    shift = np.log(copies)
    for i in range(len(weight)):
        eta = beta[0] + nodes[i, 1] * beta[1] + nodes[i, 2] * beta[2]
        odds = np.exp(-eta)  # against
        for c in range(2):
            predicted = 1.0 / (1.0 + odds * copies**c)
            measures[c, 0] += weight[i] * predicted
            measures[c, 1] += weight[i] * (predicted - chance[i]) ** 2
            b = min(max(int(np.floor((eta - c * shift - LOWEST) / WIDTH)), 0), BINS - 1)
            bins[c, b, 0] += weight[i]
            bins[c, b, 1] += weight[i] * chance[i]
            bins[c, b, 2] += weight[i] * predicted
    # Newton's method on the expected likelihood of the line a + b * log odds; a shift of the odds leaves b alone
    a, b = 0.0, 0.0  # from a level line no step runs away, however steep the fit
    for _ in range(SLOPE_ITERATIONS):
        s0, s1, v00, v01, v11 = 0.0, 0.0, 0.0, 0.0, 0.0
        for i in coarse:
            eta = beta[0] + nodes[i, 1] * beta[1] + nodes[i, 2] * beta[2] - shift
            predicted = 1.0 / (1.0 + np.exp(-a - b * eta))
            r = weight[i] * (chance[i] - predicted)
            v = weight[i] * predicted * (1.0 - predicted)
            s0, s1 = s0 + r, s1 + r * eta
            v00, v01, v11 = v00 + v, v01 + v * eta, v11 + v * eta * eta
        determinant = v00 * v11 - v01 * v01
        if determinant <= 0.0:
            return False
        step_a, step_b = (v11 * s0 - v01 * s1) / determinant, (v00 * s1 - v01 * s0) / determinant
        a, b = a + step_a, b + step_b
        if abs(step_a) + abs(step_b) < SLOPE_TOLERANCE:
            measures[:, 2] = b
            return True
    return False


def numbers_of_copies(config: Mapping[str, Any]) -> np.ndarray:
    """Return the sorted numbers of copies; one, which all are held against, is always among them."""
    return np.array(sorted({1, *config["copies"]}))


def run(specification: str, config: Mapping[str, Any], seed: int) -> Runs:
    """Simulate, fit and judge one specification; `config` is the section `duplication.positives`.

    Raises HearsayError where fewer than two data sets could be fitted.
    """
    people, copies, replicates = population(specification), numbers_of_copies(config), config["replicates"]
    beta, naive, clustered = (np.zeros((replicates, len(copies), len(COEFFICIENTS))) for _ in range(3))
    failed, measures = np.zeros(replicates, bool), np.zeros((replicates, len(copies), 2, 3))
    curve, bins = np.zeros((len(copies), 2, BINS, 6)), np.empty((len(copies), 2, BINS, 3))
    for block in progress(range(-(-replicates // BLOCK)), f"positives, {specification}"):
        x, y = draw(specification, config["rows"], block, seed)
        for i, r in enumerate(range(block * BLOCK, min((block + 1) * BLOCK, replicates))):
            for k, count in enumerate(copies):
                beta[r, k] = beta[r, 0]  # the fit without copies, or zeros
                beta[r, k, 0] += np.log(count)
                status = fit_copied(x[i], y[i], count, beta[r, k], naive[r, k], clustered[r, k])
                failed[r] = status != CONVERGED or not judge(beta[r, k], count, *people, measures[r, k], bins[k])
                if failed[r]:
                    break
            else:
                weight, true = bins[..., 0], bins[..., 1]
                curve[..., :3] += bins
                curve[..., 3:] += np.stack([weight**2, weight * true, true**2], axis=-1)
    if np.count_nonzero(~failed) < 2:
        raise HearsayError(
            f"duplication.positives: {np.count_nonzero(failed)} of {replicates} data sets of {config['rows']} rows "
            f"could not be fitted ({specification}), which leaves fewer than two; take more rows or replicates"
        )
    return Runs(beta, naive, clustered, failed, measures, curve)
