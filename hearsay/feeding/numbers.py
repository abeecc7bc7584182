"""The numbers of this study that the text may cite, by key."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from hearsay.feeding.calibration import gains
from hearsay.feeding.graph_feeding import AGAIN, CONSTANT_UNFED, DEFAULT_UNFED, EAGER, FUNCTION, PLACEHOLDER
from hearsay.feeding.outcomes import EXPORT, NOT_RUN, TENSORFLOW, WORKS, YES
from hearsay.feeding.outcomes import FAILS as FAILED
from hearsay.feeding.ratios import PIPELINES, VARIABLE, graph_ratios, initialising, pipeline_ratios

TOOLS = {TENSORFLOW: "tensorflow", "torch.fx": "fx", EXPORT: "export", "PyTorch": "torch"}
PAIRS = {
    "graph_eager": (PLACEHOLDER, EAGER),
    "function_eager": (FUNCTION, EAGER),
    "default_constant": (DEFAULT_UNFED, CONSTANT_UNFED),
    "again": (AGAIN, PLACEHOLDER),
    "resident": ("constant of the data set", PLACEHOLDER),
    **{f"pipeline_{k}": (name, PLACEHOLDER) for k, name in enumerate(PIPELINES)},
}
UNKNOWN = "unknown"


def numbers(tables: Mapping[str, pd.DataFrame], config: Mapping[str, Any]) -> dict[str, tuple]:
    """Return key -> (value, unit, meaning) from the study's tables and its section of the configuration."""
    found = {
        **_demonstrations(tables["demonstrations"]),
        **_matrix(tables["matrix"]),
        **_complication(tables["complication"]),
        **_same(tables["graph_ways"], tables["training"]),
        **dict(_graph_speeds(tables["graph_times"], tables["modes"], config["judging"]["alpha"])),
        **dict(_speeds(tables["summary"])),
        **dict(_predicted(tables["prediction"], tables["crossings"])),
        **dict(_workers(tables["calibration"], tables["prediction"])),
        "within": (config["judging"]["within"], "share", "difference of speeds that counts as none"),
        "grown": (config["judging"]["grown"], "bytes", "bytes a byte of data from which a file grows by the data"),
    }
    return {key: (_as_timed(value, unit), unit, meaning) for key, (value, unit, meaning) in found.items()}


def _as_timed(value: Any, unit: str) -> Any:
    """Return a time or a ratio of times to the places that two runs of the same agree on."""
    return round(value, 2 if abs(value) < 10 else 1) if unit in ("times", "steps", "ms") else value


def _demonstrations(rows: pd.DataFrame) -> dict[str, tuple]:
    ran = rows[rows["outcome"] != NOT_RUN]
    found = {
        "tried": (len(rows), "demonstrations", "demonstrations in all"),
        "ran": (len(ran), "demonstrations", "of them, those whose tool was there"),
        "failed": (int((ran["outcome"] == FAILED).sum()), "demonstrations", "of these, those that raised an error"),
    }
    for tool, key in TOOLS.items():
        mine = rows[rows["tool"] == tool]
        found[f"tried_{key}"] = (len(mine), "demonstrations", f"demonstrations in {tool}")
    sizes = {
        "graph_bytes": (TENSORFLOW, "data set as a constant, size"),
        "graph_bytes_fed": (TENSORFLOW, "data set through a placeholder, size"),
        "archive_bytes": (EXPORT, "archive, data inside"),
        "archive_bytes_fed": (EXPORT, "archive, data fed"),
        "archive_bytes_example": (EXPORT, "archive, data fed and the example"),
    }
    values = rows.set_index(["tool", "demonstration"])
    for key, (tool, name) in sizes.items():
        said = values.loc[(tool, name), "value"]
        value = float(said.split()[0]) if said else UNKNOWN
        found[key] = (value, "bytes" if said else "", f"bytes a byte of data, {tool}: {name}")
    return found


def _matrix(rows: pd.DataFrame) -> dict[str, tuple]:
    return {
        "cells": (len(rows), "cells", "cells of the matrix"),
        "cells_can": (int((rows["can"] == YES).sum()), "cells", "of them, those that say yes"),
        "ways": (len(rows[["tool", "way"]].drop_duplicates()), "ways", "ways of feeding in the matrix"),
        "asked": (int(rows["asked"].nunique()), "things", "things asked of each"),
    }


def _complication(rows: pd.DataFrame) -> dict[str, tuple]:
    return {
        "programs": (len(rows), "programs", "programs that were rewritten with placeholders"),
        "beyond_least": (int(rows["beyond"].min()), "lines", "least lines that change beside the declarations"),
        "beyond_most": (int(rows["beyond"].max()), "lines", "most of them"),
        "program_least": (int(rows["lines"].min()), "lines", "lines of the shortest of these programs"),
        "program_most": (int(rows["lines"].max()), "lines", "lines of the longest"),
        "calls_fed": (int((rows["fed_after"] - rows["fed_before"]).sum()), "calls", "calls that must carry a feed now"),
        "calls": (int(rows["calls"].sum()), "calls", "calls that run something in these programs"),
    }


def _same(graph: pd.DataFrame, torch: pd.DataFrame) -> dict[str, tuple]:
    ran = graph[graph["outcome"] == WORKS]
    odd = torch["mode"].str.contains(", shifted|torch's generator")
    dropout = torch["model"].str.contains("dropout")
    return {
        "graph_ways": (int(graph["way"].nunique()), "ways", "ways of feeding a training in TensorFlow"),
        "graph_trainings": (len(ran), "trainings", "of them by model, those that ran"),
        "graph_same": (int(ran["same"].sum()), "trainings", "of these, those with the same losses in every bit"),
        "torch_modes": (int(torch.loc[~odd, "mode"].nunique()), "ways", "ways of feeding a training in PyTorch"),
        "torch_trainings": (int((~odd).sum()), "trainings", "of them by model and batch"),
        "torch_same": (int((torch.loc[~odd, "same"] == YES).sum()), "trainings", "those with the same weights"),
        **_changed("drawing", torch[torch["mode"].str.endswith("torch's generator") & dropout]),
        **_changed("beside", torch[torch["mode"].str.endswith("torch's generator") & ~dropout]),
        **_changed("shifted", torch[torch["mode"].str.contains(", shifted")]),
    }


def _changed(key: str, rows: pd.DataFrame) -> dict[str, tuple]:
    """Return how many trainings broke a condition on purpose, and how many of them came out otherwise."""
    meaning = {
        "drawing": "trainings with dropout, whose loader draws from the same generator",
        "beside": "trainings without dropout and with such a loader",
        "shifted": "trainings whose images begin beside a round address",
    }[key]
    changed = int((rows["same"] != YES).sum())
    return {
        f"{key}_trainings": (len(rows), "trainings", meaning),
        f"{key}_changed": (changed, "trainings", f"{meaning}: those with other weights"),
    }


def _graph_speeds(timings: pd.DataFrame, modes: pd.DataFrame, alpha: float) -> Iterator[tuple[str, tuple]]:
    """Yield ratios of steps/s in TensorFlow, over models and pools: least, middle and largest; and what is shown."""
    for key, pair in PAIRS.items():
        found = graph_ratios(timings, [pair], alpha)
        meaning = f"steps/s of {pair[0]} over those of {pair[1]}"
        for end, value in _three(found["ratio"]):
            yield f"{key}_{end}", (value, "times" if value != UNKNOWN else "", f"{meaning}, {end} of the cases")
    found = pipeline_ratios(timings, modes, alpha)
    kinds = {"faster": found["low"] > 1, "slower": found["high"] < 1}
    yield "pipeline_cases", (len(found), "cases", "pipelines beside feeding, by model and threads or batch")
    for word, which in kinds.items():
        yield (
            f"pipeline_{word}",
            (int(which.sum()), "cases", f"of them, those in which these are shown to be {word}"),
        )
    found = initialising(timings, alpha)
    for end, value in _three(found["steps"]):
        meaning = f"steps that the initialising pass of '{VARIABLE}' takes longer, {end} of the cases"
        yield f"initialising_{end}", (value, "steps" if value != UNKNOWN else "", meaning)
    ran = timings[timings["outcome"] == WORKS]
    longer = ran.pivot_table(index=["model", "pool", "repeat"], columns="way", values="initialise")
    longer = longer[VARIABLE] - longer[PLACEHOLDER] if len(longer) else pd.Series(dtype=float)
    for end, value in _three(1e3 * longer.groupby(level=["model", "pool"]).median() if len(longer) else longer):
        yield f"initialising_ms_{end}", (value, "ms" if value != UNKNOWN else "", f"the same in time, {end}")
    yield "graph_batch", (int(timings["batch"].iloc[0]), "images", "images of a step timed in TensorFlow")
    yield "graph_models", (int(ran["model"].nunique()), "models", "models timed in TensorFlow")
    yield "graph_repeats", (int(ran["repeat"].nunique()), "rounds", "rounds of timing in TensorFlow")


def _three(values: pd.Series) -> list[tuple[str, float | str]]:
    if values.empty:
        return [(end, UNKNOWN) for end in ("least", "middle", "most")]
    return [("least", float(values.min())), ("middle", float(values.median())), ("most", float(values.max()))]


def _speeds(summary: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    """Yield the speed of the slowest way relative to resident slices, by model, and what the table holds."""
    rows = summary[summary["device"] == "cpu"]
    for model, part in rows.groupby("model"):
        key = model.replace(" ", "_")
        worst = part.loc[part["steady_relative"].idxmin()]
        yield f"slowest_{key}", (float(worst["steady_relative"]), "times", f"speed of the slowest way, {model}")
        yield f"slowest_{key}_mode", (str(worst["mode"]), "", "what it is")
        yield f"waiting_{key}", (float(part["waiting"].max()), "share", f"largest share of time waiting, {model}")
    yield "modes", (int(rows["mode"].nunique()), "ways", "ways of feeding timed in PyTorch")
    sizes = sorted(rows["batch"].unique())
    yield "batch", (int(sizes[len(sizes) // 2]), "images", "images of a step, the middle one of these sizes")
    yield "models", (int(rows["model"].nunique()), "models", "models timed in PyTorch")
    yield "batches", (int(rows["batch"].nunique()), "sizes", "sizes of batches timed in PyTorch")
    yield "repeats", (int(rows["repeats"].min()), "rounds", "rounds of timing in PyTorch")
    yield "processor", (str(rows["processor"].iloc[0]), "", "the processor that was timed")
    yield "cores", (int(rows["cores"].iloc[0]), "cores", "cores that the process might use")


def _predicted(prediction: pd.DataFrame, crossings: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    rows = prediction[prediction["device"] == "cpu"]
    errors = rows["error"].abs()
    yield "predicted", (len(rows), "cases", "speeds that were predicted from fetch and step")
    yield "prediction_error", (float(errors.median()), "share", "error of the prediction, median of its size")
    yield "prediction_error_most", (float(errors.max()), "share", "largest of them")
    for kind in ("DataLoader", ""):
        mine = rows["mode"].str.contains("workers|worker$") == bool(kind)
        name = "workers" if kind else "alone"
        value = float(errors[mine].median()) if mine.any() else UNKNOWN
        yield f"prediction_error_{name}", (value, "share" if mine.any() else "", f"the same, {name}")
    found = crossings[crossings["device"] == "cpu"]
    yield "share", (float(found["share"].iloc[0]), "share", "share of the speed that counts as hardly anything")
    least, middle, most = (1e3 * float(np.quantile(found["predicted"], q)) for q in (0, 0.5, 1))
    for end, value in (("least", least), ("middle", middle), ("most", most)):
        yield f"crossing_{end}", (value, "ms", f"step from which on a way costs hardly anything, predicted, {end}")
    measured = found.dropna(subset="measured")
    if len(measured):
        ratio = float((measured["measured"] / measured["predicted"]).median())
        yield "crossing_ratio", (ratio, "times", "measured crossing over the predicted one, median")
    else:
        yield "crossing_ratio", (UNKNOWN, "", "measured crossing over the predicted one, median")
    yield "crossings", (len(found), "cases", "crossings that were predicted")
    yield "crossings_measured", (len(measured), "cases", "of them, measured: they lie between two models")
    workers = measured["mode"].str.contains("(?<!no )worker")
    yield "crossings_measured_workers", (int(workers.sum()), "cases", "of these, of ways with workers")
    longest = 1e3 * float(measured["measured"].max()) if len(measured) else UNKNOWN
    yield "crossing_measured_most", (longest, "ms" if len(measured) else "", "longest step of these")


def _workers(calibration: pd.DataFrame, prediction: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    """Yield what handing over costs, and what workers gain by planted fetches: at the shortest and the longest."""
    handed = prediction.loc[prediction["device"] == "cpu", "handover"].dropna()
    value = 1e3 * float(handed.median()) if len(handed) else UNKNOWN
    yield "handover", (value, "ms" if len(handed) else "", "time to take over a batch that a worker has ready, median")
    found = gains(calibration, 0)
    found = found[found["workers"] == found["workers"].max()]
    yield "planted_repeats", (int(calibration["repeat"].nunique()), "rounds", "rounds of timing planted fetches")
    yield "planted_shortest", (1e3 * float(found["fetch"].min()), "ms", "shortest planted fetch")
    yield "planted_longest", (1e3 * float(found["fetch"].max()), "ms", "longest planted fetch")
    ends = (("shortest", found["fetch"].min()), ("longest", found["fetch"].max()))
    for end, fetch in ends:
        gain = found.loc[found["fetch"] == fetch, "gain"]
        yield f"gain_{end}_least", (float(gain.min()), "times", f"workers' speed over the loop's, {end} fetch, least")
        yield f"gain_{end}_most", (float(gain.max()), "times", f"workers' speed over the loop's, {end} fetch, most")
    for kind, part in found.groupby("kind"):
        for end, fetch in ends:
            gain = part.loc[part["fetch"] == fetch, "gain"]
            meaning = f"workers' speed over the loop's, fetching {kind}, {end} fetch"
            yield f"gain_{kind}_{end}_least", (float(gain.min()), "times", f"{meaning}, least over steps")
            yield f"gain_{kind}_{end}_most", (float(gain.max()), "times", f"{meaning}, most")
