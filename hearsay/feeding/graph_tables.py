"""Everything that the study asks of TensorFlow, as tables; to be run in a process into which torch is not imported."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from hearsay import graph_process
from hearsay.feeding import (
    graph_changes,
    graph_matrix,
    graph_pipelines,
    graph_placeholders,
    graph_saved,
    graph_timing,
    graph_unknown,
    graph_variables,
    graph_ways,
)
from hearsay.feeding.outcomes import TENSORFLOW, first_line, not_run, record

DEMONSTRATIONS = (
    *graph_placeholders.DEMONSTRATIONS,
    *graph_variables.DEMONSTRATIONS,
    *graph_unknown.DEMONSTRATIONS,
    *graph_pipelines.DEMONSTRATIONS,
    *graph_saved.DEMONSTRATIONS,
)


class Frames(NamedTuple):
    """TensorFlow's rows of `outcomes.DEMONSTRATIONS` and `outcomes.MATRIX`, and all of the two tables of its own.

    These are `graph_ways.TABLE` and `graph_changes.COMPLICATION`.
    """

    demonstrations: pd.DataFrame
    matrix: pd.DataFrame
    ways: pd.DataFrame
    complication: pd.DataFrame


def frames(config: Mapping[str, Any], seed: int) -> Frames:
    """Run every demonstration, cell, way and program in TensorFlow, or say in every row that it is not installed.

    config: `examples` (images of the data set), `side` (pixels of an image's side), `steps` and `batch` (of a
    training, and images of a step), `rate` (of gradient descent). Two runs give the same bytes.
    """
    reason = absent()
    if reason:
        return Frames(
            not_run(TENSORFLOW, DEMONSTRATIONS, reason),
            graph_matrix.not_run(reason),
            graph_ways.not_run(reason),
            graph_changes.not_run(reason),
        )
    return Frames(
        record(TENSORFLOW, DEMONSTRATIONS),
        graph_matrix.matrix(),
        graph_ways.ways(config, seed),
        graph_changes.complication(),
    )


def timings(config: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Return `graph_timing.TIMINGS`, or its rows that say that TensorFlow is not installed.

    config: as for `frames`, and `repeats`, `models` and `peak` as `graph_timing.timings` has them.
    """
    reason = absent()
    return graph_timing.not_run(config, reason) if reason else graph_timing.timings(config, seed)


def absent() -> str:
    """Return why TensorFlow cannot be run, '' where it can."""
    if graph_process.missing():
        return "tensorflow not installed"
    try:
        graph_process.start()
    except ImportError as error:
        return f"tensorflow cannot be imported: {first_line(error)}"
    return ""
