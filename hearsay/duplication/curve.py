"""Coverage of intervals and selection by AIC and BIC when every row is copied, simulated beside its controls.

Aims: hold simulated coverage against the closed form. Data: `draw`. Estimands: the mean (0), the first slope (0.5), and
for rejection the mean and the last slope (0). Methods: the arms. Performance: coverage, both tails, width, rejection of
a true null (Morris, White & Crowther 2019, Statistics in Medicine 38:2074).

Rows are really copied and the models really fitted to all kn of them: nothing is derived from a fit to n rows, except
that a logistic fit starts where the one before it ended.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hearsay.duplication import fits, law, logistic
from hearsay.duplication.coverage import (
    CLUSTERED,
    COPIES,
    CORRECTED,
    COVERAGE,
    JITTER,
    NEW_ROWS,
    Cell,
    Intervals,
    summaries,
)
from hearsay.duplication.resampled import resampled
from hearsay.duplication.selection import SELECTION, selected
from hearsay.duplication.simulated import MODELS, TRUTH, draw, stream
from hearsay.errors import HearsayError
from hearsay.progress import progress

FITTED = (COPIES, NEW_ROWS, JITTER)
FEWEST_ROWS = 20  # below, resamples without a fit would no longer be rare


def cells(config: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """Return (fits or resamples, model, rows) of every independent piece, in a fixed order, long ones first.

    Regressions are bootstrapped at the smallest size only: a data set costs some ten thousand fits.
    """
    sizes = sorted(config["sizes"], reverse=True)
    pieces = [("fits", model, rows) for rows in sizes for model in reversed(MODELS)]
    # here and in this order every second cell is about half of the work
    means = [("resamples", "mean", rows) for rows in reversed(sizes)]
    pieces[3:3] = [("resamples", "logistic", sizes[-1]), *means, ("resamples", "linear", sizes[-1])]
    return pieces


def curve(config: Mapping[str, Any], seed: int, shard: int = 0, shards: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run every `shards`-th cell from `shard` on; return their rows of `COVERAGE` and of `SELECTION`.

    config: the section `duplication.coverage`. Raises HearsayError for sizes too small to resample, and without k = 1.
    """
    if min(config["sizes"]) < FEWEST_ROWS:
        raise HearsayError(f"duplication.coverage.sizes: {min(config['sizes'])} rows; take {FEWEST_ROWS} or more")
    if 1 not in config["copies"]:
        raise HearsayError("duplication.coverage.copies: 1 is missing; everything is held against the data as they are")
    coverage, selection = [], []
    for kind, model, rows in cells(config)[shard::shards]:
        if kind == "resamples":
            coverage += resampled(model, rows, config, seed)
            continue
        raw = simulate(model, rows, config, seed)
        coverage += _fitted(raw, model, rows, config)
        if model != "mean":
            for arm in (COPIES, NEW_ROWS):
                selection += selected(raw[:, FITTED.index(arm), :, fits.RATIO], arm, model, rows, config["copies"])
    return (
        pd.DataFrame(coverage, columns=list(COVERAGE.columns)),
        pd.DataFrame(selection, columns=list(SELECTION.columns)),
    )


def simulate(model: str, rows: int, config: Mapping[str, Any], seed: int) -> np.ndarray:
    """Fit `model` to simulated data sets; return (replicates, FITTED, copies, fits.FIELDS), nan where a fit failed.

    New rows of a smaller k are among those of a larger one, and so is the noise of the jittered copies. One copy is the
    sample itself in all arms.
    """
    copies = config["copies"]
    raw = np.full((config["replicates"], len(FITTED), len(copies), fits.FIELDS), np.nan)
    groups = {k: members(rows, k) for k in copies}
    for replicate in progress(range(config["replicates"]), f"{model}, {rows:,} rows"):
        rng = stream(model, rows, seed, replicate)
        x, y = draw(model, rows, rng)
        fresh_x, fresh_y = draw(model, rows * (max(copies) - 1), rng)
        noisy_x, noisy_y = jittered(model, x, y, max(copies) - 1, config["jitter"], rng)
        starts = {arm: _start(model) for arm in FITTED}
        for i, k in enumerate(copies):
            more = rows * (k - 1)
            _fit(model, copied(x, k), copied(y, k), groups[k], starts[COPIES], True, raw[replicate, 0, i])
            if k == 1:
                raw[replicate, 1:, i] = raw[replicate, 0, i]
                continue
            for arm, (further_x, further_y) in enumerate([(fresh_x, fresh_y), (noisy_x, noisy_y)], start=1):
                data = np.concatenate([x, further_x[:, :more]], axis=1), np.concatenate([y, further_y[:more]])
                wanted = FITTED[arm] == NEW_ROWS
                _fit(model, *data, groups[k], starts[FITTED[arm]], wanted, raw[replicate, arm, i])
    return raw


def members(rows: int, copies: int) -> np.ndarray:
    """Return the original row of each of the copied rows (copies * rows,)."""
    return np.tile(np.arange(rows), copies)


def copied(values: np.ndarray, copies: int) -> np.ndarray:
    """Return np.tile along the last axis, which holds the rows."""
    return np.concatenate([values[..., :0]] + [values] * copies, axis=-1)


def jittered(
    model: str, x: np.ndarray, y: np.ndarray, further: int, jitter: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return `further` noisy copies of the rows of x (p, n) and y (n,), tiled.

    Gaussian noise of `jitter` sample standard deviations of the column goes on every predictor and on a continuous y.
    """
    many_x, many_y = copied(x, further), copied(y, further)
    for j in range(1, len(x)):
        many_x[j] += jitter * x[j].std() * rng.standard_normal(len(many_y))
    if model != "logistic":
        many_y += jitter * y.std() * rng.standard_normal(len(many_y))
    return many_x, many_y


def _start(model: str) -> tuple[np.ndarray, np.ndarray]:
    beta = np.array(TRUTH[model])
    return beta, beta[:-1].copy()


def _fit(
    model: str,
    x: np.ndarray,
    y: np.ndarray,
    groups: np.ndarray,
    start: tuple[np.ndarray, np.ndarray],
    ratio: bool,
    out: np.ndarray,
) -> None:
    """Put the fit's numbers into `out`; they stay nan where there is none."""
    numbers, clusters = np.empty(fits.FIELDS), int(groups[-1]) + 1
    if model != "logistic":
        done = fits.linear(x, y, groups, clusters, numbers)
    else:
        done = fits.logistic(x, y, groups, clusters, *start, ratio, numbers)
        if not done:  # once more from where the careful solver ends, if there is a maximum
            found, less = logistic.fit(x.T, y), logistic.fit(x[:-1].T, y)
            start[0][:], start[1][:] = TRUTH[model], TRUTH[model][:-1]
            if found.status == less.status == logistic.CONVERGED:
                done = fits.logistic(x, y, groups, clusters, found.beta, less.beta, ratio, numbers)
    if done:
        out[:] = numbers


def _fitted(raw: np.ndarray, model: str, rows: int, config: Mapping[str, Any]) -> list[tuple]:
    """Sum up all arms that need no resamples."""
    levels, p, student = config["levels"], len(TRUTH[model]), model != "logistic"
    base, found = None, []
    for k in sorted(config["copies"]):
        correction = np.sqrt(law.cluster_correction(k, rows, p))
        for arm, column, clustered, factor in (
            (COPIES, COPIES, 0, 1.0),
            (NEW_ROWS, NEW_ROWS, 0, 1.0),
            (JITTER, JITTER, 0, 1.0),
            (CLUSTERED, COPIES, 1, 1.0),
            (CORRECTED, COPIES, 1, correction),
        ):
            fit = raw[:, FITTED.index(column), config["copies"].index(k)]
            # the clusters are what carries evidence: n - p degrees of freedom, as for one copy
            degrees = (rows if clustered else k * rows) - p if student else np.inf
            half = factor * np.array([law.quantile(level, degrees) for level in levels])
            slope, null = (
                Intervals.around(fit[:, at], fit[:, at + 1 + clustered], half) for at in (fits.SLOPE, fits.NULL)
            )
            base = slope.width if base is None else base
            found += summaries(Cell(model, rows, arm, k, config["jitter"]), levels, slope, null, base)
    return found
