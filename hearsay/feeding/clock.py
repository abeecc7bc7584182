"""What one epoch takes, batch by batch: how long the loop waits, and how long its steps are."""

import resource
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import torch

from hearsay.vision.device import CPU


class Clock:
    """Time as the processor sees it: a stamp is taken when the loop gets there."""

    def stamp(self) -> Any:
        """Return the time, of which only `seconds` knows what it is."""
        return time.perf_counter()

    def seconds(self, earlier: Any, later: Any) -> float:
        """Return the seconds between two stamps."""
        return later - earlier

    def finish(self) -> None:
        """Wait until all that was asked of the device is done."""


class CudaClock(Clock):
    """Time as the device sees it: a stamp is an event among its work, so nothing need wait for it.

    The device waits between the end of a step's work and the arrival of the next batch, whether the loop is late in
    handing it over, or the copy is.
    """

    def stamp(self) -> torch.cuda.Event:  # noqa: D102, as above
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event

    def seconds(self, earlier: Any, later: Any) -> float:  # noqa: D102
        return earlier.elapsed_time(later) / 1000

    def finish(self) -> None:  # noqa: D102
        torch.cuda.synchronize()


def clock(device: str) -> Clock:
    """Return the clock of a device."""
    return Clock() if device == CPU else CudaClock()


class Epoch(NamedTuple):
    """What one epoch took.

    wall: seconds a step, from asking for the iterator to the end of the last step; first: seconds until the first batch
    is there; steady: seconds a step, and waiting: share of them without a batch, and cpu: seconds of this process's
    processor time a step, all three after the steps that are left out; workers_cpu: processor seconds a step of the
    processes that ended in this epoch.
    """

    wall: float
    first: float
    steady: float
    waiting: float
    cpu: float
    workers_cpu: float


def epoch(
    batches: Callable[[int], Iterator[Any]],
    step: Callable[[Any], Any] | None,
    steps: int,
    skip: int = 1,
    watch: Clock | None = None,
) -> Epoch:
    """Run one epoch of `steps` steps by a fresh iterator, and return what it took.

    step: takes a batch; None where nothing is done with it. skip: steps at the start that the steady state leaves out:
    one, and those whose batches were fetched ahead while the loop waited for the first; less than `steps`.
    """
    watch = watch or Clock()
    ended = _ended()
    watch.finish()
    stamps, cpu = [watch.stamp()], 0.0
    iterator = batches(steps)
    try:
        for number in range(steps):
            if number == skip:
                cpu = time.process_time()
            batch = next(iterator)
            stamps.append(watch.stamp())
            if step is not None:
                step(batch)
            stamps.append(watch.stamp())
    except BaseException:
        # The error's trace holds the iterator in a circle. Left to the collector, its queues may go before its workers
        # are told to end, which then takes seconds, and workers forked until then inherit it.
        getattr(iterator, "_shutdown_workers", int)()
        raise
    watch.finish()
    cpu = time.process_time() - cpu
    del iterator  # its workers, if they live no longer than it does, end now
    spans = [watch.seconds(a, b) for a, b in pairwise(stamps)]
    waited, kept = sum(spans[2 * skip :: 2]), sum(spans[2 * skip :])
    return Epoch(
        wall=watch.seconds(stamps[0], stamps[-1]) / steps,
        first=spans[0],
        steady=kept / (steps - skip),
        waiting=waited / kept if kept else 0.0,
        cpu=cpu / (steps - skip),
        workers_cpu=(_ended() - ended) / steps,
    )


def _ended() -> float:
    """Return the processor seconds of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
