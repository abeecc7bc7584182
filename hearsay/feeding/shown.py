"""The committed timings as the paper's tables show them: a row a way, in units that a person reads."""

import pandas as pd

from hearsay.feeding.graph_feeding import PLACEHOLDER
from hearsay.feeding.outcomes import WORKS
from hearsay.feeding.timing import SUMMARY, median_interval
from hearsay.tables import Table

MS, KB, MB = 1e3, 1e-3, 1e-6

WAYS = Table(
    "feeding/ways",
    "Ways of feeding in PyTorch on the CPU, at the middle one of the sizes of batches",
    key=("model", "mode"),
    columns={name: SUMMARY.columns[name] for name in ("model", "batch", "mode")}
    | {name: SUMMARY.columns[name] for name in ("steady_relative", "steady_relative_low", "steady_relative_high")}
    | {
        "waiting": "share of the time that the loop waits for a batch, median",
        "copied": "thousand bytes a step that are copied to make the batch",
        "first": "milliseconds from asking for a fresh iterator to the first batch, median",
        "memory": "highest resident memory over that of the same steps without data, million bytes; workers apart; "
        "empty where it was not measured",
        "worker": "highest resident memory of the largest worker, with pages shared with the loop, million bytes",
    },
    text=("model", "mode"),
)

GRAPH = Table(
    "feeding/graph-speed",
    "Ways of feeding in TensorFlow, at the largest pool of threads",
    key=("model", "way"),
    columns={
        "model": "the model that is trained",
        "way": "way of feeding",
        "batch": "images of a step",
        "relative": f"steps/s relative to '{PLACEHOLDER}' in the same round, median",
        "relative_low": "lower end of its 95 % interval",
        "relative_high": "upper end",
        "step": "milliseconds of a step, median",
        "initialise": "milliseconds of the initialising pass, median",
        "first": "milliseconds from nothing to the end of the first step, median",
        "graph": "million bytes of the graph's protocol buffer",
        "memory": "highest resident memory over that of a process that has TensorFlow and the data, million bytes; "
        "empty where it was not measured",
    },
    text=("model", "way"),
)


def ways(summary: pd.DataFrame) -> pd.DataFrame:
    """Return `WAYS` from `timing.SUMMARY`."""
    rows = summary[summary["device"] == "cpu"]
    sizes = sorted(rows["batch"].unique())
    rows = rows[rows["batch"] == sizes[len(sizes) // 2]]
    found = rows.assign(
        copied=KB * rows["copied"],
        first=MS * rows["first"],
        memory=MB * (rows["peak"] - rows["baseline"]),
        worker=MB * rows["peak_worker"],
    )
    return found[list(WAYS.columns)].sort_values(list(WAYS.key), ignore_index=True)


def graph(timings: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return `GRAPH` from `graph_timing.TIMINGS`; no row where TensorFlow was not run."""
    ran = timings[timings["outcome"] == WORKS]
    ran = ran[ran["pool"] == ran["pool"].max()]
    at = ["model", "repeat"]
    fed = ran[ran["way"] == PLACEHOLDER].set_index(at)["wall"].rename("base")
    ran = ran.join(fed, on=at)
    found = ran.assign(
        relative=ran["base"] / ran["wall"],
        step=MS * ran["wall"],
        initialise=MS * ran["initialise"],
        first=MS * ran["first"],
        graph=MB * ran["graph_bytes"],
        memory=MB * (ran["peak"] - ran["baseline"]),
    )
    columns = [name for name in GRAPH.columns if name in found and name not in GRAPH.key]
    rows = []
    for keys, part in found.groupby(list(GRAPH.key)):
        _, low, high = median_interval(part["relative"].to_numpy(), seed)
        ends = {"relative_low": low, "relative_high": high}
        rows.append(dict(zip(GRAPH.key, keys, strict=True)) | part[columns].median().to_dict() | ends)
    return pd.DataFrame(rows, columns=list(GRAPH.columns)).astype({"batch": int})
