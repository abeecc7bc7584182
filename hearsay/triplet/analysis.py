"""The analysis of the trainings: which are compared, fixed before the runs; everything is paired by replicate."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from hearsay.tables import Table
from hearsay.triplet.evaluation import BATCH, BOTH, MEAN, OTHERS, PARAMETERS, REESTIMATED, VARIANCE
from hearsay.triplet.sampling import DISTRIBUTIONS, IID, SHIFTED
from hearsay.triplet.training import APART, CONCATENATED, GHOST, PER_BRANCH

ONE, ACROSS, DOMAINS = "kNN, one branch", "kNN, across branches", "kNN, across domains"

SUMMARY = Table(
    "triplet/summary",
    "What trainings are good for, means over replicates",
    key=("training", "distribution", "statistics", "outcome"),
    columns={
        "training": "what was changed in the training",
        "distribution": "what the three branches see",
        "statistics": "what branches share besides the parameters, or how one pair of statistics is kept",
        "outcome": "what is measured",
        "n": "replicates",
        "mean": "their mean",
        "error": "its Monte Carlo standard error",
        "low": "its 95 % interval (t)",
        "high": "upper end",
    },
    text=("training", "distribution", "statistics", "outcome"),
)
COMPARISONS = Table(
    "triplet/comparisons",
    "Every pair that was compared, paired by replicate",
    key=("family", "outcome", "distribution", "training", "statistics", "other_training", "other_statistics"),
    columns={
        "family": "the comparisons corrected together",
        "outcome": "what is measured; a share, or its logarithm where `log` is said",
        "distribution": "what the three branches see",
        "training": "the first training",
        "statistics": "its statistics",
        "other_training": "the second",
        "other_statistics": "its statistics",
        "n": "pairs",
        "difference": "mean difference, first less second",
        "error": "its standard error",
        "low": "its interval, corrected over the family (Bonferroni, t)",
        "high": "upper end",
        "p": "p of no difference (paired t test)",
        "p_holm": "corrected over the family (Holm)",
    },
    text=("family", "outcome", "distribution", "training", "statistics", "other_training", "other_statistics"),
)

# Families: what decides claims, and everything else that was compared.
PRIMARY, FACTORS = "primary", "factors"


class Pair(NamedTuple):
    """Two things compared: outcome, distribution, and training and statistics of either."""

    outcome: str
    distribution: str
    training: str
    statistics: str
    other_training: str
    other_statistics: str


def primary() -> Iterator[Pair]:
    """Yield what decides the claims: less than both statistics shared against both, and own ones across domains."""
    for distribution in DISTRIBUTIONS:
        for sharing in (PARAMETERS, MEAN, VARIANCE):
            yield Pair(ACROSS, distribution, PER_BRANCH, sharing, PER_BRANCH, BOTH)
    yield Pair(DOMAINS, SHIFTED, PER_BRANCH, PARAMETERS, PER_BRANCH, BOTH)


def factors(trainings: Iterable[str]) -> Iterator[Pair]:
    """Yield the others: ways of keeping statistics against both shared, and trainings against that per branch."""
    for distribution in DISTRIBUTIONS:
        for arm in (*OTHERS, REESTIMATED, BATCH):
            yield Pair(ONE, distribution, PER_BRANCH, arm, PER_BRANCH, BOTH)
        for training in (CONCATENATED, GHOST):
            yield Pair(ONE, distribution, training, BOTH, PER_BRANCH, BOTH)
        yield Pair(ONE, distribution, "three nets", APART, PER_BRANCH, BOTH)
    for training in trainings:
        if training not in (PER_BRANCH, CONCATENATED, GHOST, "three nets"):
            for distribution in (IID, SHIFTED):
                yield Pair(ONE, distribution, training, BOTH, PER_BRANCH, BOTH)
    for training in (CONCATENATED, GHOST):
        yield Pair(DOMAINS, SHIFTED, training, BOTH, PER_BRANCH, PARAMETERS)


def summarise(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return `SUMMARY` of `OUTCOMES`."""
    rows = []
    for key, part in outcomes.groupby(list(SUMMARY.key), sort=True):
        mean, error, low, high = _interval(part["value"].to_numpy(), 0.05)
        rows.append((*key, len(part), mean, error, low, high))
    return pd.DataFrame(rows, columns=list(SUMMARY.columns))


def comparisons(outcomes: pd.DataFrame, judging: Mapping[str, Any]) -> pd.DataFrame:
    """Return `COMPARISONS` of both families from `OUTCOMES`; judging: `alpha`."""
    values = outcomes.set_index([*SUMMARY.key, "replicate"])["value"].sort_index()
    trainings = outcomes["training"].unique()
    parts = []
    for family, pairs in ((PRIMARY, [*primary()]), (FACTORS, [*factors(sorted(trainings))])):
        parts.append(_family(family, pairs, values, judging["alpha"]))
    return pd.concat(parts, ignore_index=True).sort_values(list(COMPARISONS.key), ignore_index=True)


def _family(family: str, pairs: list[Pair], values: pd.Series, alpha: float) -> pd.DataFrame:
    from statsmodels.stats.multitest import multipletests

    rows = []
    for pair in pairs:
        first = values.loc[pair.training, pair.distribution, pair.statistics, pair.outcome]
        other = values.loc[pair.other_training, pair.distribution, pair.other_statistics, pair.outcome]
        difference = (first - other).to_numpy()  # aligned by replicate
        mean, error, low, high = _interval(difference, alpha / len(pairs))
        rows.append((family, *pair, len(difference), mean, error, low, high, _p(mean, error, len(difference)), np.nan))
    frame = pd.DataFrame(rows, columns=list(COMPARISONS.columns))
    return frame.assign(p_holm=multipletests(frame["p"], method="holm")[1])


def _interval(values: np.ndarray, alpha: float) -> tuple[float, float, float, float]:
    """Return mean, standard error and Student's interval; that of values all alike is their mean."""
    n, mean = len(values), float(values.mean())
    if n < 2:
        return mean, np.nan, -np.inf, np.inf
    error = float(values.std(ddof=1) / np.sqrt(n))
    half = float(stats.t.isf(alpha / 2, n - 1)) * error
    return mean, error, mean - half, mean + half


def _p(mean: float, error: float, n: int) -> float:
    if n < 2 or (error == 0 and mean == 0):
        return 1.0
    return float(2 * stats.t.sf(abs(mean) / error, n - 1)) if error > 0 else 0.0
