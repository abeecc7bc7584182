"""When do workers pay? Fetches and steps of planted lengths: what comes out is known beforehand, and calibrates."""

import time
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import product, repeat
from typing import Any

import pandas as pd
import torch
from torch.utils.data import DataLoader, Dataset

from hearsay import seeds
from hearsay.feeding import machine
from hearsay.feeding.clock import epoch
from hearsay.feeding.prediction import Line, alone, overlapped, relative, step_when_fed
from hearsay.feeding.timing import LEFT_OUT, PAUSE, median_interval
from hearsay.progress import progress
from hearsay.tables import Table

WAITS, COMPUTES = "waits", "computes"
STEPS = 20  # of an epoch
BATCH = 64, 1, 14, 14  # numbers that are handed over

CALIBRATION = Table(
    "benchmarks/feeding-calibration",
    "Fetches and steps of planted lengths: known, predicted and measured",
    key=("kind", "workers", "fetch", "step", "repeat"),
    columns={
        "kind": f"what a fetch and a step do for so long: it {WAITS}, as for a disk, or {COMPUTES}, as a decoder does",
        "workers": "processes that fetch; 0: the loop does so by itself",
        "fetch": "planted seconds of fetching a batch",
        "step": "planted seconds of a step",
        "repeat": "number of the round, from 0",
        "cores": "cores that the process might use",
        "known": "speed relative to the step alone that the planted seconds s and c come to: s / (s + c), or with W "
        "workers s / max(s, c / W), and with K cores that compute s / max(s, c / W, (s + c) / K)",
        "predicted": "the same from fetch and step measured apart, as for the ways of feeding",
        "measured": "the same as measured, fetch and step together",
    },
    text=("kind",),
)


class Planted(Dataset):
    """Batches that take so many seconds, of sleep or of processor time; tensors, for it costs to hand them over."""

    def __init__(self, kind: str, seconds: float, items: int):
        self.kind, self.seconds, self.items = kind, seconds, items

    def __getitem__(self, place: int) -> torch.Tensor:
        spend(self.kind, self.seconds)
        return torch.zeros(BATCH)

    def __len__(self) -> int:
        return self.items


def spend(kind: str, seconds: float) -> None:
    """Sleep, or compute for so much processor time."""
    if kind == WAITS:
        time.sleep(seconds)
        return
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def calibrate(config: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Time planted fetches and steps, in every round all of them in an order that is drawn; return `CALIBRATION`.

    config: `seconds`, of fetches and of steps, every pair is tried; `workers`: numbers of them; `repeats`: rounds;
    `kinds`: `WAITS`, `COMPUTES` or both.
    """
    cells = list(product(config["kinds"], config["workers"], config["seconds"], config["seconds"]))
    turns = [
        (number, *cells[i])
        for number in range(config["repeats"])
        for i in seeds.generator(seed, "feeding", "turns of planted fetches", number).permutation(len(cells))
    ]
    cores = machine.cores()
    rows = [
        (kind, w, fetch, step, number, cores, known(kind, fetch, step, w, cores), *_measured(kind, fetch, step, w))
        for number, kind, w, fetch, step in progress(turns, "feeding, planted fetches")
    ]
    return pd.DataFrame(rows, columns=list(CALIBRATION.columns)).sort_values(list(CALIBRATION.key), ignore_index=True)


def known(kind: str, fetch: float, step: float, workers: int, cores: int) -> float:
    """Return the relative speed that planted seconds come to."""
    if not workers:
        return relative(step, alone(fetch))
    shared = [Line(1 / cores, fetch / cores)] if kind == COMPUTES else []
    return relative(step, [Line(1.0, 0.0), Line(0.0, fetch / workers), *shared])


def gains(table: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return how many times as fast workers are as the loop by itself, from `CALIBRATION`, within a round.

    One row a kind, number of workers, fetch and step: gain, low, high (median and 95 % interval), known, predicted.
    """
    at = ["kind", "fetch", "step", "repeat"]
    both = table[table["workers"] > 0].merge(table[table["workers"] == 0], on=at, suffixes=("", "_loop"))
    for name in ("known", "predicted", "measured"):
        both[name] /= both[f"{name}_loop"]
    rows = [
        (*keys, *median_interval(part["measured"].to_numpy(), seed), part["known"].iloc[0], part["predicted"].median())
        for keys, part in both.groupby(["kind", "workers", "fetch", "step"])
    ]
    return pd.DataFrame(rows, columns=["kind", "workers", "fetch", "step", "gain", "low", "high", "known", "predicted"])


def _measured(kind: str, fetch: float, step: float, workers: int) -> tuple[float, float]:
    def batches(items: int) -> Iterator[int]:
        return iter(DataLoader(Planted(kind, fetch, items), batch_size=None, num_workers=workers))

    run = partial(epoch, steps=STEPS, skip=LEFT_OUT)
    one_step = partial(_step, kind, step)
    apart, there, fed = run(batches, None), run(partial(repeat, None), one_step), run(batches, one_step)
    if not workers:
        found = alone(apart.steady)
    else:
        ready = run(batches, lambda _: time.sleep(fetch + PAUSE))
        # who sleeps needs no core, so there are enough for all
        cores = machine.cores() if kind == COMPUTES else workers + 1
        found = overlapped(apart.steady, ready.steady * ready.waiting, workers, cores)
    return there.steady / step_when_fed(there.steady, found), there.steady / fed.steady


def _step(kind: str, seconds: float, _: object) -> None:
    spend(kind, seconds)
