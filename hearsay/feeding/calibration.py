"""Is the prediction to be trusted? Fetches and steps of planted lengths: what comes out is known beforehand."""

import time
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import repeat

import pandas as pd
from torch.utils.data import DataLoader, Dataset

from hearsay.feeding.clock import epoch
from hearsay.feeding.prediction import alone, overlapped, relative, step_when_fed
from hearsay.feeding.timing import LEFT_OUT, PAUSE
from hearsay.tables import Table

CALIBRATION = Table(
    "benchmarks/feeding-calibration",
    "Fetches and steps that only sleep: predicted and measured",
    key=("workers", "fetch", "step", "repeat"),
    columns={
        "workers": "processes that fetch; 0: the loop does so by itself",
        "fetch": "planted seconds that fetching a batch sleeps",
        "step": "planted seconds that a step sleeps",
        "repeat": "number of the round, from 0",
        "known": "speed relative to the step alone that the planted seconds come to: s / (s + c), or with W workers "
        "s / max(s, c / W)",
        "predicted": "the same from fetch and step measured apart, as for the ways of feeding",
        "measured": "the same as measured, fetch and step together",
    },
)


class Sleeper(Dataset):
    """Items that take `seconds` of sleep, which no core is needed for."""

    def __init__(self, seconds: float, items: int):
        self.seconds, self.items = seconds, items

    def __getitem__(self, place: int) -> int:
        time.sleep(self.seconds)
        return place

    def __len__(self) -> int:
        return self.items


def calibrate(planted: Sequence[tuple[float, float]], workers: Sequence[int], steps: int, repeats: int) -> pd.DataFrame:
    """Time planted (fetch, step) seconds with so many workers, interleaved, and return `CALIBRATION`."""
    rows = [
        (w, fetch, step, number, known(fetch, step, w), *_measured(fetch, step, w, steps))
        for number in range(repeats)
        for w in workers
        for fetch, step in planted
    ]
    return pd.DataFrame(rows, columns=list(CALIBRATION.columns)).sort_values(list(CALIBRATION.key), ignore_index=True)


def known(fetch: float, step: float, workers: int) -> float:
    """Return the relative speed that planted seconds come to."""
    return relative(step, overlapped(fetch / workers, 0.0, workers, workers + 1) if workers else alone(fetch))


def _measured(fetch: float, step: float, workers: int, steps: int) -> tuple[float, float]:
    def batches(items: int) -> Iterator[int]:
        return iter(DataLoader(Sleeper(fetch, items), batch_size=None, num_workers=workers))

    def rest(_: object) -> None:
        time.sleep(step)

    run = partial(epoch, steps=steps, skip=LEFT_OUT)
    apart, there, fed = run(batches, None), run(partial(repeat, None), rest), run(batches, rest)
    if workers:
        ready = run(batches, lambda _: time.sleep(fetch + PAUSE))
        # sleepers need no core, so there are enough for all
        found = overlapped(apart.steady, ready.steady * ready.waiting, workers, workers + 1)
    else:
        found = alone(apart.steady)
    return there.steady / step_when_fed(there.steady, found), there.steady / fed.steady
