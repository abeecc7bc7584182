"""The numbers of this study that the text may cite, by key."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from hearsay.triplet import exact, written
from hearsay.triplet.analysis import FACTORS, LOG, LOSSES, PRIMARY
from hearsay.triplet.evaluation import (
    ACROSS,
    APARTNESS,
    BATCH,
    BOTH,
    DOMAINS,
    FAR,
    MEAN,
    MEANS,
    ONE,
    PARAMETERS,
    REESTIMATED,
    SHARINGS,
    VARIANCE,
    VARIANCES,
)
from hearsay.triplet.runs import (
    AGAIN,
    BATCH_OF,
    FROZEN,
    GRADIENTS_APART,
    GROUP_NORM,
    LEAK,
    LOSS,
    NO_NORM,
    OTHER_NET,
    THREE_NETS,
    WITH_ADAM,
    trainings,
)
from hearsay.triplet.sampling import BIASED, DISTRIBUTIONS, HALF, IID, QUARTER, SHIFTED
from hearsay.triplet.training import CONCATENATED, GHOST, PER_BRANCH
from hearsay.triplet.untying import NOT_RUN, UNTIED

SEEN = {IID: "iid", BIASED: "biased", SHIFTED: "shifted", QUARTER: "quarter", HALF: "half"}
SHARED = {PARAMETERS: "parameters", MEAN: "mean", VARIANCE: "variance", BOTH: "both"}
KEPT = {
    "reversed order": "reversed",
    "compensated momentum": "compensated",
    "a third of the momentum": "third",
    "anchor only": "anchor",
    "last branch only": "last",
    REESTIMATED: "reestimated",
    BATCH: "batch",
}
TRAINED = {
    PER_BRANCH: "apart",
    CONCATENATED: "together",
    GHOST: "ghost",
    THREE_NETS: "three",
    AGAIN: "again",
    GROUP_NORM: "group",
    NO_NORM: "none",
    FROZEN: "frozen",
    WITH_ADAM: "adam",
    GRADIENTS_APART: "adam_apart",
    OTHER_NET: "other_net",
    f"{LOSS}torch's ratio": "torch",
    f"{LOSS}margin": "margin",
    f"{LOSS}batch-hard": "hard",
}
RATED = {ONE: "one", ACROSS: "across", DOMAINS: "domains", FAR: "far"}
NORMS = {"none": "plain", "batch": "batch"}
CLASSIFIERS = {"1-NN": "nearest", "5-NN": "five", "linear": "linear"}
ENDS = ("", "_low", "_high")


def numbers(tables: Mapping[str, pd.DataFrame], config: Mapping[str, Any]) -> dict[str, tuple]:
    """Return key -> (value, unit, meaning) from the study's tables and its section of the configuration.

    Accuracies are shares, their differences points, that is hundredths; distances between branches are shares of the
    size of an embedding.
    """
    trained = _trained(config)
    return {
        **dict(_rated(tables["summary"])),
        **dict(_differences(tables["comparisons"], trained)),
        **dict(_counts(tables["comparisons"], config)),
        **dict(_apart(tables["steps"], tables["layers"])),
        **dict(_mechanism(tables["summary"], trained)),
        **dict(_losses(tables["comparisons"], trained)),
        **_exact(tables["exact"]),
        **_untying(tables["untying"]),
        **_momentum(config),
        **(dict(_hoffer(tables["hoffer"])) if "hoffer" in tables else {}),
    }


def _trained(config: Mapping[str, Any]) -> dict[str, str]:
    """Return the key of each training, of batch sizes that of the smallest and of the largest."""
    sizes = {"small": min(config["batches"]), "large": max(config["batches"])}
    return TRAINED | {f"{BATCH_OF}{size}": f"batch_{name}" for name, size in sizes.items() if size != config["batch"]}


def _rated(table: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    """Yield accuracies of the trainings per branch, by what is shared."""
    rows = table[(table["training"] == PER_BRANCH) & table["outcome"].isin(list(RATED))]
    for row in rows[rows["statistics"].isin(SHARINGS)].itertuples():
        key = f"{RATED[row.outcome]}_{SEEN[row.distribution]}_{SHARED[row.statistics]}"
        yield key, (float(row.mean), "share", f"{row.outcome}; {row.distribution}; {row.statistics} shared")


def _points(key: str, row, meaning: str) -> Iterator[tuple[str, tuple]]:
    for end, value in zip(ENDS, (row.difference, row.low, row.high), strict=True):
        yield key + end, (100 * float(value), "points", meaning)


def _differences(table: pd.DataFrame, trained: Mapping[str, str]) -> Iterator[tuple[str, tuple]]:
    """Yield differences of accuracies in points: less shared than both, kept otherwise, and trained otherwise."""
    for row in table[table["family"].isin([PRIMARY, FACTORS])].itertuples():
        if row.training not in trained:
            continue
        what, where = RATED[row.outcome], SEEN[row.distribution]
        meaning = (
            f"{row.outcome}; {row.distribution}; {row.training}, {row.statistics}, less {row.other_training}, "
            f"{row.other_statistics}"
        )
        if row.training == row.other_training:
            ways = SHARED | KEPT
            name = "" if row.training == PER_BRANCH else f"_{trained[row.training]}"
            yield from _points(f"effect_{what}_{where}_{ways[row.statistics]}{name}", row, meaning)
        else:
            yield from _points(f"against_{what}_{where}_{trained[row.training]}", row, meaning)


def _counts(table: pd.DataFrame, config: Mapping[str, Any]) -> Iterator[tuple[str, tuple]]:
    judging = config["judging"]
    yield "trainings", (len(trainings(config)), "trainings", "trainings in all")
    yield "replicates", (config["replicates"], "replicates", "replicates of each training")
    yield "steps", (config["steps"], "steps", "steps of a training")
    yield "batch", (config["batch"], "triplets", "triplets of a step")
    yield "harm", (100 * judging["harm"], "points", "bound of harm")
    yield "factor", (judging["factor"], "", "bound of the ratio of discrepancies")
    yield "comparisons", (len(table), "comparisons", "comparisons in all")
    shown = int((table["p_holm"] <= judging["alpha"]).sum())
    yield "different", (shown, "comparisons", "of them, shown to differ from none")
    for family, name in ((PRIMARY, "primary"), (LOSSES, "sizes"), (FACTORS, "factors")):
        yield name, (int((table["family"] == family).sum()), "comparisons", f"comparisons of the family {family}")


def _apart(steps: pd.DataFrame, layers: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    """Yield the branches' discrepancies: after one step and at the end, mean and most; and by layer at the end."""
    ends = {"first": 1, "last": steps["step"].max()}
    for name, step in ends.items():
        found = steps[steps["step"] == step].groupby(["distribution", "statistics"])["discrepancy"]
        for (distribution, statistics), values in found:
            key = f"apart_{SEEN[distribution]}_{SHARED[statistics]}_{name}"
            meaning = f"discrepancy after {'one step' if name == 'first' else 'the last step'}, {distribution}"
            yield key, (float(values.mean()), "share", f"{meaning}; {statistics} shared, mean")
            yield f"{key}_most", (float(values.max()), "share", f"{meaning}; {statistics} shared, most")
    mine = layers[layers["statistics"] == PARAMETERS]
    differ = mine[mine["discrepancy"] > 0]
    first = differ["place"].min()
    yield "layer_first", (str(differ.loc[differ["place"] == first, "layer"].iloc[0]), "", "first layer that differs")
    for distribution, rows in mine.groupby("distribution"):
        mean = rows.groupby("place")["discrepancy"].mean()
        for name, place in (("first", first), ("last", mean.index.max())):
            key = f"layer_{name}_{SEEN[distribution]}"
            yield key, (float(mean[place]), "share", f"discrepancy after the {name} layer that differs, {distribution}")


def _mechanism(table: pd.DataFrame, trained: Mapping[str, str]) -> Iterator[tuple[str, tuple]]:
    """Yield what tells the branch, and how far running statistics are from a full pass."""
    for row in table[(table["outcome"] == LEAK) & table["training"].isin(list(trained))].itertuples():
        key = f"leak_{SEEN[row.distribution]}_{trained[row.training]}"
        for end, value in zip(ENDS, (row.mean, row.low, row.high), strict=True):
            yield key + end, (float(value), "share", f"{LEAK}, {row.distribution}, {row.training}")
    yield "chance", (1 / 3, "share", "of telling the branch by chance")
    yield "leak_most", (2 / 3, "share", "of telling it where two of the three branches see one domain, at most")
    known = KEPT | {PARAMETERS: "own", BOTH: "shared"}
    rows = table[(table["training"] == PER_BRANCH) & table["outcome"].isin([MEANS, VARIANCES])]
    for row in rows.itertuples():
        key = f"error_{'means' if row.outcome == MEANS else 'variances'}_{SEEN[row.distribution]}"
        unit = "standard deviations" if row.outcome == MEANS else "log"
        yield f"{key}_{known[row.statistics]}", (float(row.mean), unit, f"{row.outcome}, {row.statistics}")


def _losses(table: pd.DataFrame, trained: Mapping[str, str]) -> Iterator[tuple[str, tuple]]:
    for row in table[(table["outcome"] == LOG + APARTNESS) & table["difference"].notna()].itertuples():
        key = f"ratio_{trained[row.training]}_{SEEN[row.distribution]}_{SHARED[row.statistics]}"
        for end, value in zip(ENDS, (row.difference, row.low, row.high), strict=True):
            meaning = f"discrepancy with {row.training} over that with Hoffer's ratio, {row.statistics} shared"
            yield key + end, (float(2.0**value), "times", meaning)


def _exact(table: pd.DataFrame) -> dict[str, tuple]:
    rows = table.set_index("sentence")
    agree = rows["true"] == rows["expected"].astype(bool) * rows["cases"]
    sizes = {
        "beside": written.BESIDE,
        "once": written.ONCE,
        "cube": exact.CUBE,
        "compensation": exact.COMPENSATED,
        "compensation_apart": exact.COMPENSATED_APART,
        "between": exact.BETWEEN,
        "larger": exact.LARGER,
        "sgd": exact.SGD,
        "decayed": exact.DECAYED,
        "adam": exact.ADAM,
        "listed": exact.LISTED,
        "dropout": exact.DROPOUT,
    }
    return {
        "exact": (len(rows), "sentences", "sentences tried on small nets"),
        "exact_cases": (int(rows["cases"].sum()), "cases", "cases in which they were tried"),
        "exact_agree": (int(agree.sum()), "sentences", "of them, those that come out as they must"),
        **{
            f"exact_{name}": (float(rows.loc[sentence, "largest"]), "relative", f"largest difference: {sentence}")
            for name, sentence in sizes.items()
        },
    }


def _untying(table: pd.DataFrame) -> dict[str, tuple]:
    ran = table[table["parameters"] != NOT_RUN]
    untied = ran[(ran["parameters"] != "tied") | (ran["buffers"] != "tied")]
    counts = {
        "": (len(table), "operations looked at"),
        "_run": (len(ran), "of them, run"),
        "_untied": (len(untied), "of these, those that untie anything"),
        "_silent": (int((untied["silent"] == "yes").sum()), "of these, those that say nothing"),
        "_parameters": (int((ran["parameters"] == UNTIED).sum()), "those that untie parameters"),
        "_buffers": (int((ran["buffers"] == UNTIED).sum()), "those that untie buffers"),
        "_buffers_alone": (
            int(((ran["buffers"] == UNTIED) & (ran["parameters"] == "tied")).sum()),
            "those that untie buffers and leave the parameters tied",
        ),
    }
    return {f"operations{end}": (n, "operations", meaning) for end, (n, meaning) in counts.items()}


def _momentum(config: Mapping[str, Any]) -> dict[str, tuple]:
    m = config["momentum"]
    return {
        "momentum": (m, "", "momentum of the running statistics"),
        "momentum_three": (1 - (1 - m) ** 3, "", "momentum of three passes together"),
        "momentum_compensated": (1 - (1 - m) ** (1 / 3), "", "momentum that compensates for three passes"),
        "momentum_first": (m * (1 - m) ** 2, "", "weight of the first of three passes"),
        "momentum_second": (m * (1 - m), "", "weight of the second of three passes"),
    }


def _hoffer(table: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    """Yield the shortened runs of Hoffer & Ailon's net, means over runs, and the sizes of it."""
    for (norm, classifier), rows in table.groupby(["norm", "classifier"]):
        key = f"hoffer_{NORMS[norm]}_{CLASSIFIERS[classifier]}"
        for name, column in (("", "accuracy"), ("_untrained", "untrained"), ("_pixels", "pixels")):
            value = float(rows[column].mean())
            yield key + name, (value, "share", f"{column}, {classifier}, normalisation {norm}, mean over runs")
    row = table.iloc[0]
    yield "hoffer_triplets", (int(row["triplets"]), "triplets", "triplets of a shortened run")
    yield "hoffer_epoch", (int(row["published_epoch"]), "triplets", "triplets of one epoch of the paper")
    yield "hoffer_runs", (int(table["replicate"].nunique()), "runs", "shortened runs of each net")


assert set(SEEN) >= set(DISTRIBUTIONS)
