"""The study's tables as its claims, numbers and figures read them."""

import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from hearsay import tables
from hearsay.feeding.calibration import CALIBRATION
from hearsay.feeding.graph_changes import COMPLICATION
from hearsay.feeding.graph_timing import TIMINGS as GRAPH_TIMES
from hearsay.feeding.graph_ways import TABLE as GRAPH_WAYS
from hearsay.feeding.outcomes import DEMONSTRATIONS, MATRIX
from hearsay.feeding.prediction import CROSSINGS, PREDICTION
from hearsay.feeding.timing import SUMMARY, TIMINGS
from hearsay.feeding.training import TRAINING

TABLES = {
    "demonstrations": DEMONSTRATIONS,
    "matrix": MATRIX,
    "complication": COMPLICATION,
    "graph-ways": GRAPH_WAYS,
    "training": TRAINING,
    "feeding-graph": GRAPH_TIMES,
    "feeding-modes": TIMINGS,
    "feeding-summary": SUMMARY,
    "feeding-prediction": PREDICTION,
    "feeding-crossings": CROSSINGS,
    "feeding-calibration": CALIBRATION,
}
NAMES = {"feeding-graph": "graph_times"}  # what the claims call it


def read_evidence(paths: Iterable[str | os.PathLike]) -> dict[str, pd.DataFrame]:
    """Return the tables at these paths by file name, without suffix and `feeding-`, and with `_` for `-`."""
    found = {}
    for path in paths:
        stem = Path(path).stem
        name = NAMES.get(stem, stem.removeprefix("feeding-").replace("-", "_"))
        found[name] = tables.read(path, TABLES[stem])
    return found
