"""The study's tables as its claims, numbers and figures read them."""

import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from hearsay import tables
from hearsay.moments.analysis import COMPARISONS, LAYERS, SUMMARY
from hearsay.moments.exact import EXACT
from hearsay.moments.forgotten import FORGOTTEN
from hearsay.moments.graph import GRAPH, OPTIMISER, SAME
from hearsay.moments.graph_means import WAYS, WORK
from hearsay.moments.lags import CURVE, UNTIL
from hearsay.moments.shifted import SHIFTED

TABLES = {
    table.name.rpartition("/")[2]: table
    for table in (
        *(SUMMARY, COMPARISONS, LAYERS, UNTIL, CURVE, SHIFTED, EXACT, FORGOTTEN),
        *(GRAPH, SAME, OPTIMISER, WAYS, WORK),
    )
}


def read_evidence(paths: Iterable[str | os.PathLike]) -> dict[str, pd.DataFrame]:
    """Return the tables at these paths by file name, without its suffix and with `_` for `-`."""
    names = {Path(path).stem: path for path in paths}
    return {name.replace("-", "_"): tables.read(path, TABLES[name]) for name, path in names.items()}
