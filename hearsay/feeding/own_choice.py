"""Which of the timed ways of feeding is recommended, and in what words."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from hearsay.feeding.own_ways import PINNED, PLAIN, PRELOADED, RESIDENT, WAITING
from hearsay.feeding.timing import median_interval

ALIKE = 1.05  # times as long as the fastest that still count as the same
UNSURE = 1.25  # upper end of an interval from which on more seconds are advised
SLICED = (PRELOADED, PINNED, RESIDENT)


class Timed(NamedTuple):
    """What one way took.

    name; code: what to write; epoch: seconds of an epoch over the whole data set, median; faster, low, high: times as
    fast as the plain DataLoader, median over the rounds and its 95 % interval; waiting: share of the time without a
    batch, once under way; first: seconds until the first batch; once: seconds to read the whole data set before all
    epochs, estimated; 0 where that is not done; steps: of a timed epoch.
    """

    name: str
    code: str
    epoch: float
    faster: float
    low: float
    high: float
    waiting: float
    first: float
    once: float
    steps: int


class Choice(NamedTuple):
    """name: of the recommended way; matters: whether feeding does; settled: whether no other way may be much faster.

    reason and notes in words.
    """

    name: str
    matters: bool
    settled: bool
    reason: str
    notes: tuple[str, ...]


def epochs(raw: pd.DataFrame, batches: int) -> pd.DataFrame:
    """Return the seconds of an epoch of so many batches, one row a round and one column a way.

    raw: columns mode, repeat; first: seconds until the first batch; steady: seconds from step to step.
    """
    whole = raw.assign(epoch=raw["first"] + raw["steady"] * batches)
    return whole.pivot(index="repeat", columns="mode", values="epoch")


def timed(raw: pd.DataFrame, ways: Mapping[str, tuple[str, int, float]], batches: int) -> tuple[Timed, ...]:
    """Sum up the rounds; ways: code, steps and `once` by name. raw: as for `epochs`, and waiting."""
    wide, found = epochs(raw, batches), []
    medians = raw.groupby("mode")[["waiting", "first"]].median()
    for name, (code, steps, once) in ways.items():
        faster = median_interval((wide[PLAIN] / wide[name]).to_numpy(), 0)
        waiting, first = medians.loc[name]
        found.append(Timed(name, code, float(wide[name].median()), *faster, float(waiting), float(first), once, steps))
    return tuple(found)


def recommend(raw: pd.DataFrame, simplest_first: Sequence[str], batches: int) -> Choice:
    """Return the way to take; raw: as for `timed`.

    Where the model waits for the plain DataLoader less than 5 % of the time, that one: no other can gain more. Else the
    fastest by its median epoch, or the first in `simplest_first` whose time relative to it, within the rounds, has a
    95 % interval that contains 1 or ends below 1.05.
    """
    waiting = raw[raw["mode"] == PLAIN]["waiting"].median()
    if waiting < WAITING:
        said = f"the model waits for the plain {PLAIN} {waiting:.1%} of the time: no other way can gain more than that"
        return Choice(PLAIN, False, True, said, ())
    wide = epochs(raw, batches)
    fastest = min(simplest_first, key=lambda name: wide[name].median())
    ratios = {name: median_interval((wide[name] / wide[fastest]).to_numpy(), 0) for name in simplest_first}
    alike = [name for name, (_, low, high) in ratios.items() if name == fastest or low <= 1 or high < ALIKE]
    name = alike[0]
    if name == fastest:
        said = f"the fastest, and no simpler way comes as near as {ALIKE - 1:.0%}"
    else:
        said = f"the simplest of those that are as fast as the fastest, {fastest}, as far as can be told"
    notes, most = [], ratios[name][2]
    if most > UNSURE:
        notes.append(f"{fastest} may still be {most:.2g} times as fast as {name}: more seconds would tell")
    if name in SLICED:
        notes.append(
            "slices make the same batches in every epoch; to shuffle anew before each, index every tensor of the whole "
            "by the same torch.randperm(len(dataset))"
        )
    said += f"; the model waits for the plain {PLAIN} {waiting:.0%} of the time"
    return Choice(name, True, most <= UNSURE, said, tuple(notes))
