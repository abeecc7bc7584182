"""The ways in which a training loop gets its batches from a DataLoader."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from hearsay.feeding.data import Data
from hearsay.feeding.feeds import Batch, Mode
from hearsay.vision.device import CPU


class _Order:
    """A sampler of batches that gives the places that it is told; a pass may be cut short or go on from the start."""

    def __init__(self, order: np.ndarray):
        self.order, self.steps = order.tolist(), len(order)

    def __iter__(self) -> Iterator[list[int]]:
        return (self.order[step % len(self.order)] for step in range(self.steps))

    def __len__(self) -> int:
        return self.steps


class _Examples(Dataset):
    def __init__(self, images: torch.Tensor, labels: torch.Tensor):
        self.images, self.labels = images, labels

    def __getitem__(self, place: int) -> Batch:
        return self.images[place], self.labels[place]

    def __len__(self) -> int:
        return len(self.images)


class _Batches(_Examples):
    def __getitems__(self, places: list[int]) -> Batch:
        chosen = torch.tensor(places)
        return self.images.index_select(0, chosen), self.labels.index_select(0, chosen)


class Loaded(Mode):
    """A DataLoader that reads example by example and joins them, in this process."""

    copies, persistent, examples, collate = 1, False, _Examples, None

    def prepare(self, data: Data) -> None:  # noqa: D102
        self.moves, self._order = int(self.device != CPU), _Order(data.order)
        self._loader = DataLoader(
            self.examples(*data.tensors),
            batch_sampler=self._order,
            num_workers=self.workers,
            persistent_workers=self.persistent,
            collate_fn=self.collate,
            pin_memory=self.device != CPU,
            # its own: without one, each pass draws from torch's, and whatever else is drawn in training changes
            generator=self.generator(),
        )

    def generator(self) -> torch.Generator | None:
        """Return the generator that the seed of a pass is drawn from; None for torch's own."""
        return torch.Generator()

    def batches(self, steps: int) -> Iterator[Batch]:  # noqa: D102
        self._order.steps = steps
        if self.device == CPU:
            return iter(self._loader)
        return (tuple(part.to(self.device, non_blocking=True) for part in batch) for batch in self._loader)


class LoadedByTorchs(Loaded):
    """The same as it is by default, without a generator of its own."""

    def generator(self) -> None:  # noqa: D102
        return None


class OneWorker(Loaded):
    """A DataLoader with one worker process, which is started for every pass."""

    workers, ahead = 1, 2


class TwoWorkers(Loaded):
    """A DataLoader with two worker processes, which are started for every pass."""

    workers, ahead = 2, 4


class Persistent(TwoWorkers):
    """A DataLoader with two worker processes that live on from pass to pass."""

    persistent = True


def _as_it_is(batch: Any) -> Any:
    return batch


class Batched(Loaded):
    """A DataLoader that reads a batch at a time by `__getitems__`, in this process."""

    examples, collate = _Batches, staticmethod(_as_it_is)
