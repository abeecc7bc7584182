"""The study's tables as its claims, numbers and figures read them."""

import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from hearsay import tables
from hearsay.imagenet import tables as study
from hearsay.imagenet.audit import AUDIT

TABLES = {
    table.name.rpartition("/")[2]: table
    for table in (
        study.ARCHIVES,
        study.CLASSES,
        study.GROUPS,
        study.VALIDATION,
        study.AGREEMENT,
        study.ORDERS,
        study.KEYS,
        study.NUMBER_CODE,
        study.COST,
        study.VISIBILITY,
        AUDIT,
    )
}


def read_evidence(paths: Iterable[str | os.PathLike]) -> dict[str, pd.DataFrame]:
    """Return the tables at these paths by file name, without its suffix and with `_` for `-`."""
    names = {Path(path).stem: path for path in paths}
    return {name.replace("-", "_"): tables.read(path, TABLES[name]) for name, path in names.items()}
