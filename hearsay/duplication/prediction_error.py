"""Estimates of a classifier's error from little data, against the truth: cross-validation and the bootstrap's rules.

Rows are drawn independently, each of either class with probability a half, from two bivariate normal distributions with
unit covariance: the kind of small problem on which Efron (1983, JASA 78:316) and Efron & Tibshirani (1997, JASA 92:548)
introduced the rules. What is estimated is the conditional error, that of the classifier fitted to these very rows.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from hearsay.duplication.bootstrap import draw, state
from hearsay.duplication.small_classifiers import LDA, discriminant, order_by_distance, predict
from hearsay.duplication.twosample import holm, sign_floor
from hearsay.jit import njit
from hearsay.progress import progress
from hearsay.seeds import generator, seed_sequence
from hearsay.tables import Table

# distance of the two centres, in standard deviations; the best possible error is Phi(-distance / 2): .5, .309, .067
SETTINGS = {"no information": 0.0, "overlapping": 1.0, "separated": 3.0}
LEARNERS = {"LDA": LDA, "1-NN": 1, "3-NN": 3}
ESTIMATORS = (
    "apparent", "leave-one-out", "10-fold CV", "repeated 10-fold CV", "optimism", "out of bag", ".632", ".632+",
)  # fmt: skip
CV, REPEATED, WEIGHTED, PLUS = "10-fold CV", "repeated 10-fold CV", ".632", ".632+"
FOLDS = 10
OUT = 1 - np.exp(-1)  # .632, the limit of the share of the rows that are in a resample
CONFIDENCE = 0.95
BLOCK = 1000  # training sets that one generator draws
NODES = 2048  # points a class, a power of two, at which the error of a nearest-neighbour rule is summed

PREDICTION_ERROR = Table(
    "duplication/prediction-error",
    "Estimates of the error of a classifier fitted to few rows, against its true error",
    ("setting", "learner", "rows", "estimator"),
    {
        "setting": "no information, overlapping or separated: centres 0, 1 or 3 standard deviations apart in the plane",
        "learner": "LDA (equal priors), 1-NN or 3-NN",
        "rows": "training rows, each of either class with probability a half",
        "estimator": "apparent: on the training rows; leave-one-out; 10-fold CV; repeated 10-fold CV (as many fits as "
        "the bootstrap's); optimism: apparent plus the bootstrap's estimate of its optimism; out of bag: leave-one-out "
        "bootstrap; .632; .632+",
        "replicates": "training sets",
        "fits": "fits that an estimate takes, besides that to all rows",
        "degenerate": "share of all fits of this setting, learner and rows that saw one class only (they predict it) "
        "or a singular covariance (the nearer centroid is predicted)",
        "true_error": "mean conditional error of the classifier",
        "estimate": "mean estimate",
        "bias": "mean of estimate less true error",
        "bias_mc_error": "its Monte Carlo standard error",
        "sd": "standard deviation of the estimate over training sets",
        "rmse": "root mean squared difference of estimate and true error",
        "rmse_mc_error": "its Monte Carlo standard error",
        "mse_difference": "mean squared error less that of 10-fold CV; below zero: better than it",
        "mse_difference_low": "lower end of its 95 % t interval, paired over training sets",
        "mse_difference_high": "upper end",
        "mse_difference_repeated": "mean squared error less that of repeated 10-fold CV",
        "mse_difference_repeated_low": "lower end of its 95 % t interval, paired over training sets",
        "mse_difference_repeated_high": "upper end",
        "p": "two-sided p-value of mse_difference, .632+ only: the comparison that was fixed in advance",
        "p_holm": "the same with Holm's correction over all settings, learners and sizes",
        "p_repeated": "two-sided p-value of mse_difference_repeated, .632+ only: the comparison at equal cost",
        "p_repeated_holm": "the same with Holm's correction over all settings, learners and sizes, a family of its own",
    },
    text=("setting", "learner", "estimator"),
)


@njit
def _cross_validate(learner, x, y, folds, repeats, state, order, line, out, wrong):
    """Fill `wrong` (repeats,), the rows misclassified in each cross-validation; return the degenerate fits."""
    n = len(y)
    place, w = np.arange(n), np.ones(n, np.int64)
    bad = 0
    for r in range(repeats):
        for i in range(n - 1, 0, -1):
            j = draw(state, i + 1)
            place[i], place[j] = place[j], place[i]
        wrong[r] = 0
        for fold in range(folds):
            for i in range(n):
                w[i] = 0 if place[i] % folds == fold else 1
            bad += _degenerate(y, w, predict(learner, x, y, w, order, line, out))
            for i in range(n):
                wrong[r] += w[i] == 0 and out[i] != y[i]
    return bad


@njit
def _degenerate(y, w, singular):
    """Return 1 where a fit was singular or saw one class only."""
    ones, rows = 0, 0
    for i in range(len(y)):
        ones += w[i] * y[i]
        rows += w[i]
    return 1 if singular or ones == 0 or ones == rows else 0


@njit
def estimate(learner, x, y, folds, repeats, resamples, state, found):
    """Fill `found` (8,) with the estimates by ESTIMATORS, fractions; return the share of degenerate fits.

    x: (n, 2); y: (n,) of 0 and 1. Folds are random and differ by one row at most. The out-of-bag error averages over
    rows the share of resamples without the row whose fit misclassifies it (Efron & Tibshirani 1997, equation 17);
    a row in every resample is left out of the average.
    """
    n = len(y)
    order = order_by_distance(x, x) if learner != LDA else np.empty((0, 0), np.int64)
    line, out, w = np.empty(3), np.empty(n, np.int64), np.ones(n, np.int64)
    predict(learner, x, y, w, order, line, out)
    apparent, ones, said = 0.0, 0.0, 0.0
    for i in range(n):
        apparent += (out[i] != y[i]) / n
        ones += y[i] / n
        said += out[i] / n
    wrong = np.empty(repeats, np.int64)
    bad = _cross_validate(learner, x, y, n, 1, state, order, line, out, wrong)
    alone = wrong[0] / n
    bad += _cross_validate(learner, x, y, folds, repeats, state, order, line, out, wrong)
    optimism, without, missed = 0.0, np.zeros(n), np.zeros(n)
    for _ in range(resamples):
        w[:] = 0
        for _ in range(n):
            w[draw(state, n)] += 1
        bad += _degenerate(y, w, predict(learner, x, y, w, order, line, out))
        for i in range(n):
            error = out[i] != y[i]
            optimism += error * (1 - w[i]) / n
            if w[i] == 0:
                without[i] += 1
                missed[i] += error
    rows, left_out, all_wrong = 0, 0.0, 0
    for i in range(n):
        if without[i] > 0:
            rows += 1
            left_out += missed[i] / without[i]
    left_out = left_out / rows if rows else np.nan
    for r in range(repeats):
        all_wrong += wrong[r]
    found[0], found[1], found[2], found[3] = apparent, alone, wrong[0] / n, all_wrong / repeats / n
    found[4], found[5] = apparent + optimism / resamples, left_out
    found[6] = (1 - OUT) * apparent + OUT * left_out
    found[7] = plus(apparent, left_out, ones * (1 - said) + (1 - ones) * said)
    return bad / (n + folds * repeats + resamples)


@njit
def plus(apparent, left_out, no_information):
    """Return the .632+ estimate (Efron & Tibshirani 1997, equations 27 to 32).

    It is .632 and something more, which grows with the relative overfitting: 0 where the out-of-bag error equals the
    apparent one, 1 where it reaches `no_information`, the error if rows and labels were paired at random. Up to there
    this is a mean whose weight of the out-of-bag error grows from .632 to 1. Beyond, only the overfitting and what is
    added are those at `no_information`; the .632 keeps the error as it is (equation 32), so the sum can exceed both.
    """
    cut = min(left_out, no_information)
    overfitting = 0.0
    if cut > apparent:
        overfitting = (cut - apparent) / (no_information - apparent)
    more = (cut - apparent) * (1 - OUT) * OUT * overfitting / (1 - (1 - OUT) * overfitting)
    return (1 - OUT) * apparent + OUT * left_out + more


def linear_error(line: np.ndarray, distance: float) -> float:
    """Return the true error of the rule `line` (3,), 1 where u x0 + v x1 + c > 0; centres at (-+distance / 2, 0)."""
    u, v, c = line
    length = np.hypot(u, v)
    if length == 0:
        return 0.5
    shift = u * distance / 2
    return float(0.5 * special.ndtr((c - shift) / length) + 0.5 * special.ndtr(-(c + shift) / length))


def nodes(distance: float) -> tuple[np.ndarray, np.ndarray]:
    """Return points (2 NODES, 2) spread as the mixture of both classes, and the probability of class 1 at each.

    Sobol points in the middle of their cells: the same in every run. Summing the probability of the other class instead
    of drawing labels leaves nothing to chance.
    """
    z = special.ndtri(stats.qmc.Sobol(2, scramble=False).random(NODES) + 0.5 / NODES)
    shift = np.array([distance / 2, 0.0])
    points = np.concatenate([z - shift, z + shift])
    return points, special.expit(distance * points[:, 0])


@njit
def neighbour_error(x, y, k, points, chance):
    """Return the error of `k` nearest neighbours (k = 1 or 3) on `points` (m, 2) of class 1 with `chance` (m,)."""
    total, near, label = 0.0, np.empty(3), np.zeros(3, np.int64)
    for p in range(len(points)):
        near[0] = near[1] = near[2] = np.inf
        for i in range(len(y)):
            a, b = x[i, 0] - points[p, 0], x[i, 1] - points[p, 1]
            distance = a * a + b * b
            if distance < near[2]:
                j = 2
                while j > 0 and distance < near[j - 1]:
                    near[j], label[j] = near[j - 1], label[j - 1]
                    j -= 1
                near[j], label[j] = distance, y[i]
        ones = label[0] if k == 1 else label[0] + label[1] + label[2]
        total += 1 - chance[p] if 2 * ones > k else chance[p]
    return total / len(points)


def training_sets(setting: str, rows: int, seed: int, block: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the block's training sets: x (BLOCK, rows, 2) and y (BLOCK, rows), the same for every learner."""
    rng = generator(seed, "duplication", f"prediction error: {setting}, {rows} rows", block)
    y = rng.integers(0, 2, (BLOCK, rows))
    x = rng.standard_normal((BLOCK, rows, 2))
    x[..., 0] += SETTINGS[setting] * (y - 0.5)
    return x, y


def simulate(
    setting: str, learner: str, rows: int, config: Mapping[str, Any], seed: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return estimates (replicates, 8), true errors (replicates,) and the share of degenerate fits."""
    code, distance, resamples = LEARNERS[learner], SETTINGS[setting], config["resamples"]
    folds, repeats = min(FOLDS, rows), _repeats(resamples)
    points, chance = nodes(distance)
    found, truth = np.empty((config["replicates"], len(ESTIMATORS))), np.empty(config["replicates"])
    degenerate, line = 0.0, np.empty(3)
    for r in range(config["replicates"]):
        if r % BLOCK == 0:
            x, y = training_sets(setting, rows, seed, r // BLOCK)
            arm = f"prediction error: {setting}, {rows} rows: resamples"
            words = state(seed_sequence(seed, "duplication", arm, r // BLOCK))
        one = x[r % BLOCK], y[r % BLOCK]
        degenerate += estimate(code, *one, folds, repeats, resamples, words, found[r])
        if code == LDA:
            discriminant(*one, np.ones(rows, np.int64), line)
            truth[r] = linear_error(line, distance)
        else:
            # without information every rule is wrong half the time: nothing to sum
            truth[r] = neighbour_error(*one, code, points, chance) if distance else 0.5
    return found, truth, degenerate / config["replicates"]


def cells(config: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """Return (setting, learner, rows) of every independent piece of the experiment, in a fixed order."""
    return [(setting, learner, n) for n in config["sizes"] for setting in SETTINGS for learner in LEARNERS]


def prediction_error(config: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Return `PREDICTION_ERROR`; `config` is the section `duplication.prediction_error`."""
    rows = []
    for cell in progress(cells(config), "prediction error"):
        rows += [(*cell, *row) for row in summary(*simulate(*cell, config, seed), cell[-1], config["resamples"])]
    frame = pd.DataFrame(rows, columns=[column for column in PREDICTION_ERROR.columns if not column.endswith("_holm")])
    for p in ("p", "p_repeated"):
        frame[f"{p}_holm"] = holm(frame[p])
    return frame[list(PREDICTION_ERROR.columns)]


def _repeats(resamples: int) -> int:
    """Cross-validations that take as many fits as the bootstrap, one at least."""
    return max(1, resamples // FOLDS)


def summary(found: np.ndarray, truth: np.ndarray, degenerate: float, rows: int, resamples: int) -> list[tuple]:
    """Return the rows of `PREDICTION_ERROR` of one cell, without its key and corrected p-values."""
    n, folds = len(truth), min(FOLDS, rows)
    fits = (0, rows, folds, folds * _repeats(resamples), *[resamples] * 4)
    square = (found - truth[:, None]) ** 2
    out = []
    for e, estimator in enumerate(ESTIMATORS):
        difference = found[:, e] - truth
        rmse = np.sqrt(square[:, e].mean())
        error = square[:, e].std(ddof=1) / np.sqrt(n) / (2 * rmse) if rmse > 0 else 0.0
        against = [_paired(square[:, e] - square[:, ESTIMATORS.index(base)]) for base in (CV, REPEATED)]
        out.append(
            (estimator, n, fits[e], degenerate, truth.mean(), found[:, e].mean(), difference.mean(),
             difference.std(ddof=1) / np.sqrt(n), found[:, e].std(ddof=1), rmse, error, *against[0][:3],
             *against[1][:3], *(a[3] if estimator == PLUS else np.nan for a in against))
        )  # fmt: skip
    return out


def _paired(differences: np.ndarray) -> tuple[float, float, float, float]:
    """Mean, its t interval and its p-value against zero."""
    n, mean = len(differences), float(differences.mean())
    error = float(differences.std(ddof=1)) / np.sqrt(n)
    margin = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * error
    p = float(2 * stats.t.sf(abs(mean) / error, n - 1)) if error > 0 else float(mean == 0)
    return mean, mean - margin, mean + margin, sign_floor(p, differences)
