"""The study's tables as its claims, numbers and figures read them."""

import os
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from hearsay import tables
from hearsay.neat import alignment, benchmark
from hearsay.neat.analysis import SURVIVAL
from hearsay.neat.calibration import FALSE_POSITIVES
from hearsay.neat.collisions import COLLISIONS
from hearsay.neat.comparison import COMPARISONS, SUMMARY
from hearsay.neat.details import DETAILS
from hearsay.neat.doubles import DOUBLES
from hearsay.neat.harmless import HARMLESS
from hearsay.neat.identities import IDENTITIES
from hearsay.neat.implementations import IMPLEMENTATIONS, PROBES
from hearsay.neat.mechanism import MECHANISM
from hearsay.neat.published import PUBLISHED
from hearsay.neat.shares import SHARES, WHOLE
from hearsay.neat.versions import VERSIONS

TABLES = {
    table.name.rpartition("/")[2]: table
    for table in (
        *(IDENTITIES, SUMMARY, COMPARISONS, FALSE_POSITIVES, SURVIVAL, PUBLISHED, SHARES),
        *(MECHANISM, WHOLE, COLLISIONS, VERSIONS, DOUBLES, HARMLESS, IMPLEMENTATIONS, PROBES, DETAILS),
    )
}


def read_evidence(paths: Iterable[str | os.PathLike]) -> dict[str, pd.DataFrame]:
    """Return the tables at these paths by file name, without its suffix and with `_` for `-`."""
    names = {Path(path).stem: path for path in paths}
    return {name.replace("-", "_"): tables.read(path, TABLES[name]) for name, path in names.items()}


def read_timings(alignments: str | os.PathLike, engines: str | os.PathLike) -> dict[str, pd.DataFrame]:
    """Return the committed timings: those of alignments, summed up, as `alignment`, and of engines as `engines`."""
    aligned = alignment.summary(tables.read(alignments, alignment.TIMINGS))
    return {"alignment": aligned, "engines": tables.read(engines, benchmark.TIMINGS)}
