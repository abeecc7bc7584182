"""The study's tables as its claims, numbers and figures read them."""

import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from hearsay import tables
from hearsay.duplication.census import CELLS, CENSUS
from hearsay.duplication.coverage import COVERAGE
from hearsay.duplication.distance import DISTANCE
from hearsay.duplication.distribution import DISTRIBUTION
from hearsay.duplication.helps import HELPS
from hearsay.duplication.identities import IDENTITIES
from hearsay.duplication.intervals import INTERVALS, STANDARD_ERRORS
from hearsay.duplication.intervals_published import PUBLISHED
from hearsay.duplication.leakage import LEAKAGE
from hearsay.duplication.oversampling import OVERSAMPLING
from hearsay.duplication.positives import CALIBRATION, POSITIVES, PREDICTIONS
from hearsay.duplication.prediction_error import PREDICTION_ERROR
from hearsay.duplication.random_verdicts import RANDOM
from hearsay.duplication.resampling import RESAMPLING
from hearsay.duplication.selection import SELECTION
from hearsay.duplication.settled import EXCHANGE_RATES

TABLES = {
    table.name.rpartition("/")[2]: table
    for table in (
        *(COVERAGE, SELECTION, IDENTITIES, DISTANCE, CELLS, CENSUS, DISTRIBUTION, RANDOM, HELPS, EXCHANGE_RATES),
        *(LEAKAGE, OVERSAMPLING, POSITIVES, PREDICTIONS, CALIBRATION),
        *(INTERVALS, STANDARD_ERRORS, PUBLISHED, PREDICTION_ERROR, RESAMPLING),
    )
}


def read_evidence(paths: Iterable[str | os.PathLike]) -> dict[str, pd.DataFrame]:
    """Return the tables at these paths by file name, without its suffix and with `_` for `-`."""
    names = {Path(path).stem: path for path in paths}
    return {name.replace("-", "_"): tables.read(path, TABLES[name]) for name, path in names.items()}
