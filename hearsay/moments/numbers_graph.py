"""The numbers of TensorFlow's own graphs, and of what other tools leave of an update."""

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from hearsay.moments.forgotten import NO, NOT_RUN, YES
from hearsay.moments.graph import RAN
from hearsay.moments.graph_optimiser import BY_HAND, FOLLOWS

RULES = {FOLLOWS: "follows", BY_HAND: "by_hand"}
ACCURACIES = ("train", "eval", "sorted", "batch")
DISTANCES = ("from_initial", "from_full")


def numbers_graph(tables: Mapping[str, pd.DataFrame]) -> dict[str, tuple]:
    """Return key -> (value, unit, meaning); an arm that did not run has the word for it."""
    return {
        **dict(_arms(tables["graph"])),
        **dict(_same(tables["graph_same"])),
        **dict(_optimiser(tables["graph_optimiser"])),
        **_forgotten(tables["forgotten"]),
    }


def key_of(text: str) -> str:
    """Return a name as part of a key: lower case, anything but letters and digits as one underscore."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _mean(values: pd.Series, unit: str, meaning: str) -> tuple:
    known = values.dropna()
    return (float(known.mean()), unit, meaning) if len(known) else ("not run", "", meaning)


def _arms(graph: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    yield "graph_arms", (int(graph["arm"].nunique()), "ways", "ways of normalising tried in TensorFlow")
    ran = graph[graph["status"] == RAN]
    yield "graph_ran", (int(ran["arm"].nunique()), "ways", "of them, those that TensorFlow ran")
    yield "graph_replicates", (int(graph["replicate"].nunique()), "trainings", "trainings of each way in TensorFlow")
    for package in ("tensorflow", "tf_keras", "tf_slim"):
        yield f"graph_{package}", (str(graph[package].iloc[0]) or "not there", "", f"version of {package}")
    for arm, rows in graph.groupby("arm", sort=True):
        for word in ACCURACIES:
            meaning = f"{word} accuracy, TensorFlow, {arm}"
            yield f"graph_{word}_{key_of(arm)}", _mean(rows[f"{word}_accuracy"], "share", meaning)
        for column in DISTANCES:
            yield f"graph_{column}_{key_of(arm)}", _mean(rows[column], "norms", f"{column}, TensorFlow, {arm}")


def _same(same: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    for comparison, rows in same.groupby("comparison", sort=True):
        for column in ("statistics_apart", "outputs_apart"):
            meaning = f"largest difference of {column.removesuffix('_apart')}, TensorFlow, {comparison}"
            known = rows[column].dropna()
            value = (float(known.max()), "", meaning) if len(known) else ("not run", "", meaning)
            yield f"graph_{column}_{key_of(comparison)}", value


def _optimiser(optimiser: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    for (case, rule), rows in optimiser.groupby(["case", "rule"], sort=True):
        where = f"{key_of(case)}_{RULES[rule]}"
        for column in ("accuracy_before", "accuracy_after"):
            yield f"work_{column}_{where}", _mean(rows[column], "share", f"{column}, {case}, flag {rule}")
        yield f"work_mates_{where}", _mean(rows["mates"], "share", f"mates, {case}, flag {rule}")


def _forgotten(forgotten: pd.DataFrame) -> dict[str, tuple]:
    ran = forgotten[forgotten["moved"] != NOT_RUN]
    exported = ran[ran["transformation"].str.startswith("torch.export")]
    listed = exported["mutations"] != ""
    lost = ran[ran["moved"] == NO]
    return {
        "forgotten_ways": (int(forgotten["way"].nunique()), "ways", "ways of writing an update"),
        "forgotten_tools": (int(forgotten["transformation"].nunique()), "tools", "what was done with them"),
        "forgotten_tried": (len(ran), "cases", "ways and tools that ran together"),
        "forgotten_lost": (len(lost), "cases", "of them, those in which the update is lost"),
        "forgotten_told": (
            int((lost["said"] != "").sum()),
            "cases",
            "of these, those of which the tool says something",
        ),
        "forgotten_exported": (len(exported), "cases", "ways that ran through torch.export, decomposed or not"),
        "forgotten_kept": (int((exported["moved"] == YES).sum()), "cases", "of them, those that keep the update"),
        "forgotten_listed": (int(listed.sum()), "cases", "of them, those that list it as a BUFFER_MUTATION"),
        "forgotten_listed_lost": (
            int((listed & (exported["moved"] == NO)).sum()),
            "cases",
            "of those that list it, those that lose it",
        ),
    }
