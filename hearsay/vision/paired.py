"""Means over replicates and comparisons paired by replicate: intervals, p-values, families corrected together."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from hearsay.tables import Table

LEVEL = 0.05  # of the intervals of means that decide nothing


def interval(values: np.ndarray, alpha: float = LEVEL) -> tuple[float, float, float, float]:
    """Return mean, standard error and ends of Student's interval of level 1 - alpha.

    values: (n,) a value a replicate. The interval of values that are all alike is their mean; that of one value has
    infinite ends, and its error is NaN; so is the mean of none.
    """
    n, mean = len(values), float(np.mean(values)) if len(values) else np.nan
    if n < 2:
        return mean, np.nan, -np.inf, np.inf
    error = float(np.std(values, ddof=1) / np.sqrt(n))
    half = float(stats.t.isf(alpha / 2, n - 1)) * error
    return mean, error, mean - half, mean + half


def p_value(mean: float, error: float, n: int) -> float:
    """Return p of no difference by Student's test of n paired differences with this mean and standard error.

    1 where there are fewer than two, or where none differs; 0 where all differ by the same.
    """
    if n < 2 or (error == 0 and mean == 0):
        return 1.0
    return float(2 * stats.t.sf(abs(mean) / error, n - 1)) if error > 0 else 0.0


def summarise(values: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return mean, error and 95 % interval of column `value` over replicates, a row for each key of the table.

    The table's columns are its key, then n, mean, error, low and high.
    """
    rows = []
    for key, part in values.groupby(list(table.key), sort=True)["value"]:
        rows.append((*key, len(part), *interval(part.to_numpy())))
    return pd.DataFrame(rows, columns=list(table.columns))


def family(keys: Sequence[tuple], differences: Sequence[np.ndarray], alpha: float, table: Table) -> pd.DataFrame:
    """Return comparisons that are corrected together, a row for each.

    keys: the values of the table's first columns. differences: (replicates,) for each key. The columns that follow are
    n, difference, error, low, high (Student's interval at alpha over the number of comparisons: Bonferroni), p, p_holm.
    """
    from statsmodels.stats.multitest import multipletests

    rows = []
    for key, values in zip(keys, differences, strict=True):
        mean, error, low, high = interval(values, alpha / len(keys))
        rows.append((*key, len(values), mean, error, low, high, p_value(mean, error, len(values)), np.nan))
    frame = pd.DataFrame(rows, columns=list(table.columns))
    return frame.assign(p_holm=multipletests(frame["p"], method="holm")[1]) if len(frame) else frame
