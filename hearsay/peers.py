"""Side-by-side timings: ours and a peer's on the same task in the same run."""

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd

from hearsay import tables

DRAWS = 10_000

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


def row(study: str, task: str, peer: str, unit: str, timings: pd.DataFrame, theirs: str, seed: int) -> dict:
    """Sum up paired repetitions as one row of `PEERS`.

    timings: one row a round, one column a tool; `hearsay`, `ceiling` and the peer's, `theirs`, are needed. Ours, theirs
    and the ceiling are medians over the rounds. The ratio is the median over the rounds of theirs / ours in the same
    round; its interval runs from the 2.5th to the 97.5th percentile of that median in 10,000 bootstrap samples of the
    rounds, drawn from `seed`.
    """
    ratios = (timings[theirs] / timings["hearsay"]).to_numpy()
    samples = np.random.default_rng(seed).choice(ratios, (DRAWS, len(ratios)))
    low, high = np.percentile(np.median(samples, axis=1), [2.5, 97.5])
    return {
        "study": study,
        "task": task,
        "peer": peer,
        "unit": unit,
        "ours": timings["hearsay"].median(),
        "theirs": timings[theirs].median(),
        "ratio": np.median(ratios),
        "ratio_low": low,
        "ratio_high": high,
        "ceiling": timings["ceiling"].median(),
    }


def gather(paths: Sequence[str | os.PathLike], path: str | os.PathLike) -> None:
    """Gather the studies' tables of peers into one."""
    frames = [tables.read(source, PEERS) for source in paths]
    tables.write(pd.concat(frames), PEERS, path)
