"""Two normal predictors and a rare outcome: the population that logistic regressions are fitted to and judged on."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.special import expit

from hearsay.duplication.logistic import CONVERGED, newton
from hearsay.errors import HearsayError

STEP, RADIUS = 0.25, 6.0  # the trapezoidal rule converges exponentially here; the normal mass beyond is 1.5e-8
ANGLES, FINE = 361, 0.02

# the log odds as coefficients of 1, x1, x2 and x1 ** 2; what is fitted is linear, so the last makes it misspecified
SPECIFICATIONS = {"well specified": (-3.0, 1.0, 0.0, 0.0), "misspecified": (-3.0, 1.0, 0.5, 0.5)}
COEFFICIENTS = ("intercept", "x1", "x2")


class Population(NamedTuple):
    """Nodes (N, 3) with a column of ones, their probability weights (N,), and the chance of a positive there (N,).

    coarse: the indices (M,) of every second node in both directions, for what is dear to compute.
    """

    nodes: np.ndarray
    weight: np.ndarray
    chance: np.ndarray
    coarse: np.ndarray


class Limit(NamedTuple):
    """What the fit tends to as rows grow: coefficients (3,), and root-n standard deviations (3,), true and naive."""

    beta: np.ndarray
    sd: np.ndarray
    naive: np.ndarray


def log_odds(specification: str, x1: np.ndarray, x2: np.ndarray) -> np.ndarray:
    """Return the true log odds at (x1, x2), of their shape."""
    a, b, c, d = SPECIFICATIONS[specification]
    return a + b * x1 + c * x2 + d * x1**2


def population(specification: str) -> Population:
    """Return the population of one specification, on a square grid cut to a disc."""
    k = np.arange(-int(RADIUS / STEP), int(RADIUS / STEP) + 1)
    i, j = (grid.ravel() for grid in np.meshgrid(k, k, indexing="ij"))
    inside = (i**2 + j**2) * STEP**2 <= RADIUS**2
    i, j = i[inside], j[inside]
    nodes = np.column_stack([np.ones(len(i)), i * STEP, j * STEP])
    weight = np.exp(-0.5 * (nodes[:, 1] ** 2 + nodes[:, 2] ** 2))
    chance = expit(log_odds(specification, nodes[:, 1], nodes[:, 2]))
    coarse = np.flatnonzero((i % 2 == 0) & (j % 2 == 0))
    return Population(nodes, weight / weight.sum(), chance, coarse)


def limit(people: Population, copies: float) -> Limit:
    """Return the large-sample limit of the fit with every positive row there `copies` times.

    The limit maximises the expected weighted log likelihood, positives weighing `copies`; its variance is the sandwich
    over original rows, and the naive one the inverse information of the copied rows (White 1982, Econometrica 50:1).
    """
    x, w, p = people.nodes, people.weight, people.chance
    beta, information = np.array([np.log(copies), 0.0, 0.0]), np.empty((3, 3))
    outcome = np.repeat([1.0, 0.0], len(w))
    status = newton(np.vstack([x, x]), outcome, np.concatenate([copies * w * p, w * (1 - p)]), beta, information)
    if status != CONVERGED:
        raise HearsayError(f"logistic regression on the population, {copies} copies: no maximum found")
    q = expit(x @ beta)
    meat = (x * (w * (p * (copies * (1 - q)) ** 2 + (1 - p) * q**2))[:, None]).T @ x
    bread = np.linalg.inv(information)
    return Limit(beta, np.sqrt(np.diag(bread @ meat @ bread)), np.sqrt(np.diag(bread)))


def auc(specification: str) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Return the function (slope of x1, slope of x2) -> population AUC of the linear score with these slopes.

    Only the score's direction counts. Along it and across it the predictors are again independent normals, so the AUC
    is one integral over the chance averaged across; it is interpolated between `ANGLES` directions.
    """
    along = np.arange(-RADIUS, RADIUS + FINE / 2, FINE)
    across = np.arange(-RADIUS, RADIUS + STEP / 2, STEP)
    weight = np.exp(-0.5 * across**2)
    mass = np.exp(-0.5 * along**2)
    angles = np.linspace(-np.pi, np.pi, ANGLES)
    found = np.empty(ANGLES)
    for k, angle in enumerate(angles):
        c, s = np.cos(angle), np.sin(angle)
        x1, x2 = (c * along[:, None] - s * across), (s * along[:, None] + c * across)
        chance = expit(log_odds(specification, x1, x2)) @ weight / weight.sum()
        found[k] = _auc(mass * chance, mass * (1 - chance))
    found[-1] = found[0]
    spline = CubicSpline(angles, found, bc_type="periodic")
    return lambda slope1, slope2: spline(np.arctan2(slope2, slope1))


def best_auc(specification: str) -> float:
    """Return the AUC of the true chance itself, which no score exceeds."""
    x = np.arange(-RADIUS, RADIUS + FINE / 2, FINE)
    mass = np.exp(-0.5 * (x[:, None] ** 2 + x**2)).ravel()
    odds = np.broadcast_to(log_odds(specification, x[:, None], x), (len(x), len(x))).ravel()
    values, cell = np.unique(odds.round(12), return_inverse=True)
    chance = expit(values)
    mass = np.bincount(cell, mass)
    return _auc(mass * chance, mass * (1 - chance))


def _auc(positive: np.ndarray, negative: np.ndarray) -> float:
    """AUC of masses in increasing order of their score; masses in the same place are ties and count half."""
    return float(positive @ (np.cumsum(negative) - negative / 2) / (positive.sum() * negative.sum()))
