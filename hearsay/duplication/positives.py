"""Logistic regression with only the positive rows copied: coefficients, their errors and coverage, and predictions."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from hearsay.duplication.population import COEFFICIENTS, SPECIFICATIONS, auc, best_auc, limit, population
from hearsay.duplication.positives_runs import BINS, Runs, judge, numbers_of_copies, run
from hearsay.tables import Table

_FITS = {
    "specification": "well specified: log odds -3 + x1, with x2 a null predictor; misspecified: -3 + x1 + x2 / 2 + "
    "x1 ** 2 / 2. Both are fitted linearly in x1 and x2, independent standard normals",
    "copies": "copies of every positive row, the row itself counted",
}
_COUNTS = {
    "replicates": "data sets whose fits converged at every number of copies; all else is over these",
    "failed": "data sets left out because, at any number of copies, a fit was separated or did not converge",
}

POSITIVES = Table(
    "duplication/positives",
    "Coefficients of a logistic regression with only its positive rows copied",
    ("specification", "copies", "coefficient"),
    {
        **_FITS,
        "coefficient": "intercept, x1 or x2; the intercept is less log(copies) throughout, the prior correction of "
        "King and Zeng 2001",
        **_COUNTS,
        "truth": "the population's coefficient without copies: the true one where well specified, else the best linear",
        "limit": "what the fit tends to with these copies as rows grow",
        "estimate": "mean estimate",
        "estimate_mc": "its standard error",
        "change": "mean estimate less that of the same data without copies",
        "change_mc": "its standard error, over pairs",
        "sd": "standard deviation of the estimates",
        "sd_law": "the same as rows grow: the sandwich over original rows, at the limit",
        "variance_ratio": "variance of the estimates over that without copies",
        "variance_ratio_mc": "its standard error, over pairs",
        "variance_ratio_law": "the same as rows grow",
        "naive_se": "mean of the standard errors that software prints for the copied rows",
        "clustered_se": "mean of the standard errors clustered on the original row, without small-sample correction",
        "naive_coverage": "share of naive intervals that hold the truth",
        "naive_below": "share of naive intervals that lie below the truth",
        "naive_above": "share of naive intervals that lie above it",
        "naive_mc": "standard error of naive_coverage",
        "naive_law": "naive_coverage for a normal estimate around its limit, as rows grow, at this number of rows",
        "clustered_coverage": "share of clustered intervals that hold the truth",
        "clustered_below": "share of clustered intervals that lie below the truth",
        "clustered_above": "share of clustered intervals that lie above it",
        "clustered_mc": "standard error of clustered_coverage",
        "clustered_law": "clustered_coverage likewise",
        "limit_coverage": "share of clustered intervals that hold the limit: what the clustered error promises",
        "limit_mc": "its standard error",
    },
    text=("specification", "coefficient"),
)

PREDICTIONS = Table(
    "duplication/predictions",
    "Predictions of a logistic regression with only its positive rows copied, over the population",
    ("specification", "copies", "corrected"),
    {
        **_FITS,
        "corrected": "yes: log(copies) taken off the predicted log odds; no: as fitted",
        **_COUNTS,
        "auc": "mean AUC over the population",
        "auc_mc": "its standard error",
        "auc_change": "mean AUC less that of the same data without copies",
        "auc_change_mc": "its standard error, over pairs",
        "auc_limit": "AUC that the fit tends to as rows grow",
        "auc_best": "AUC of the true chances, the highest possible",
        "predicted": "mean predicted chance of a positive",
        "true": "mean true chance",
        "in_the_large": "mean predicted less mean true chance; none is calibrated",
        "in_the_large_mc": "its standard error",
        "slope": "mean calibration slope: of the outcome's log odds on the predicted ones; one is calibrated",
        "slope_mc": "its standard error",
        "squared_error": "mean squared difference of predicted and true chance: the Brier score less its minimum",
        "squared_error_mc": "its standard error",
        "squared_error_limit": "what it tends to as rows grow",
    },
    text=("specification", "corrected"),
)

CALIBRATION = Table(
    "duplication/calibration",
    "Calibration curves of a logistic regression with only its positive rows copied",
    ("specification", "copies", "corrected", "bin"),
    {
        **_FITS,
        "corrected": "yes: log(copies) taken off the predicted log odds; no: as fitted",
        "bin": "number of the bin, from 0: half units of predicted log odds from -8 on, the outer ones open",
        "predicted": "mean predicted chance in the bin, over population and data sets",
        "observed": "mean true chance in the bin",
        "observed_mc": "its standard error over data sets",
        "share": "mean share of the population in the bin",
    },
    text=("specification", "corrected"),
)


def positives(
    config: Mapping[str, Any], seed: int, confidence: float = 0.95
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return `POSITIVES`, `PREDICTIONS` and `CALIBRATION`.

    config: the section `duplication.positives`; confidence: the nominal level of the intervals, of `judging`.
    Raises HearsayError where fewer than two data sets could be fitted.
    """
    tables: tuple[list, list, list] = ([], [], [])
    for specification in SPECIFICATIONS:
        found = run(specification, config, seed)
        for rows, more in zip(tables, summarise(specification, found, config, confidence), strict=True):
            rows += more
    declared = (POSITIVES, PREDICTIONS, CALIBRATION)
    return tuple(pd.DataFrame(r, columns=list(t.columns)) for r, t in zip(tables, declared, strict=True))


def summarise(
    specification: str, found: Runs, config: Mapping[str, Any], confidence: float
) -> tuple[list[tuple], list[tuple], list[tuple]]:
    """Return one specification's rows of the three tables, from what `run` returned."""
    people, copies, good = population(specification), numbers_of_copies(config), ~found.failed
    n, failed = int(good.sum()), int((~good).sum())
    shift = np.zeros((len(copies), len(COEFFICIENTS)))
    shift[:, 0] = np.log(copies)
    limits = [limit(people, k) for k in copies]
    z, area = norm.ppf((1 + confidence) / 2), auc(specification)
    best, true = best_auc(specification), float(people.weight @ people.chance)
    beta = found.beta[good] - shift
    areas = area(beta[:, :, 1], beta[:, :, 2])
    coefficients, predictions, curves = [], [], []
    for k, count in enumerate(copies.tolist()):
        key = (specification, count)
        for j, name in enumerate(COEFFICIENTS):
            b, first = beta[:, k, j], beta[:, 0, j]
            truth, at = limits[0].beta[j], limits[k].beta[j] - shift[k, j]
            law = [limits[m].sd[j] / np.sqrt(config["rows"]) for m in (0, k)]
            naive, clustered = found.naive[good, k, j], found.clustered[good, k, j]
            naive_law = limits[k].naive[j] / np.sqrt(config["rows"])
            held = _coverage(b, clustered, at, z)
            coefficients.append(
                (
                    *(*key, name, n, failed, truth, at, *_mean(b), *_mean(b - first), b.std(ddof=1), law[1]),
                    *(*_variance_ratio(b, first), (law[1] / law[0]) ** 2, naive.mean(), clustered.mean()),
                    *(*_coverage(b, naive, truth, z), _coverage_law(at - truth, law[1], naive_law, z)),
                    *(*_coverage(b, clustered, truth, z), _coverage_law(at - truth, law[1], law[1], z)),
                    *(held[0], held[3]),
                )
            )
        ranking = (*_mean(areas[:, k]), *_mean(areas[:, k] - areas[:, 0]), float(area(*limits[k].beta[1:])), best)
        at_limit = np.empty((2, 3))
        judge(limits[k].beta, count, *people, at_limit, np.empty((2, BINS, 3)))
        for c, corrected in enumerate(("no", "yes")):
            mean, square, slope = found.measures[good, k, c].T
            chances = (mean.mean(), true, *_mean(mean - true), *_mean(slope))
            predictions.append((*key, corrected, n, failed, *ranking, *chances, *_mean(square), at_limit[c, 1]))
            curves += [(*key, corrected, *row) for row in _curve(found.curve[k, c], n)]
    return coefficients, predictions, curves


def _variance_ratio(b: np.ndarray, first: np.ndarray) -> tuple[float, float]:
    """Variance of `b` over that of `first`, paired, with its delta-method standard error."""
    squares, firsts = (b - b.mean()) ** 2, (first - first.mean()) ** 2
    ratio = squares.sum() / firsts.sum()
    influence = squares / squares.mean() - firsts / firsts.mean()
    return ratio, ratio * influence.std(ddof=1) / np.sqrt(len(b))


def _mean(values: np.ndarray) -> tuple[float, float]:
    """Mean and its standard error."""
    return values.mean(), values.std(ddof=1) / np.sqrt(len(values))


def _coverage(estimate: np.ndarray, se: np.ndarray, value: float, z: float) -> tuple[float, float, float, float]:
    """Shares of the intervals estimate +- z se that hold the value, lie below it, lie above it; error of the first."""
    below, above = float(np.mean(estimate + z * se < value)), float(np.mean(estimate - z * se > value))
    held = 1 - below - above
    return held, below, above, float(np.sqrt(held * (1 - held) / len(estimate)))


def _coverage_law(bias: float, sd: float, se: float, z: float) -> float:
    """Coverage of estimate +- z se where the estimate is normal with this bias and sd, and se is fixed."""
    return float(norm.cdf((z * se - bias) / sd) - norm.cdf((-z * se - bias) / sd))


def _curve(sums: np.ndarray, n: int) -> list[tuple]:
    """Rows (bin, predicted, observed, its standard error, share) of the bins that anyone is in, from `simulate`'s."""
    rows = []
    for b, (weight, true, predicted, square, cross, true_square) in enumerate(sums):
        if weight <= 1e-6 * n:  # fewer than one in a million people
            continue
        observed = true / weight
        residual = true_square - 2 * observed * cross + observed**2 * square
        rows.append((b, predicted / weight, observed, np.sqrt(max(residual, 0.0)) / weight, weight / n))
    return rows
