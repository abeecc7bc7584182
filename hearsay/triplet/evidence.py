"""The study's tables as its claims, numbers and figures read them."""

import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from hearsay import tables
from hearsay.triplet.analysis import COMPARISONS, SUMMARY
from hearsay.triplet.exact import EXACT
from hearsay.triplet.hoffer import HOFFER
from hearsay.triplet.runs import LAYERS, STEPS
from hearsay.triplet.untying import UNTYING

TABLES = {
    table.name.rpartition("/")[2]: table for table in (SUMMARY, COMPARISONS, STEPS, LAYERS, EXACT, UNTYING, HOFFER)
}


def read_evidence(paths: Iterable[str | os.PathLike]) -> dict[str, pd.DataFrame]:
    """Return the tables at these paths by file name, without its suffix and with `_` for `-`."""
    names = {Path(path).stem: path for path in paths}
    return {name.replace("-", "_"): tables.read(path, TABLES[name]) for name, path in names.items()}
