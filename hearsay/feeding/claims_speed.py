"""The claims about speed. They rest on the committed timings, and on ratios within a round of one run.

A verdict names the processor that it was measured on.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hearsay.claims import CONFIDENCE, DEPENDS, FAILS, HOLDS, UNDECIDED, Claim, Judgement
from hearsay.feeding.graph_feeding import CONSTANT_UNFED, DEFAULT_UNFED, EAGER, FUNCTION, PLACEHOLDER
from hearsay.feeding.outcomes import FAILS as FAILED
from hearsay.feeding.outcomes import NOT_RUN, TENSORFLOW
from hearsay.feeding.ratios import LOADERS, PIPELINES, graph_ratios, initialising, pipeline_ratios
from hearsay.graph_process import CALLER

THREAD = "When are placeholders necessary?"
GRAPH_TIMES, TORCH_TIMES = "reference/benchmarks/feeding-graph.csv", "reference/benchmarks/feeding-modes.csv"
RATIO, STEPS = "times as fast", "steps"
SAME_SHAPE = {  # what is compared downstream of a constant and of a default placeholder
    "value": ("constant, unfed", "default placeholder, unfed"),
    "static shape, where it is declared": ("shape after constant", "shape after default placeholder"),
    "static shape, where it is not": ("shape after constant", "shape after default placeholder of unknown batch"),
    "value known while building": (
        "value known before running, constant",
        "value known before running, default placeholder",
    ),
    "fed a batch of another size": (
        "constant, fed another number of rows",
        "default placeholder of unknown batch, fed another number of rows",
    ),
}


def default_same(evidence: Mapping) -> Judgement:
    """Judge whether a default placeholder that is not fed is a constant: in value, shape, and speed."""
    rows = evidence["demonstrations"].set_index(["tool", "demonstration"])[["outcome", "value"]].loc[TENSORFLOW]
    timings, judging = evidence["graph_times"], evidence["config"]["judging"]
    speed = graph_ratios(timings, [(DEFAULT_UNFED, CONSTANT_UNFED)], judging["alpha"])
    if (rows["outcome"] == NOT_RUN).any() or speed.empty:
        return _not_run(RATIO)
    same = {what: bool((rows.loc[first] == rows.loc[other]).all()) for what, (first, other) in SAME_SHAPE.items()}
    least, most = 1 / (1 + judging["within"]), 1 + judging["within"]
    as_fast = ((speed["low"] > least) & (speed["high"] < most)).all()
    slower = ((speed["high"] < least) | (speed["low"] > most)).any()
    if as_fast or slower:
        same["speed"] = bool(as_fast)
    found = set(same.values())
    verdict = DEPENDS if len(found) > 1 else UNDECIDED if "speed" not in same else HOLDS if found == {True} else FAILS
    said = {True: "the same", False: "not the same"}
    parts = [f"{word}: {', '.join(what for what, true in same.items() if true is each)}" for each, word in said.items()]
    parts = [part for part in parts if not part.endswith(": ")] + ([] if "speed" in same else ["open: speed"])
    row = speed.loc[(np.log(speed["ratio"])).abs().idxmax()]
    condition = "; ".join(parts) if verdict in (DEPENDS, UNDECIDED) else ""
    return Judgement(verdict, row["ratio"], row["low"], row["high"], RATIO, int(row["n"]), GRAPH_TIMES, condition)


def variables_cost(evidence: Mapping) -> Judgement:
    """Judge whether a variable for the data needs an initialising pass, and whether it takes longer than a step."""
    rows = evidence["demonstrations"].set_index(["tool", "demonstration"])["outcome"]
    alone = rows[TENSORFLOW, "variable, not initialised"]
    found = initialising(evidence["graph_times"], evidence["config"]["judging"]["alpha"])
    if alone == NOT_RUN or found.empty:
        return _not_run(STEPS)
    row = found.loc[found["steps"].idxmin()]
    longer, shorter = (found["low"] > 1).all(), (found["high"] < 1).any()
    verdict = FAILS if alone != FAILED else HOLDS if longer else DEPENDS if shorter else UNDECIDED
    condition = ""
    if verdict in (DEPENDS, UNDECIDED):
        found["pool"] = ["on the caller's thread" if n == CALLER else f"in a pool of {n}" for n in found["pool"]]
        word = np.select([found["low"] > 1, found["high"] < 1], ["longer", "shorter"], "open")
        parts = (f"{each}: {_ways(found[word == each], 'pool')}" for each in dict.fromkeys(word))
        condition = f"the pass is needed; beside a step {'; '.join(parts)}"
    return Judgement(verdict, row["steps"], row["low"], row["high"], STEPS, int(row["n"]), GRAPH_TIMES, condition)


def pipelines_faster(evidence: Mapping) -> Judgement:
    """Judge whether input pipelines train faster than feeding, in TensorFlow and in PyTorch."""
    found = pipeline_ratios(evidence["graph_times"], evidence["modes"], evidence["config"]["judging"]["alpha"])
    both = found["way"].isin(PIPELINES).any() and found["way"].isin(LOADERS).any()
    return _faster(found, GRAPH_TIMES) if both else _not_run(RATIO)


def graphs_fast(evidence: Mapping) -> Judgement:
    """Judge whether a graph trains faster than eager execution, in TensorFlow."""
    alpha = evidence["config"]["judging"]["alpha"]
    found = graph_ratios(evidence["graph_times"], [(PLACEHOLDER, EAGER), (FUNCTION, EAGER)], alpha)
    return _faster(found, GRAPH_TIMES) if len(found) else _not_run(RATIO)


def _faster(found: pd.DataFrame, place: str) -> Judgement:
    """Judge rows of ratios: faster in all, in none, or in some; estimate and interval are those of the median case."""
    faster, slower = found["low"] > 1, found["high"] < 1
    verdict = HOLDS if faster.all() else FAILS if slower.all() else UNDECIDED
    if faster.any() and slower.any():
        verdict = DEPENDS
    condition = ""
    if verdict in (DEPENDS, UNDECIDED):
        word = np.select([faster, slower], ["faster", "slower"], "open")
        condition = "; ".join(
            f"{each}: {_ways(found[word == each])}" for each in ("faster", "slower", "open") if (word == each).any()
        )
    row = found.loc[found["ratio"].sort_values().index[len(found) // 2]]
    return Judgement(verdict, row["ratio"], row["low"], row["high"], RATIO, int(row["n"]), place, condition)


def _ways(rows: pd.DataFrame, by: str = "way") -> str:
    """Return ways, or pools of threads, with the models, each once, in which they are so."""
    models = rows.groupby(by, sort=False)["model"].unique()
    return ", ".join(f"{way} ({', '.join(each)})" for way, each in models.items())


def _not_run(unit: str) -> Judgement:
    return Judgement(UNDECIDED, 0.0, 0.0, 0.0, unit, 0, GRAPH_TIMES, "TensorFlow was not timed")


ALL_OF_IT = (HOLDS, DEPENDS, FAILS, UNDECIDED)
SPEED = [
    Claim(
        "default-same",
        THREAD,
        "A placeholder with a default does the same as a constant.",
        "a default placeholder that is not fed beside a constant: value, static shape downstream, what is known while"
        " the graph is built, what it can be fed, and steps of training in a second, as a ratio within a round; the"
        " ratio farthest from one",
        "Holds if all are the same, speeds within a share of {within} by intervals corrected for their number; fails if"
        " none is; depends if some are and some are not; undecided if only the speed is open, or without TensorFlow.",
        default_same,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "variables-cost",
        THREAD,
        "A variable for the data costs an extra initialising step.",
        "time of the initialising pass with the data set in a variable, less that with placeholders, over that of a"
        " step of training in the same round; the smallest of the models",
        "Holds if the pass is needed and takes longer than a step with all models, by intervals corrected for their"
        " number; fails if it is not needed; depends if it is shown to be shorter with some; undecided otherwise, and"
        " without TensorFlow.",
        variables_cost,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "pipelines-faster",
        THREAD,
        "Input pipelines are faster than feeding.",
        "steps of training in a second with pipelines over those with feeding in the same round: tf.data beside a"
        " placeholder, DataLoader's workers beside copying; the median case, with its own interval",
        "Holds if all are shown to be faster, by intervals corrected for their number; fails if all are shown to be"
        " slower; depends if some of each are; undecided otherwise, and without TensorFlow.",
        pipelines_faster,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "graphs-fast",
        THREAD,
        "Graphs buy speed.",
        "steps of training in a second in a session's graph, and in a traced function, over those of eager execution in"
        " the same round; the median case, with its own interval",
        "Holds if all are shown to be faster, by intervals corrected for their number; fails if all are shown to be"
        " slower; depends if some of each are; undecided otherwise, and without TensorFlow.",
        graphs_fast,
        ALL_OF_IT,
        CONFIDENCE,
    ),
]
