"""The analysis of the trainings: which are compared, fixed before the runs; everything is paired by replicate."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from hearsay.moments.conditions import NEVER, REESTIMATED
from hearsay.moments.evaluation import CLEAN, SHIFTS, SHUFFLED, SORTED
from hearsay.moments.runs import BASE, BATCH_OF, TRAINING, reestimated_from
from hearsay.moments.shifted import ACCURACY, AFTERWARDS, ANY, FIXED, OWN, UPDATING
from hearsay.tables import Table
from hearsay.vision import paired

_MEANS = {
    "n": "replicates",
    "mean": "their mean",
    "error": "its Monte Carlo standard error",
    "low": "its 95 % interval (t)",
    "high": "upper end",
}
SUMMARY = Table(
    "moments/summary",
    "What trainings are good for, by step and statistics, means over replicates",
    key=("training", "step", "condition", "outcome"),
    columns={
        "training": "what was changed in the training",
        "step": "steps of training done",
        "condition": "which statistics; for training mode, the mean over its own batches since the look before",
        "outcome": "accuracy; loss, cross entropy in nats; expected calibration error, as a share",
        **_MEANS,
    },
    text=("training", "condition", "outcome"),
)
LAYERS = Table(
    "moments/layers",
    "Errors of statistics layer by layer, means over replicates",
    key=("training", "step", "condition", "layer", "quantity"),
    columns={
        "training": "what was changed in the training",
        "step": "steps of training done",
        "condition": "which statistics",
        "layer": "number of the normalised layer, from 0",
        "quantity": "mean: error of means in true standard deviations; variance: of natural logarithms of variances; "
        "root mean squares over channels, the truth being the re-estimated ones",
        **_MEANS,
    },
    text=("training", "condition", "quantity"),
)
COMPARISONS = Table(
    "moments/comparisons",
    "Every pair that was compared, paired by replicate",
    key=("family", "outcome", "training", "step", "condition", "other_condition", "shift", "order", "batch"),
    columns={
        "family": "the comparisons corrected together: those of a claim, or all others",
        "outcome": "what is measured, a share",
        "training": "what was changed in the training",
        "step": "steps of training done",
        "condition": "the first way of keeping statistics",
        "other_condition": "the second",
        "shift": "what the test images are",
        "order": "order in which they come",
        "batch": "test images of a batch; 0 where it does not matter",
        "n": "pairs",
        "difference": "mean difference, first less second",
        "error": "its standard error",
        "low": "its interval, corrected over the family (Bonferroni, t)",
        "high": "upper end",
        "p": "p of no difference (paired t test)",
        "p_holm": "corrected over the family (Holm)",
    },
    text=("family", "outcome", "training", "condition", "other_condition", "shift", "order"),
)

# Families, those of the claims first.
WITHOUT, EVALUATION, SLOW, REPLACED = PRIMARY = (
    "without update",
    "updating at evaluation",
    "slow decay",
    "re-estimation",
)
OTHERS = "others"


class Pair(NamedTuple):
    """Two ways of keeping statistics that are compared, and where."""

    outcome: str
    training: str
    step: int
    condition: str
    other_condition: str
    shift: str = CLEAN
    order: str = ANY
    batch: int = 0


def decay(value: float) -> str:
    """Return the name of the moving average of this decay."""
    return f"decay {value:g}"


def primary(outcomes: pd.DataFrame, config: Mapping[str, Any]) -> dict[str, list[Pair]]:
    """Return the pairs that decide the claims, by family.

    config: `decays`, `usual` (decays that re-estimating is held against), `samples`, `test_batches`.
    """
    last = outcomes.groupby("training")["step"].max()
    there = set(outcomes.loc[outcomes["training"] == BASE, "condition"])
    counts = [reestimated_from(n) for n in config["samples"]]
    usual = [decay(value) for value in config["usual"]]
    looks = sorted(outcomes.loc[outcomes["training"] == BASE, "step"].unique())
    sizes = sorted({min(config["test_batches"]), max(config["test_batches"])})
    batches = [BASE, *(name for name in last.index if name.startswith(BATCH_OF))]
    replaced = [(BASE, name) for name in counts if name in there] + [(name, REESTIMATED) for name in batches]
    return {
        WITHOUT: [
            Pair(ACCURACY, training, int(step), condition, REESTIMATED)
            for training, step in last.items()
            for condition in (NEVER, TRAINING)
        ],
        EVALUATION: [
            Pair(outcome, BASE, int(last[BASE]), way, FIXED, shift, order, size)
            for outcome, way in ((ACCURACY, UPDATING), (ACCURACY, OWN), (AFTERWARDS, UPDATING))
            for shift in SHIFTS
            for order in (SHUFFLED, SORTED)
            for size in sizes
        ],
        SLOW: [Pair(ACCURACY, BASE, int(step), decay(max(config["decays"])), REESTIMATED) for step in looks],
        REPLACED: [
            Pair(ACCURACY, training, int(last[training]), condition, average)
            for training, condition in replaced
            for average in usual
        ],
    }


def others(outcomes: pd.DataFrame, tested: pd.DataFrame, known: set[Pair]) -> Iterator[Pair]:
    """Yield everything else: all conditions against re-estimated at the end, all ways of evaluating against fixed.

    The base training is looked at also when it is as long as the others are in the end.
    """
    last = outcomes.groupby("training")["step"].max()
    as_long = (outcomes["training"] == BASE) & (outcomes["step"] == last.drop(BASE).min())
    end = outcomes[(outcomes["step"] == outcomes["training"].map(last)) | as_long]
    for (training, step, condition), _ in end.groupby(["training", "step", "condition"], sort=True):
        pair = Pair(ACCURACY, training, int(step), condition, REESTIMATED)
        if condition != REESTIMATED and pair not in known:
            yield pair
    ways = tested[tested["outcome"].isin((ACCURACY, AFTERWARDS)) & (tested["way"] != FIXED)]
    for (outcome, shift, order, batch, way), _ in ways.groupby(
        ["outcome", "shift", "order", "batch", "way"], sort=True
    ):
        pair = Pair(outcome, BASE, int(last[BASE]), way, FIXED, shift, order, int(batch))
        if pair not in known:
            yield pair


def comparisons(outcomes: pd.DataFrame, tested: pd.DataFrame, config: Mapping[str, Any]) -> pd.DataFrame:
    """Return `COMPARISONS` of all families from `OUTCOMES` and `TESTED`; config: as `primary`, and `judging.alpha`."""
    families = primary(outcomes, config)
    known = {pair for pairs in families.values() for pair in pairs}
    families[OTHERS] = list(others(outcomes, tested, known))
    values = outcomes.set_index(["outcome", "training", "step", "condition", "replicate"])["value"].sort_index()
    ways = tested.set_index(["outcome", "shift", "order", "batch", "way", "replicate"])["value"].sort_index()
    parts = []
    for name, pairs in families.items():
        differences = [_difference(pair, values, ways) for pair in pairs]
        keys = [(name, *pair) for pair in pairs]
        parts.append(paired.family(keys, differences, config["judging"]["alpha"], COMPARISONS))
    return pd.concat(parts, ignore_index=True).sort_values(list(COMPARISONS.key), ignore_index=True)


def _difference(pair: Pair, values: pd.Series, ways: pd.Series):
    if pair.other_condition == FIXED:
        first = ways.loc[pair.outcome, pair.shift, pair.order, pair.batch, pair.condition]
        # what is left behind is held against the accuracy of clean images before
        other = ways.loc[ACCURACY, CLEAN if pair.outcome == AFTERWARDS else pair.shift, ANY, 0, FIXED]
    else:
        first = values.loc[pair.outcome, pair.training, pair.step, pair.condition]
        other = values.loc[pair.outcome, pair.training, pair.step, pair.other_condition]
    return (first - other).to_numpy()  # aligned by replicate
