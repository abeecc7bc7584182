"""Side-by-side timings: ours and a peer's on the same task in the same run."""

import os
from collections.abc import Sequence

import pandas as pd

from hearsay import tables

PEERS = tables.Table(
    "benchmarks/peers",
    "Ours beside the field's own tools, timed in one run",
    ("study", "task", "peer"),
    {
        "study": "the study that needs the task done",
        "task": "what is done",
        "peer": "the other tool, with its version",
        "unit": "unit of ours, theirs and ceiling",
        "ours": "median over the repetitions",
        "theirs": "median over the repetitions",
        "ratio": "how many times as fast as the peer we are, median of the paired repetitions",
        "ratio_low": "lower end of the 95 % interval of the ratio",
        "ratio_high": "upper end",
        "ceiling": "what nothing on this machine could beat, in `unit`",
    },
    text=("study", "task", "peer", "unit"),
)


def gather(paths: Sequence[str | os.PathLike], path: str | os.PathLike) -> None:
    """Gather the studies' tables of peers into one."""
    frames = [tables.read(source, PEERS) for source in paths]
    tables.write(pd.concat(frames), PEERS, path)
