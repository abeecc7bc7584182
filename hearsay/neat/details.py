"""What the engine takes from the paper, what from the C++ release, and where it differs from both."""

from pathlib import Path

import pandas as pd

from hearsay.tables import Table, read

SOURCE = Path(__file__).with_name("details.csv")

DETAILS = Table(
    "neat/details",
    "The engine beside the paper and the release",
    key=("part", "detail"),
    columns={
        "part": "part of the algorithm, or the task",
        "detail": "what is at issue",
        "paper": "what Stanley and Miikkulainen (2002) say",
        "release": "what Stanley's C++ code does (read)",
        "here": "what this engine does; in words of its settings where there is a choice",
    },
    text=("part", "detail", "paper", "release", "here"),
)


def details() -> pd.DataFrame:
    """Return `DETAILS`."""
    return read(SOURCE, DETAILS)
