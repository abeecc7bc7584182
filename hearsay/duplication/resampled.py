"""Percentile intervals from bootstraps over copied rows: of the original rows' ids, of the rows, of n of the kn rows.

A resample is held as how often it contains each original row: copies are equal, so this is the same multiset of rows,
and the estimate is computed from it. Resamples are really drawn from the kn rows.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hearsay.duplication import fits, logistic
from hearsay.duplication.coverage import N_ROWS, RESAMPLED, ROW_IDS, Cell, Intervals, summaries
from hearsay.duplication.simulated import TRUTH, draw, stream
from hearsay.progress import progress
from hearsay.seeds import generator


def resampled(model: str, rows: int, config: Mapping[str, Any], seed: int) -> list[tuple]:
    """Bootstrap the data sets that `simulate` starts with; return the rows of `COVERAGE` of the three arms.

    config: the section `duplication.coverage`. With one copy the three are one bootstrap, which is drawn once. A data
    set counts as failed if any of its resamples has no fit.
    """
    copies, levels = config["copies"], config["levels"]
    ends = np.full((config["bootstrap_replicates"], len(RESAMPLED), len(copies), 2, len(levels), 2), np.nan)
    for replicate in progress(range(len(ends)), f"{model}, {rows:,} rows, resampled"):
        x, y = draw(model, rows, stream(model, rows, seed, replicate))
        rng = generator(seed, "duplication", f"resamples: {model}, {rows} rows", replicate)
        start = np.array(TRUTH[model])
        if model == "logistic":
            whole = logistic.fit(x.T, y)
            if whole.status != logistic.CONVERGED:
                continue  # no estimate to put an interval around
            start = whole.beta
        for i, k in enumerate(copies):
            for a, arm in enumerate(RESAMPLED):
                if k == 1 and a:
                    ends[replicate, a, i] = ends[replicate, 0, i]
                    continue
                counts = resample(arm, rows, k, config["resamples"], rng)
                slopes = estimates(model, x, y, counts, start)
                if np.isfinite(slopes).all():
                    ends[replicate, a, i] = ends_of(slopes, levels)
    found, base = [], None
    for i, k in sorted(enumerate(copies), key=lambda item: item[1]):
        for a, arm in enumerate(RESAMPLED):
            slope, null = (Intervals(ends[:, a, i, c, :, 0], ends[:, a, i, c, :, 1]) for c in range(2))
            base = slope.width if base is None else base
            found += summaries(Cell(model, rows, arm, k, config["jitter"]), levels, slope, null, base)
    return found


def ends_of(slopes: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Return the percentile intervals (2, levels, 2) of the columns of `slopes` (B, 2).

    Ends are the order statistics (B + 1) q (Davison & Hinkley 1997, chapter 5; type 6 of Hyndman & Fan), which leave
    just the share q of the resamples' law outside on average, however few they are. The intervals of a mean use type 7
    instead, to be those of a published study with its 1000 resamples, where the two differ by .001 in a tail. Of 199
    resamples type 7 would leave .010 outside for .005: no control of intervals of 99 %.
    """
    tails = np.array([[(1 - level) / 2, (1 + level) / 2] for level in levels])
    return np.moveaxis(np.quantile(slopes, tails, axis=0, method="weibull"), -1, 0)


def resample(arm: str, rows: int, copies: int, resamples: int, rng: np.random.Generator) -> np.ndarray:
    """Return (resamples, rows): how often each original row is in the resample of the copied rows."""
    population = 1 if arm == ROW_IDS else copies
    size = population * rows if arm != N_ROWS else rows
    words = rng.bit_generator.random_raw((resamples, (size + 1) // 2))
    counts = np.empty((resamples, rows))
    fits.count(words, size, rows, population, counts)
    return counts * copies if arm == ROW_IDS else counts


def estimates(model: str, x: np.ndarray, y: np.ndarray, counts: np.ndarray, start: np.ndarray) -> np.ndarray:
    """Return (B, 2): slope and null coefficient in the resamples `counts` (B, n); nan where there is no fit."""
    p, slope = len(x), min(1, len(x) - 1)
    if model == "logistic":
        slopes, settled = np.empty((len(counts), 2)), np.empty(len(counts), bool)
        fits.logistic_resampled(x, y, counts, start, slopes, settled)
        for b in np.flatnonzero(~settled):
            found = logistic.fit(x.T, y, counts[b])
            slopes[b] = found.beta[[slope, -1]] if found.status == logistic.CONVERGED else np.nan
        return slopes
    features = np.concatenate([x[:, None] * x, (x * y)[:, None]], axis=1).reshape(-1, x.shape[1])
    products = (counts @ features.T).reshape(len(counts), p, p + 1)
    return np.linalg.solve(products[..., :p], products[..., p:])[:, [slope, -1], 0]
