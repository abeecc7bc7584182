"""What happens to moving statistics in TensorFlow itself: every way of the thread, run in graph mode.

To be run in a process of its own, into which torch is not imported.
"""

from collections.abc import Mapping
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hearsay.moments import graph_optimiser, graph_process, graph_runs
from hearsay.moments.graph_arms import BOTH, FROZEN, NOTHING, REFUSED
from hearsay.moments.graph_data import Data, apart, same, some
from hearsay.moments.graph_runs import ARMS, Outcome, RefusedError
from hearsay.progress import progress
from hearsay.tables import Table

RAN, ABSENT = "ran", "TensorFlow is not installed"
_STATUS = {
    "status": f"{RAN}; {REFUSED}: TensorFlow raises an error; {ABSENT}",
    "said": "the error's first sentence, or the packages that are missing",
}
_VERSIONS = {
    "tensorflow": "version of TensorFlow",
    "tf_keras": "version of Keras 2, which holds tf.compat.v1.layers",
    "tf_slim": "version of tf_slim, as which contrib.layers lives on",
    "restored": "names put back that tf_slim uses and TensorFlow no longer has",
}

GRAPH = Table(
    "moments/graph",
    "Moving statistics in TensorFlow's graph mode: every way of normalising, trained and evaluated",
    key=("arm", "replicate"),
    columns={
        "arm": "name of the way",
        "replicate": "number of the replicate; initial weights and batches depend on it alone",
        **_STATUS,
        "layer": "interface",
        "form": "how training and evaluation are told apart",
        "updates": "how the updates are run",
        "control_flow": f"{graph_process.THREAD}: TensorFlow 1's variables and tf.cond; {graph_process.TODAY}: "
        "TensorFlow 2's default",
        "evaluated": "the variables that evaluation uses",
        "collected": "operations in UPDATE_OPS when the net is built",
        "train_accuracy": "share of right answers in training, mean over the batches of the last steps",
        "eval_accuracy": "the same on test images in mixed order, in evaluation",
        "sorted_accuracy": "the same on test images class by class",
        "batch_accuracy": "the same on test images, normalised by their own batch",
        "from_initial": "distance of the moving means from their initial values, in norms of the means of a full pass",
        "from_full": "their distance from the means of a full pass, in the same unit",
        "moved_training": "whether training changed any bit of a moving mean or variance, 0 or 1",
        "moved_evaluation": "whether evaluation did, 0 or 1",
        "repeats": "whether a second evaluation gave the same outputs in every bit, 0 or 1",
        "unfed": "whether an evaluation runs when no flag is fed, 0 or 1",
        "frozen_step": f"what a step of training with the flag at False moves: {FROZEN}, {BOTH}, {NOTHING}, or "
        f"{REFUSED} by TensorFlow; empty where there is no flag",
        **_VERSIONS,
    },
    text=("arm", "status", "said", "layer", "form", "updates", "control_flow", "evaluated", "frozen_step", *_VERSIONS),
)

SAME = Table(
    "moments/graph-same",
    "Ways of normalising in TensorFlow held against each other, bit by bit, from the same weights and batches",
    key=("comparison", "replicate"),
    columns={
        "comparison": "what is compared",
        "replicate": "number of the replicate",
        **_STATUS,
        "left": "an arm of `moments/graph`",
        "right": "another",
        "weights": "whether the trained weights agree in every bit, 0 or 1",
        "statistics": "whether the moving statistics that evaluation begins with do",
        "outputs": "whether the outputs for the test images do",
        "afterwards": "whether the moving statistics after evaluation do",
        "weights_apart": "largest difference between two weights",
        "statistics_apart": "largest difference between two moving statistics",
        "outputs_apart": "largest difference between two outputs",
    },
    text=("comparison", "status", "said", "left", "right"),
)

OPTIMISER = Table(
    "moments/graph-optimiser",
    "Whether a flag that follows the optimiser does what the work at hand needs, in TensorFlow",
    key=("case", "rule", "replicate"),
    columns={
        "case": "the work",
        "rule": f"{graph_optimiser.FOLLOWS}: the flag is True where an optimiser runs; {graph_optimiser.BY_HAND}: it "
        "is what the work needs",
        "replicate": "number of the replicate",
        **_STATUS,
        "optimiser": "whether an optimiser runs, 0 or 1",
        "flag": "the flag that was fed, 0 or 1",
        "must_move": "whether the work needs moving statistics to be updated, 0 or 1",
        "moved": "whether any bit of them changed, 0 or 1",
        "right": "whether that is what the work needs, 0 or 1",
        "accuracy_before": "share of right answers on the test images before the work, in evaluation",
        "accuracy_after": "the same after it",
        "mates": "relative change of an image's gradients when other images of its batch are replaced",
    },
    text=("case", "rule", "status", "said"),
)

COMPARISONS = {
    "updates run or not": ("layers, updates not run", "layers, updates by dependencies"),
    "updates by hand": ("layers, updates by hand", "layers, updates by dependencies"),
    "updates in place": ("one flag", "one flag, updates by dependencies"),
    "the two interfaces": ("one flag, updates by dependencies", "layers, updates by dependencies"),
    "second flag": ("inside cond", "one flag"),
    "second flag, updates by dependencies": (
        "inside cond, updates by dependencies",
        "one flag, updates by dependencies",
    ),
    "second flag, today": ("inside cond, today", "one flag, today"),
    "before or inside cond": ("before cond", "inside cond"),
    "before or inside cond, updates by dependencies": (
        "before cond, updates by dependencies",
        "inside cond, updates by dependencies",
    ),
    "flag that nothing uses": ("two nets, flag fed too", "two nets"),
    "flag that reaches no layer": ("flag to nothing", "one flag"),
    "flag that reaches no layer, layers": ("layers, flag to nothing", "layers, updates by dependencies"),
    "separate nets": ("two nets", "one flag"),
    "separate graphs": ("two graphs", "one flag"),
    "separate graphs, statistics not saved": ("two graphs, statistics not saved", "one flag"),
    "one flag, today or then": ("one flag, today", "one flag"),
    "inside cond, today or then": ("inside cond, today", "inside cond"),
}


class Frames(NamedTuple):
    """The tables `GRAPH`, `SAME` and `OPTIMISER`."""

    graph: pd.DataFrame
    same: pd.DataFrame
    optimiser: pd.DataFrame


def frames(config: Mapping[str, Any], data: Data, seed: int) -> Frames:
    """Run every arm, comparison and case in TensorFlow, or say in every row that it is not installed.

    config: `replicates`, `steps`, `batch` (images of a step and of an evaluation), `maps`, `decay`, `rate`, `tested`
    (test images at most), `full` (images of the full pass) and `tune` (steps of the work beside training). Raises
    HearsayError where a loss is no finite number.
    """
    absent = _absent()
    if absent:
        said = {"status": ABSENT, "said": absent}
        return _framed(
            [_named(arm, replicate) | said for arm, replicate in product(ARMS, range(config["replicates"]))],
            [
                _compared(name, replicate) | said
                for name, replicate in product(COMPARISONS, range(config["replicates"]))
            ],
            [
                {"case": case, "rule": rule, "replicate": replicate} | said
                for case, rule, replicate in product(
                    graph_optimiser.WORK, graph_optimiser.RULES, range(config["replicates"])
                )
            ],
        )
    data = data._replace(test=some(data.test, config["tested"], seed))
    rows, found = _arms(config, data, seed)
    ran = {"status": RAN, "said": ""}
    compared = [
        _compared(name, replicate) | _comparison(found, name, replicate)
        for name, replicate in product(COMPARISONS, range(config["replicates"]))
    ]
    return _framed(rows, compared, [row | ran for row in graph_optimiser.cases(config, data, seed)])


def _absent() -> str:
    """Return what is missing or cannot be imported, '' where TensorFlow is there."""
    missing = graph_process.missing()
    if missing:
        return f"missing: {', '.join(missing)}"
    try:
        graph_process.start()
    except ImportError as error:
        return graph_runs.first_sentence(error)
    return ""


def _arms(
    config: Mapping[str, Any], data: Data, seed: int
) -> tuple[list[dict[str, Any]], dict[str, list[Outcome] | str]]:
    """Return the rows of all arms, and for each arm its outcomes or the words with which TensorFlow refused it."""
    rows, found = [], {}
    for name in progress(ARMS, "TensorFlow"):
        try:
            found[name] = list(graph_runs.outcomes(ARMS[name], config, data, seed))
        except RefusedError as refusal:
            found[name] = str(refusal)
        for replicate in range(config["replicates"]):
            row = _named(name, replicate)
            if isinstance(found[name], str):
                row |= {"status": REFUSED, "said": found[name]}
            else:
                row |= {"status": RAN, "said": ""} | found[name][replicate].measured
            rows.append(row)
    return rows, found


def _named(name: str, replicate: int) -> dict[str, Any]:
    """Return what a row of `GRAPH` says before anything is run."""
    way = ARMS[name].way._asdict()
    restored = {"restored": "; ".join(graph_process.RESTORED)}
    return (
        {"arm": name, "replicate": replicate, "evaluated": ARMS[name].evaluated}
        | way
        | graph_process.versions()
        | restored
    )


def _compared(name: str, replicate: int) -> dict[str, Any]:
    left, right = COMPARISONS[name]
    return {"comparison": name, "replicate": replicate, "left": left, "right": right}


def _comparison(found: Mapping[str, list[Outcome] | str], name: str, replicate: int) -> dict[str, Any]:
    sides = [found[side] for side in COMPARISONS[name]]
    refused = [side for side in sides if isinstance(side, str)]
    if refused:
        return {"status": REFUSED, "said": "; ".join(refused)}
    left, right = (side[replicate] for side in sides)
    fields = ("weights", "statistics", "outputs")
    return {
        "status": RAN,
        "said": "",
        **{field: int(same(getattr(left, field), getattr(right, field))) for field in (*fields, "afterwards")},
        **{f"{field}_apart": apart(getattr(left, field), getattr(right, field)) for field in fields},
    }


def _framed(*tables: list[dict[str, Any]]) -> Frames:
    made = []
    for rows, table in zip(tables, (GRAPH, SAME, OPTIMISER), strict=True):
        empty = {column: "" if column in table.text else np.nan for column in table.columns}
        made.append(pd.DataFrame([empty | row for row in rows], columns=list(table.columns)))
    return Frames(*made)
