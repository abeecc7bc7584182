"""The analysis of the trainings: which are compared, fixed before the runs; everything is paired by replicate."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hearsay.tables import Table
from hearsay.triplet.evaluation import (
    ACROSS,
    APARTNESS,
    BATCH,
    BOTH,
    DOMAINS,
    FAR,
    MEAN,
    ONE,
    OTHERS,
    PARAMETERS,
    REESTIMATED,
    VARIANCE,
)
from hearsay.triplet.runs import FROZEN, GRADIENTS_APART, GROUP_NORM, LOSS, NO_NORM, THREE_NETS, WITH_ADAM
from hearsay.triplet.sampling import DISTRIBUTIONS, IID, MILDER, SHIFTED
from hearsay.triplet.training import APART, CONCATENATED, GHOST, PER_BRANCH
from hearsay.vision.paired import family, interval

LOG = "log2 "  # before the name of an outcome whose logarithm is compared

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
        "least": "smallest value",
        "most": "largest value",
    },
    text=("training", "distribution", "statistics", "outcome"),
)
COMPARISONS = Table(
    "triplet/comparisons",
    "Every pair that was compared, paired by replicate",
    key=("family", "outcome", "distribution", "training", "statistics", "other_training", "other_statistics"),
    columns={
        "family": "the comparisons corrected together",
        "outcome": f"what is measured; its logarithm to base 2 where `{LOG.strip()}` is said",
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

# Families: what decides claims, the size of discrepancies by loss, and everything else that was compared.
PRIMARY, LOSSES, FACTORS = "primary", "losses", "factors"
LESS = (PARAMETERS, MEAN, VARIANCE)  # shared, than both statistics
CONTROLS = (GROUP_NORM, NO_NORM)
WITHOUT_SHARING = (*CONTROLS, FROZEN)  # trainings with one pair of statistics, or none


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
        for sharing in LESS:
            yield Pair(ACROSS, distribution, PER_BRANCH, sharing, PER_BRANCH, BOTH)
    yield Pair(DOMAINS, SHIFTED, PER_BRANCH, PARAMETERS, PER_BRANCH, BOTH)


def losses(trainings: Iterable[str]) -> Iterator[Pair]:
    """Yield the sizes of discrepancies with other losses against that per branch, as logarithms of their ratio."""
    for training in (name for name in trainings if name.startswith(LOSS)):
        for distribution in (IID, SHIFTED):
            for sharing in LESS:
                yield Pair(LOG + APARTNESS, distribution, training, sharing, PER_BRANCH, sharing)


def factors(trainings: Iterable[str]) -> Iterator[Pair]:
    """Yield the others: ways of keeping statistics against both shared, and trainings against that per branch."""
    for distribution in DISTRIBUTIONS:
        for arm in (*LESS, *OTHERS, REESTIMATED, BATCH):
            yield Pair(ONE, distribution, PER_BRANCH, arm, PER_BRANCH, BOTH)
        for training in (CONCATENATED, GHOST):
            yield Pair(ONE, distribution, training, BOTH, PER_BRANCH, BOTH)
        for outcome in (ONE, ACROSS):
            yield Pair(outcome, distribution, THREE_NETS, APART, PER_BRANCH, BOTH)
        yield Pair(ACROSS, distribution, GHOST, PARAMETERS, GHOST, BOTH)
    for training in trainings:
        if training not in (PER_BRANCH, CONCATENATED, GHOST, THREE_NETS):
            base = WITH_ADAM if training == GRADIENTS_APART else PER_BRANCH
            for distribution in (IID, SHIFTED):
                yield Pair(ONE, distribution, training, BOTH, base, BOTH)
                if training not in WITHOUT_SHARING:
                    yield Pair(ACROSS, distribution, training, PARAMETERS, training, BOTH)
    for distribution in MILDER:
        for outcome in (ONE, ACROSS, DOMAINS, FAR):
            yield Pair(outcome, distribution, PER_BRANCH, PARAMETERS, PER_BRANCH, BOTH)
    for arm in (MEAN, VARIANCE, REESTIMATED, BATCH):
        yield Pair(DOMAINS, SHIFTED, PER_BRANCH, arm, PER_BRANCH, BOTH)
    for training in (CONCATENATED, GHOST, *CONTROLS):
        yield Pair(DOMAINS, SHIFTED, training, BOTH, PER_BRANCH, PARAMETERS)
    yield Pair(FAR, SHIFTED, PER_BRANCH, PARAMETERS, PER_BRANCH, BOTH)


def summarise(outcomes: pd.DataFrame) -> pd.DataFrame:
    """Return `SUMMARY` of `OUTCOMES`."""
    rows = []
    for key, part in outcomes.groupby(list(SUMMARY.key), sort=True)["value"]:
        values = part.to_numpy()
        rows.append((*key, len(values), *interval(values), values.min(), values.max()))
    return pd.DataFrame(rows, columns=list(SUMMARY.columns))


def comparisons(outcomes: pd.DataFrame, judging: Mapping[str, Any]) -> pd.DataFrame:
    """Return `COMPARISONS` of all families from `OUTCOMES`; judging: `alpha`."""
    values = outcomes.set_index([*SUMMARY.key, "replicate"])["value"].sort_index()
    trainings = sorted(outcomes["training"].unique())
    families = {PRIMARY: [*primary()], LOSSES: [*losses(trainings)], FACTORS: [*factors(trainings)]}
    parts = []
    for name, pairs in families.items():
        keys, differences = [(name, *pair) for pair in pairs], [_differences(pair, values) for pair in pairs]
        parts.append(family(keys, differences, judging["alpha"], COMPARISONS))
    return pd.concat(parts, ignore_index=True).sort_values(list(COMPARISONS.key), ignore_index=True)


def _differences(pair: Pair, values: pd.Series) -> np.ndarray:
    """Return the differences of a pair by replicate; those of logarithms where neither value is nothing."""
    outcome = pair.outcome.removeprefix(LOG)
    first = values.loc[pair.training, pair.distribution, pair.statistics, outcome]
    other = values.loc[pair.other_training, pair.distribution, pair.other_statistics, outcome]
    if outcome != pair.outcome:
        first, other = (np.log2(side.where((first > 0) & (other > 0))) for side in (first, other))
    return (first - other).dropna().to_numpy()  # aligned by replicate
