"""The ways of feeding that a reader's data set can be handed over by, from the simplest on."""

import multiprocessing
import pickle
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch.utils.data import DataLoader, default_collate

from hearsay.factory import said
from hearsay.feeding import machine
from hearsay.feeding.clock import Epoch
from hearsay.feeding.own_input import Source, a, changed, tensors
from hearsay.vision.device import CPU

WAITING = 0.05  # share of waiting below which feeding does not matter
GAINED = 1.1  # times as fast as half as many workers, below which no more are tried
SOME, MOST = 4, 32  # workers that are tried even if they gain nothing, where there are so many cores; at most, the same
HANGING = 60  # seconds after which a worker that gives no batch counts as one that never will
PLAIN = "DataLoader"
PRELOADED, PINNED, RESIDENT, MAPPED = "preloaded", "preloaded, pinned", "preloaded on the GPU", "memory-mapped"


class Setting(NamedTuple):
    """How a DataLoader is set, beside data set and batch."""

    workers: int = 0
    persistent: bool = False
    pinned: bool = False

    @property
    def name(self) -> str:
        """A short name of the way."""
        parts = [PLAIN]
        if self.workers:
            kind = "persistent " if self.persistent else ""
            parts.append(f"{self.workers} {kind}worker{'s' if self.workers > 1 else ''}")
        return ", ".join([*parts, *(["pinned"] if self.pinned else [])])

    @property
    def ahead(self) -> int:
        """Batches at the start that workers may have fetched while the first one waited for them."""
        return 2 * self.workers

    @property
    def code(self) -> str:
        """What to write."""
        said = [f"num_workers={self.workers}"] if self.workers else []
        said += ["persistent_workers=True"] if self.persistent else []
        said += ["pin_memory=True"] if self.pinned else []
        code = f"DataLoader({', '.join(['dataset', 'batch_size', 'shuffle=True', *said])})"
        return f"{code}; each batch .to(device, non_blocking=True)" if self.pinned else code


def settings(device: str, batches: int, tried: Mapping[Setting, Epoch]) -> Iterator[Setting]:
    """Yield the settings to try on a device, from the simplest on; tried: what came of those that gave batches.

    Workers are doubled while the model still waits, the last doubling made it faster, and an epoch has as many batches;
    those that live on from epoch to epoch are as many as were the fastest.
    """
    pinned, cores, workers, last = device != CPU, machine.cores(), 1, None
    yield Setting()
    if pinned:
        yield Setting(pinned=True)
    while workers <= min(max(MOST, cores), max(batches, 1)):
        yield (now := Setting(workers, pinned=pinned))
        if now not in tried:
            break
        gained = last is None or tried[last].steady >= GAINED * tried[now].steady
        if tried[now].waiting < WAITING or (workers >= min(SOME, cores) and not gained):
            break
        workers, last = 2 * workers, now
    ran = [each for each in tried if each.workers]
    yield Setting(min(ran, key=lambda each: tried[each].steady).workers if ran else 1, True, pinned)


class Places:
    """A sampler of `steps` batches of a shuffled data set, round and round; steps may be set anew."""

    def __init__(self, examples: int, batch: int, seed: int):
        self.shuffled = np.random.default_rng(seed).permutation(examples)[: examples // batch * batch]
        self.order, self.steps = self.shuffled.reshape(-1, batch), 1

    def __iter__(self) -> Iterator[list[int]]:
        return (self.order[step % len(self.order)].tolist() for step in range(self.steps))

    def __len__(self) -> int:
        return self.steps


@contextmanager
def _more_than_cores() -> Iterator[None]:
    """Keep torch from warning of more workers than there are cores, which are tried on purpose."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "This DataLoader will create")
        yield


class Loader:
    """A DataLoader of the reader's data set. `batches(steps)` iterates anew; `close()` ends what lives on."""

    def __init__(self, source: Source, places: Places, setting: Setting, device: str):
        self.device, self.places, self.setting = device, places, setting
        with _more_than_cores():
            self._loader = DataLoader(
                source.dataset,
                batch_sampler=places,
                collate_fn=source.collate,
                num_workers=setting.workers,
                persistent_workers=setting.persistent,
                pin_memory=setting.pinned,
                timeout=HANGING if setting.workers else 0,
                generator=torch.Generator(),  # its own, so that it draws nothing from the reader's
            )

    def batches(self, steps: int) -> Iterator[Any]:
        """Return a fresh iterator of batches on the device."""
        self.places.steps = steps
        with _more_than_cores():
            batches = iter(self._loader)
        if self.device == CPU:
            return batches
        return (changed(each, lambda t: t.to(self.device, non_blocking=self.setting.pinned)) for each in batches)

    def close(self) -> None:
        """End persistent workers."""
        self._loader = None


class Preloaded:
    """Tensors of examples in the order of the batches, on the host, pinned, or on the device; a batch is a slice."""

    def __init__(self, whole: Any, batch: int, name: str, device: str):
        place = {PRELOADED: lambda t: t, PINNED: torch.Tensor.pin_memory, RESIDENT: lambda t: t.to(device)}[name]
        self._whole, self._batch, self._device = changed(whole, place), batch, device
        self._steps = len(tensors(whole)[0]) // batch

    def batches(self, steps: int) -> Iterator[Any]:
        """Return a fresh iterator of batches on the device."""
        return map(self._fetch, range(steps))

    def _fetch(self, step: int) -> Any:
        first = step % self._steps * self._batch
        rows = slice(first, first + self._batch)
        return changed(self._whole, lambda t: t[rows].to(self._device, non_blocking=True))

    def close(self) -> None:
        """Let go of the tensors."""
        self._whole = None


class Mapped:
    """A file of all examples, mapped into memory; a batch is read by its places."""

    def __init__(self, whole: Any, batch: int, folder: Path, device: str):
        torch.save(whole, file := folder / "whole.pt")
        self._whole, self._device = torch.load(file, mmap=True, weights_only=False), device
        examples = len(tensors(whole)[0])
        places = np.random.default_rng(0).permutation(examples)[: examples // batch * batch]
        self._order = torch.from_numpy(places.reshape(-1, batch))

    def batches(self, steps: int) -> Iterator[Any]:
        """Return a fresh iterator of batches on the device."""
        return map(self._fetch, range(steps))

    def _fetch(self, step: int) -> Any:
        places = self._order[step % len(self._order)]
        return changed(self._whole, lambda t: t[places].to(self._device))

    def close(self) -> None:
        """Let go of the file."""
        self._whole = None


def unpicklable(source: Source) -> str:
    """Return why worker processes cannot be given the data set by pickling, '' where they can."""
    try:
        pickle.dumps((source.dataset, source.collate))
    except Exception as error:
        return said(error)
    return ""


def start_method() -> str:
    """Return how worker processes are started here: by fork they need no pickling."""
    return multiprocessing.get_start_method()


def unloadable(source: Source, batch: Any) -> str:
    """Return why the data set cannot be read once and kept, '' where it can; batch: one of its batches."""
    if source.collate is not default_collate:
        return "its own collate_fn may join a batch otherwise than the whole"
    if stray := _stray(batch):
        return f"its batches hold {a(stray)}, which is no tensor"
    once, again = (tensors(source.read([0])) for _ in range(2))
    if not all(torch.allclose(a, b, rtol=0, atol=0, equal_nan=True) for a, b in zip(once, again, strict=True)):
        return "an item differs from one reading to the next (augmentation?), and reading it once would freeze it"
    return ""


def _stray(tree: Any) -> str:
    if isinstance(tree, torch.Tensor):
        return ""
    parts = tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, tuple | list) else None
    if parts is None:
        return type(tree).__name__
    return next((found for part in parts if (found := _stray(part))), "")
