"""Speeds of two ways in the same rounds, and what their ratio may be."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from hearsay.feeding.graph_feeding import PLACEHOLDER
from hearsay.feeding.outcomes import WORKS

VARIABLE = "variable of the data set"
PIPELINES = (
    "tf.data, batches of a constant",
    "tf.data, prefetched",
    "tf.data, examples of a constant",
    "tf.data, generator",
)
LOADERS, COPY = ("DataLoader, two workers", "DataLoader, two persistent workers"), "copy"


def interval(values: Sequence[float] | np.ndarray, alpha: float) -> tuple[float, float, float]:
    """Return the median of values (n,) and its interval by order statistics, of level 1 - alpha at least.

    It needs no form of distribution: the k-th smallest and the k-th largest value enclose the median unless fewer than
    k values lie on one side of it, and the number that do is binomial. Where n is too small for the level, the interval
    is everything.
    """
    values = np.sort(np.asarray(values, float))
    n = len(values)
    k = int(stats.binom.ppf(alpha / 2, n, 0.5))  # the smallest with a chance of more than alpha / 2 of k or fewer
    middle = float(np.median(values))
    return (middle, float(values[k - 1]), float(values[n - k])) if k > 0 else (middle, -np.inf, np.inf)


def graph_ratios(timings: pd.DataFrame, pairs: Sequence[tuple[str, str]], alpha: float) -> pd.DataFrame:
    """Return how many times as many steps/s the first way of each pair makes as the second, in TensorFlow.

    timings: `graph_timing.TIMINGS`. One row a pair, model and pool: way, other, model, pool, n, ratio, low, high; the
    ratio is the median over rounds, its interval corrected for the number of rows (Bonferroni).
    """
    ran = timings[timings["outcome"] == WORKS]
    return _ratios(ran, "way", "pool", pairs, alpha)


def initialising(timings: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Return how many steps the initialising pass of a data set in a variable takes longer than with placeholders.

    timings: `graph_timing.TIMINGS`. One row a model and pool: model, pool, n, steps, low, high; the median over rounds,
    its interval corrected for the number of rows.
    """
    ran = timings[(timings["outcome"] == WORKS) & timings["way"].isin((VARIABLE, PLACEHOLDER))]
    wide = ran.pivot_table(index=["model", "pool", "repeat"], columns="way", values=["initialise", "wall"])
    if wide.empty:
        return pd.DataFrame(columns=["model", "pool", "n", "steps", "low", "high"])
    longer = (wide["initialise", VARIABLE] - wide["initialise", PLACEHOLDER]) / wide["wall", PLACEHOLDER]
    cells = list(longer.groupby(level=["model", "pool"]))
    rows = [(*cell, len(part), *interval(part, alpha / len(cells))) for cell, part in cells]
    return pd.DataFrame(rows, columns=["model", "pool", "n", "steps", "low", "high"])


def torch_ratios(timings: pd.DataFrame, pairs: Sequence[tuple[str, str]], alpha: float) -> pd.DataFrame:
    """Return how many times as many steps/s the first way of each pair makes as the second, in PyTorch on the CPU.

    timings: `timing.TIMINGS`, whole epochs, start of the iterator included. One row a pair, model and batch: way,
    other, model, batch, n, ratio, low, high, as `graph_ratios` has them.
    """
    ran = timings[(timings["what"] == "training") & (timings["device"] == "cpu")]
    return _ratios(ran, "mode", "batch", pairs, alpha)


def pipeline_ratios(graph_times: pd.DataFrame, modes: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """Return how many times as fast pipelines are as feeding, in TensorFlow and in PyTorch, as `ratios` has them.

    Two families, each corrected for its number at half the level.
    """
    graph = graph_ratios(graph_times, [(pipeline, PLACEHOLDER) for pipeline in PIPELINES], alpha / 2)
    torch = torch_ratios(modes, [(loader, COPY) for loader in LOADERS], alpha / 2)
    return pd.concat([each for each in (graph, torch) if len(each)] or [graph], ignore_index=True)


def _ratios(
    ran: pd.DataFrame, name: str, condition: str, pairs: Sequence[tuple[str, str]], alpha: float
) -> pd.DataFrame:
    walls = ran.pivot_table(index=["model", condition, "repeat"], columns=name, values="wall")
    found = [
        (way, other, *cell, (part[other] / part[way]).dropna().to_numpy())
        for way, other in pairs
        for cell, part in walls.groupby(level=["model", condition])
        if {way, other} <= set(part.columns)
    ]
    found = [row for row in found if len(row[-1])]
    rows = [(*row[:-1], len(row[-1]), *interval(row[-1], alpha / len(found))) for row in found]
    return pd.DataFrame(rows, columns=["way", "other", "model", condition, "n", "ratio", "low", "high"])
