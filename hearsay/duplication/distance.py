"""How far the empirical distribution of the rows is from the one they were drawn from, when every row is copied."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from hearsay.duplication.coverage import COPIES, NEW_ROWS
from hearsay.errors import HearsayError
from hearsay.progress import progress
from hearsay.seeds import generator
from hearsay.tables import Table

DISTANCE = Table(
    "duplication/distance",
    "Distance of the empirical distribution from the truth, by copies of every row",
    ("rows", "arm", "copies"),
    {
        "rows": "rows n of a sample from N(0, 1), before copying",
        "arm": "copies: every row k times; new rows: kn rows, all fresh",
        "copies": "copies k of every row, the row itself counted",
        "replicates": "samples",
        "kolmogorov": "mean of the largest difference between empirical and true distribution function",
        "kolmogorov_mc_error": "its Monte Carlo standard error",
        "wasserstein": "mean of the area between the two (Wasserstein-1 distance), in standard deviations of the truth",
        "wasserstein_mc_error": "its Monte Carlo standard error",
        "kolmogorov_ratio": "mean distance over that of the same samples without copies",
        "kolmogorov_ratio_mc_error": "its Monte Carlo standard error; 0 where the ratio is the same in every sample",
        "wasserstein_ratio": "mean distance over that of the same samples without copies",
        "wasserstein_ratio_mc_error": "its Monte Carlo standard error; 0 where the ratio is the same in every sample",
        "law": "the ratios expected: 1 for copies (exact), 1 / sqrt k for new rows (asymptotic)",
    },
    text=("arm",),
)


def kolmogorov(x: np.ndarray, truth: np.ndarray) -> float:
    """Return sup |F_N - F| from the sorted rows x (N,) and truth = F(x); ties are allowed."""
    grid = np.arange(len(x) + 1) / len(x)
    return float(max((grid[1:] - truth).max(), (truth - grid[:-1]).max()))


def wasserstein(x: np.ndarray, truth: np.ndarray) -> float:
    """Return the area between F_N and the standard normal F from the sorted rows x (N,) and truth = F(x).

    It is the integral of |x_(i) - Q(u)| over u in ((i - 1) / N, i / N), summed over i, Q the normal quantile function;
    -phi(Q(u)) is the integral of Q, and the sign changes at u = F(x_(i)), if that lies between.
    """
    grid, quantiles, densities = _grid(len(x))
    a, b = grid[:-1], grid[1:]
    turn = np.clip(truth, a, b)
    density = _density(np.clip(x, quantiles[:-1], quantiles[1:]))
    return float((x * (2 * turn - a - b) + 2 * density - densities[:-1] - densities[1:]).sum())


def _density(x: np.ndarray) -> np.ndarray:
    return np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi)


_GRIDS: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}


def _grid(rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return i / N, its normal quantile and the density there, i = 0..N."""
    if rows not in _GRIDS:
        grid = np.arange(rows + 1) / rows
        _GRIDS[rows] = grid, ndtri(grid), _density(ndtri(grid))
    return _GRIDS[rows]


def distance(config: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Measure both distances in every sample; return `DISTANCE`. config: the section `duplication.coverage`.

    Fewer new rows are among more of them. Raises HearsayError without k = 1.
    """
    copies = config["copies"]
    if 1 not in copies:
        raise HearsayError("duplication.coverage.copies: 1 is missing; everything is held against the data as they are")
    found = []
    for rows in config["sizes"]:
        raw = np.empty((config["distance_replicates"], 2, len(copies), 2))
        for replicate in progress(range(len(raw)), f"distances, {rows:,} rows"):
            x = generator(seed, "duplication", f"distance: {rows} rows", replicate).standard_normal(rows * max(copies))
            order, truth = np.argsort(x[:rows]), ndtr(x)
            for i, k in enumerate(copies):
                # np.repeat of sorted rows is the sorted copy; a copy of a row has the row's F
                raw[replicate, 0, i] = _both(np.repeat(x[order], k), np.repeat(truth[order], k))
                if k == 1:
                    raw[replicate, 1, i] = raw[replicate, 0, i]
                else:
                    raw[replicate, 1, i] = _both(np.sort(x[: k * rows]), np.sort(truth[: k * rows]))
        for a, arm in enumerate((COPIES, NEW_ROWS)):
            for i, k in enumerate(copies):
                values, base = raw[:, a, i], raw[:, a, copies.index(1)]
                ratio = values.mean(axis=0) / base.mean(axis=0)
                ratio_error = _error(values - ratio * base) / base.mean(axis=0)
                mean, error = values.mean(axis=0), _error(values)
                found.append((
                    rows, arm, k, len(raw), mean[0], error[0], mean[1], error[1],
                    ratio[0], ratio_error[0], ratio[1], ratio_error[1], 1.0 if arm == COPIES else 1 / np.sqrt(k),
                ))  # fmt: skip
    return pd.DataFrame(found, columns=list(DISTANCE.columns))


def _both(x: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    return kolmogorov(x, truth), wasserstein(x, truth)


def _error(values: np.ndarray) -> np.ndarray:
    return values.std(axis=0, ddof=1) / np.sqrt(len(values))
