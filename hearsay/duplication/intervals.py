"""What bootstrap intervals and standard errors of a mean are worth: coverage, width and both tails, by simulation.

Five bootstrap intervals (Efron 1987, JASA 82:171; Davison & Hinkley 1997, chapter 5) beside Student's t interval, the
classical reference. Laws that are known in closed form stand in the tables and calibrate the instrument.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import special, stats

from hearsay.duplication.bootstrap import draw, state
from hearsay.jit import njit
from hearsay.progress import progress
from hearsay.seeds import generator, seed_sequence
from hearsay.tables import Table

METHODS = ("percentile", "basic", "normal", "BCa", "studentised", "Student")
LEVEL = 0.95
BLOCK = 1000  # samples that one generator draws: a result depends on the block and the place in it, never on the run
ZERO = 1e-14  # share of a sample's variance at which a resample's is rounding: all its rows are the same


class Law(NamedTuple):
    """A distribution to sample from, with its mean and standard deviation."""

    draw: Any
    mean: float
    sd: float


def _lognormal(sigma: float) -> Law:
    """Lognormal with log mean 0 and log standard deviation `sigma`."""
    mean = float(np.exp(sigma**2 / 2))
    return Law(lambda rng, shape: rng.lognormal(0, sigma, shape), mean, mean * float(np.sqrt(np.expm1(sigma**2))))


# coverage does not depend on location or scale; the mild lognormal is the shape of a published study: sd / mean = 0.4
LAWS = {
    "normal": Law(lambda rng, shape: rng.standard_normal(shape), 0.0, 1.0),
    "exponential": Law(lambda rng, shape: rng.standard_exponential(shape), 1.0, 1.0),
    "mild lognormal": _lognormal(float(np.sqrt(np.log1p(0.4**2)))),
    "lognormal": _lognormal(1.0),
}

INTERVALS = Table(
    "duplication/intervals",
    "Coverage and width of nominal 95 % intervals of a mean",
    ("distribution", "rows", "method"),
    {
        "distribution": "what the rows are drawn from; lognormal: log sd 1; mild lognormal: sd / mean = 0.4",
        "rows": "rows of a sample",
        "method": "percentile, basic, normal (bootstrap standard error), BCa, studentised (plug-in standard error of "
        "each resample), or Student: the t interval, no bootstrap",
        "replicates": "samples",
        "resamples": "bootstrap resamples of each; 0 where none are used",
        "failed": "samples without a finite interval; they count as not covered, and in neither tail",
        "coverage": "share of samples whose interval holds the true mean",
        "coverage_mc_error": "its Monte Carlo standard error",
        "below": "share of samples whose interval lies below the true mean",
        "above": "share of samples whose interval lies above the true mean",
        "width": "mean width of the finite intervals, in true standard errors (sigma / sqrt(rows))",
        "width_mc_error": "its Monte Carlo standard error",
        "law": "coverage in closed form, for infinitely many resamples; empty where none is known",
    },
    text=("distribution", "method"),
)

STANDARD_ERRORS = Table(
    "duplication/standard-errors",
    "The bootstrap standard error of a mean against the true and the textbook one",
    ("distribution", "rows"),
    {
        "distribution": "what the rows are drawn from; lognormal: log sd 1; mild lognormal: sd / mean = 0.4",
        "rows": "rows of a sample",
        "replicates": "samples",
        "resamples": "bootstrap resamples of each",
        "ratio": "mean bootstrap standard error over the true one, sigma / sqrt(rows)",
        "ratio_mc_error": "its Monte Carlo standard error",
        "rmse": "root mean squared error of the bootstrap standard error, in units of the true one",
        "rmse_mc_error": "its Monte Carlo standard error",
        "textbook": "mean of the textbook standard error s / sqrt(rows) over the true one",
        "textbook_mc_error": "its Monte Carlo standard error",
        "textbook_rmse": "root mean squared error of the textbook standard error, in units of the true one",
        "textbook_rmse_mc_error": "its Monte Carlo standard error",
        "to_textbook": "mean ratio of the bootstrap to the textbook standard error of the same sample",
        "to_textbook_mc_error": "its Monte Carlo standard error",
        "law": "that ratio for infinitely many resamples: sqrt((rows - 1) / rows)",
    },
    text=("distribution",),
)


@njit
def resample(d, state, means, pivots):
    """Fill `means` (B,) and `pivots` (B,): the mean of each resample of `d` (n,), and it over its plug-in error.

    d: deviations from the sample mean, so both are relative to it. The plug-in error is that of the resample, with
    the n-denominator variance. A resample of one value repeated has none: its pivot is infinite.
    """
    n = len(d)
    total = 0.0
    for i in range(n):
        total += d[i] * d[i]
    for b in range(len(means)):
        s, ss = 0.0, 0.0
        for _ in range(n):
            value = d[draw(state, n)]
            s += value
            ss += value * value
        mean = s / n
        variance = ss / n - mean * mean
        means[b] = mean
        pivots[b] = mean / np.sqrt(variance / n) if variance > ZERO * total else np.copysign(np.inf, mean)


def limits(x: np.ndarray, means: np.ndarray, pivots: np.ndarray, level: float = LEVEL) -> np.ndarray:
    """Return the two-sided intervals of the mean of `x` (n,) by METHODS, (6, 2), in the unit of `x`.

    means, pivots (B,): as `resample` leaves them, relative to the sample mean. Quantiles interpolate linearly between
    order statistics (Hyndman & Fan's type 7): the definition of numpy, of scipy.stats.bootstrap, of R and of the
    published study, so that their numbers can be compared. It puts (B p + 1 - p) / (B + 1) below the p-quantile, .026
    instead of .025 at B = 1000, so coverage falls some .002 short of the definition that would put p there, type 6;
    the bootstraps over copied rows, with fewer resamples and nothing published beside them, take that one.
    BCa takes its bias correction from the share of means below zero, ties counted by half, and its acceleration from
    the jackknife, which for a mean is the third power of deviations (Efron 1987, equation 7.3). A limit that does not
    exist is infinite or not a number.
    """
    n, tail = len(x), (1 - level) / 2
    centre, d = x.mean(), x - x.mean()
    z = special.ndtri(1 - tail)
    plug_in = np.sqrt((d**2).mean() / n)
    low, high = quantiles(means, np.array([tail, 1 - tail]))
    pivot_low, pivot_high = quantiles(pivots, np.array([tail, 1 - tail]))
    normal = z * means.std(ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        bias = special.ndtri(((means < 0).sum() + 0.5 * (means == 0).sum()) / len(means))
        acceleration = (d**3).sum() / (6 * (d**2).sum() ** 1.5)
        ends = bias + np.array([-z, z])
        corrected = special.ndtr(bias + ends / (1 - acceleration * ends))
    bca = quantiles(means, corrected) if np.isfinite(corrected).all() else (np.nan, np.nan)
    half = special.stdtrit(n - 1, 1 - tail) * x.std(ddof=1) / np.sqrt(n)
    around = [
        (low, high),
        (-high, -low),
        (-normal, normal),
        bca,
        (-pivot_high * plug_in, -pivot_low * plug_in),
        (-half, half),
    ]
    return centre + np.array(around)


def quantiles(values: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Return the quantiles `p` of `values` (B,) by linear interpolation: numpy's default, without its overhead."""
    place = (len(values) - 1) * p
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, len(values) - 1)
    parts = np.partition(values, np.unique([below, above]))
    with np.errstate(invalid="ignore"):  # between two infinite values
        return parts[below] + (place - below) * (parts[above] - parts[below])


def cells(config: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return (distribution, rows) of every independent piece of the experiment, in a fixed order."""
    return [(name, n) for n in config["sizes"] for name in LAWS]


def intervals(
    config: Mapping[str, Any], seed: int, shard: int = 0, shards: int = 1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run every `shards`-th cell from `shard` on; return their rows of `INTERVALS` and of `STANDARD_ERRORS`.

    config: the section `duplication.intervals`.
    """
    rows, errors = [], []
    for name, n in progress(cells(config)[shard::shards], "intervals"):
        found, bootstrap, textbook = simulate(name, n, config["replicates"], config["resamples"], seed)
        key = (name, n, config["replicates"])
        rows += [(*key, *row) for row in _coverage(name, n, config["resamples"], found)]
        errors.append((*key, config["resamples"], *_errors(name, n, bootstrap, textbook)))
    order = ("distribution", "rows", "replicates", "method", "resamples", "failed", "coverage", "coverage_mc_error")
    order += ("below", "above", "width", "width_mc_error", "law")
    covered = pd.DataFrame(rows, columns=order)[list(INTERVALS.columns)]
    return covered, pd.DataFrame(errors, columns=list(STANDARD_ERRORS.columns))


def simulate(
    name: str, n: int, replicates: int, resamples: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the intervals (replicates, 6, 2), bootstrap and textbook standard errors (replicates,) of so many samples.

    They are relative to the true mean and in true standard errors.
    """
    law, arm = LAWS[name], f"intervals: {name}, {n} rows"
    scale = law.sd / np.sqrt(n)
    found, bootstrap, textbook = np.empty((replicates, len(METHODS), 2)), np.empty(replicates), np.empty(replicates)
    means, pivots = np.empty(resamples), np.empty(resamples)
    for first in range(0, replicates, BLOCK):
        block = first // BLOCK
        samples = law.draw(generator(seed, "duplication", arm, block), (BLOCK, n))
        words = state(seed_sequence(seed, "duplication", f"{arm}: resamples", block))
        for r in range(first, min(first + BLOCK, replicates)):
            x = samples[r - first]
            resample(x - x.mean(), words, means, pivots)
            found[r] = (limits(x, means, pivots) - law.mean) / scale
            bootstrap[r], textbook[r] = means.std(ddof=1) / scale, x.std(ddof=1) / law.sd
    return found, bootstrap, textbook


def coverage_law(name: str, n: int, method: str, level: float = LEVEL) -> float:
    """Return the coverage in closed form for infinitely many resamples, or not a number where none is known.

    Normal rows: Student's interval is exact; the bootstrap standard error is s sqrt((n - 1) / n) / sqrt(n), so the
    normal interval is Student's with another quantile.
    """
    if name != "normal" or method not in ("Student", "normal"):
        return np.nan
    if method == "Student":
        return level
    z = special.ndtri((1 + level) / 2)
    return float(2 * stats.t.cdf(z * np.sqrt((n - 1) / n), n - 1) - 1)


def _coverage(name: str, n: int, resamples: int, found: np.ndarray) -> list[tuple]:
    rows = []
    for m, method in enumerate(METHODS):
        low, high = found[:, m].T
        finite = np.isfinite(low) & np.isfinite(high)
        below, above = (finite & (high < 0)).mean(), (finite & (low > 0)).mean()
        covered = (finite & (low <= 0) & (high >= 0)).mean()
        width = (high - low)[finite]
        rows.append(
            (method, 0 if method == "Student" else resamples, int((~finite).sum()), covered,
             np.sqrt(covered * (1 - covered) / len(found)), below, above, *_mean(width), coverage_law(name, n, method))
        )  # fmt: skip
    return rows


def _errors(name: str, n: int, bootstrap: np.ndarray, textbook: np.ndarray) -> tuple:
    parts = (_mean(bootstrap), _rms(bootstrap - 1), _mean(textbook), _rms(textbook - 1), _mean(bootstrap / textbook))
    return *(value for part in parts for value in part), np.sqrt((n - 1) / n)


def _mean(values: np.ndarray) -> tuple[float, float]:
    """Mean and its standard error."""
    if len(values) < 2:
        return (float(values.mean()) if len(values) else np.nan), np.nan
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def _rms(values: np.ndarray) -> tuple[float, float]:
    """Root mean square and its standard error, by the delta method."""
    square, error = _mean(values**2)
    root = np.sqrt(square)
    return float(root), float(error / (2 * root)) if root > 0 else np.nan
