"""Make the ways of feeding a reader's data set ready, and time them in turn."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import torch

from hearsay.errors import HearsayError
from hearsay.feeding import machine, own_ways
from hearsay.feeding.clock import Epoch, clock, epoch
from hearsay.feeding.own_input import Source, Step, tensors
from hearsay.feeding.own_recipes import recipe
from hearsay.feeding.own_ways import MAPPED, PINNED, PRELOADED, RESIDENT, Loader, Mapped, Places, Preloaded
from hearsay.progress import progress
from hearsay.vision.device import CPU

ROUNDS = range(6, 41)  # at least and at most; the range of fewer than six covers the median less than 95 % of the time
WISHED = 10  # rounds that the steps of an epoch are chosen for
STEPS = range(8, 401)  # of a timed epoch, at least and at most; at least TRIED more than are left out
FAR = 2.0  # times as long as the best when tried, from which on a DataLoader's workers are not timed
TRIED = 6  # steps of the steady state in which a way is tried before the rounds
LEFT_OUT = 2  # steps at the start that the steady state leaves out, beside those that workers fetch ahead
SHARE = 0.5  # of the memory that is free, that a data set may take
KEPT = 3  # ways beside the DataLoaders: those that read the data set once, and steps by themselves


@dataclass
class Way:
    """A way that is ready: `made` yields batches, code says what to write.

    skip: steps of an epoch that the steady state leaves out; once: seconds that it takes once for the whole data set;
    step, first: seconds a step and until the first batch, as tried; steps: of a timed epoch.
    """

    made: Any
    code: str
    skip: int = LEFT_OUT
    once: float = 0.0
    step: float = 0.0
    first: float = 0.0
    steps: int = STEPS[0]

    def run(self, step: Step, device: str, steps: int | None = None) -> Epoch:
        """Run an epoch of `steps` steps, as many as it has if not given."""
        return epoch(self.made.batches, step, steps or self.steps, self.skip, clock(device))

    def tried(self, step: Step, device: str) -> Epoch:
        """Run a first short epoch, and remember what a step took."""
        found = self.run(step, device, self.least)
        self.step, self.first = found.steady, found.first
        return found

    @property
    def least(self) -> int:
        """The fewest steps of an epoch."""
        return max(STEPS[0], self.skip + TRIED)


def loaders(
    source: Source, step: Step, device: str, stack: ExitStack
) -> tuple[dict[str, Way], dict[str, str], list[str]]:
    """Return the DataLoaders that give batches, the others with why they do not, and what to know of them."""
    ways, tried, left_out, notes = {}, {}, {}, []
    pickling, method = own_ways.unpicklable(source), own_ways.start_method()
    for setting in progress(own_ways.settings(device, source.examples // source.batch, tried), "each DataLoader tried"):
        if setting.workers and pickling and method != "fork":
            left_out[setting.name] = f"the data set cannot be pickled for workers ({pickling})"
            continue
        made = Loader(source, Places(source.examples, source.batch, 0), setting, device)
        stack.callback(made.close)
        way = Way(made, setting.code, LEFT_OUT + setting.ahead)
        try:
            tried[setting] = way.tried(step, device)
        except Exception as error:
            made.close()
            if not setting.workers:
                raise _failed("when trained", error, source, made.places, way.least) from None
            left_out[setting.name] = _of_worker(error)
            continue
        ways[setting.name] = way
    _drop_slow(ways, left_out, source.examples // source.batch)
    if pickling and method == "fork":
        notes.append(
            f"the data set cannot be pickled ({pickling}): its workers run only where they are forked, as here"
        )
    return ways, left_out, notes


def _drop_slow(ways: dict[str, Way], left_out: dict[str, str], batches: int) -> None:
    """Leave out DataLoaders whose workers were far slower than others when tried: rounds would show it again."""
    epochs = {name: way.first + way.step * batches for name, way in ways.items()}
    best = min(epochs, key=epochs.get)
    for name, seconds in epochs.items():
        if name != own_ways.PLAIN and seconds > FAR * epochs[best]:
            times = f"{seconds / epochs[best]:.2g} times as long as by {best}"
            left_out[name] = f"an epoch takes about {seconds:.2g} s, {times}"
            ways.pop(name).made.close()


def _of_worker(error: Exception) -> str:
    """Return what a worker said: torch puts the trace of its error into the message."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[-1] if lines[0].startswith("Caught") else lines[0]


def _failed(where: str, error: Exception, source: Source, places: Places, steps: int) -> HearsayError:
    """Return the error of an epoch, by the number of the item that raises where there is one."""
    try:
        for step in range(steps):
            source.read(places.order[step % len(places.order)].tolist())
    except HearsayError as found:
        return found
    return HearsayError(f"the model, or the data set, fails {where}: {_of_worker(error)}")


def steps_of_an_epoch(way: Way, ways: int, left: float) -> int:
    """Return how many steps an epoch of a way gets, so that the rounds that are wished for fit into the seconds left.

    ways: how many share them.
    """
    return max(min(int((left / WISHED / ways - way.first) / max(way.step, 1e-9)), STEPS[-1]), way.least)


def kept(
    source: Source, step: Step, there: Any, steps: int, device: str, left_out: dict[str, str], stack: ExitStack
) -> dict[str, Way]:
    """Return the ways that read the data set once, with the examples of `steps` batches; say why others are left out.

    there: one batch.
    """
    names = [PRELOADED, MAPPED] if device == CPU else [PINNED, RESIDENT, MAPPED]
    if why := own_ways.unloadable(source, there):
        left_out |= dict.fromkeys(names, why)
        return {}
    size = sum(part.nbytes for part in tensors(there)) * source.examples / source.batch
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    rooms = {MAPPED: shutil.disk_usage(folder).free, RESIDENT: torch.cuda.mem_get_info()[0] if device != CPU else 0}
    for name in list(names):
        if size > SHARE * (room := rooms.get(name, machine.available())):
            left_out[name] = f"the data set would take {size / 1e9:.1f} GB of {room / 1e9:.1f} GB that are free"
            names.remove(name)
    if not names:
        return {}
    places, begun = Places(source.examples, source.batch, 0), time.perf_counter()
    steps = min(steps, len(places.order))
    whole = source.read(places.order[:steps].ravel().tolist())
    once = (time.perf_counter() - begun) * source.examples / (steps * source.batch)
    ways = {}
    for name in names:
        if name == MAPPED:
            made = Mapped(whole, source.batch, folder, device)
        else:
            made = Preloaded(whole, source.batch, name, device)
        stack.callback(made.close)
        ways[name] = Way(made, recipe(name, there), once=once)
        ways[name].tried(step, device)
    return ways


def rounds(
    ways: dict[str, Way], source: Source, step: Step, resident: Any, until: float, device: str
) -> tuple[pd.DataFrame, float]:
    """Time every way once a round until the seconds are over; return one row a way and round, and a step's seconds."""
    rows, alone, names = [], [], list(ways)
    still = max(way.steps for way in ways.values())

    def turns() -> Iterator[int]:
        for number in range(ROUNDS[-1]):
            if number >= ROUNDS[0] and time.perf_counter() > until:
                return
            yield number

    for number in progress(turns(), "rounds"):
        alone.append(epoch(partial(repeat, resident), step, still, LEFT_OUT, clock(device)).steady)
        # drawn, for in an order that rotates each way has always the same one before it
        for name in np.random.default_rng(number).permutation(names).tolist():
            try:
                taken = ways[name].run(step, device)
            except Exception as error:
                places = Places(source.examples, source.batch, 0)
                raise _failed(f"in a round of {name}", error, source, places, ways[name].steps) from None
            rows.append({"mode": name, "repeat": number} | taken._asdict())
    return pd.DataFrame(rows), median(alone)
