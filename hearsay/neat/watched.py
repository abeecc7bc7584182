"""The watched runs, split over jobs by replicate: mechanism by generation, and what becomes of numbers that collide."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hearsay.neat import versions
from hearsay.neat.arms import watched
from hearsay.neat.mechanism import watch_runs


def shard(
    config: Mapping[str, Any], seed: int, number: int, shards: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return `WATCHED`, `COUNTED` and `COUNTED_VERSIONS` of every `shards`-th watched run, from `number` on."""
    looks, counted, left = [], [], []
    options = config["mechanism"]
    for cell in watched(config):
        replicates = range(number, cell.n, shards)
        looks.append(watch_runs(cell, seed, replicates, options["every"], options["generations"]))
        for frames, frame in zip(
            (counted, left), versions.count(cell, seed, replicates, options["generations"]), strict=True
        ):
            frames.append(frame)
    return tuple(
        pd.concat([p for p in parts if len(p)] or parts[:1], ignore_index=True) for parts in (looks, counted, left)
    )
