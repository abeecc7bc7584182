"""Ways in which a training loop in PyTorch gets its batches without a DataLoader, and what every way is.

A way is built from a `Data`; `batches(steps)` gives an iterator of so many batches (images, labels) on the device, and
`close()` ends its workers and lets go of its data. All that the loop can be fed by is the same to it.
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn

from hearsay.feeding.data import IMAGES, Data
from hearsay.feeding.torch_programs import trace
from hearsay.vision.device import CPU

Batch = tuple[torch.Tensor, torch.Tensor]


class Mode:
    """One way of feeding, built and ready.

    copies: how often the bytes of a batch are copied to make it, wherever the data are; moves: how often they go from
    the host to the device; workers: processes that fetch beside the loop; ahead: batches that are fetched before the
    loop asks for them.
    """

    copies, moves, workers, ahead = 0, 0, 0, 0

    def __init__(self, data: Data, device: str = CPU):
        self.device, self.steps_of_a_pass, self.size = device, len(data.order), data.batch
        self.prepare(data)

    def prepare(self, data: Data) -> None:
        """Make ready what every batch needs."""
        raise NotImplementedError

    def fetch(self, step: int) -> Batch:
        """Return the batch of a step; after the last of a pass the first comes again."""
        raise NotImplementedError

    def batches(self, steps: int) -> Iterator[Batch]:
        """Return an iterator of the first `steps` batches, one a step."""
        return map(self.fetch, range(steps))

    def close(self) -> None:
        """End the workers, and let go of the data; nothing can be fetched afterwards."""
        self.__dict__.clear()

    def rows(self, step: int) -> slice:
        """Return where the batch of a step lies in the arranged data."""
        first = step % self.steps_of_a_pass * self.size
        return slice(first, first + self.size)


class Slices(Mode):
    """Tensors on the device in the order of the pass; a batch is a slice, and copies nothing."""

    def prepare(self, data: Data) -> None:  # noqa: D102, as above; so below
        self._images, self._labels = (torch.from_numpy(part).to(self.device) for part in data.arranged)

    def fetch(self, step: int) -> Batch:  # noqa: D102
        rows = self.rows(step)
        return self._images[rows], self._labels[rows]


class Gathered(Mode):
    """Tensors on the device in the order of the file; a batch is picked out by its places."""

    copies = 1

    def prepare(self, data: Data) -> None:  # noqa: D102
        self._images, self._labels = (part.to(self.device) for part in data.tensors)
        self._order = torch.from_numpy(data.order).to(self.device)

    def fetch(self, step: int) -> Batch:  # noqa: D102
        places = self._order[step % self.steps_of_a_pass]
        return self._images.index_select(0, places), self._labels.index_select(0, places)


class Shared(Mode):
    """numpy arrays in the order of the pass; a slice becomes a tensor of the same memory."""

    def prepare(self, data: Data) -> None:  # noqa: D102
        self._images, self._labels = data.arranged

    def fetch(self, step: int) -> Batch:  # noqa: D102
        rows = self.rows(step)
        return torch.from_numpy(self._images[rows]), torch.from_numpy(self._labels[rows])


class Copied(Shared):
    """The same, but a slice is copied into a new tensor: what feeding a placeholder does."""

    copies = 1

    def fetch(self, step: int) -> Batch:  # noqa: D102
        rows = self.rows(step)
        return torch.tensor(self._images[rows]), torch.tensor(self._labels[rows])


class Mapped(Mode):
    """A file mapped into memory; a batch is read from it by its places. Labels are few bytes, and in memory."""

    copies = 1

    def prepare(self, data: Data) -> None:  # noqa: D102
        # a plain array of the same memory: np.memmap would look at each result anew
        self._images = np.asarray(np.load(data.folder / IMAGES, mmap_mode="r"))
        self._labels, self._order = data.labels, data.order

    def fetch(self, step: int) -> Batch:  # noqa: D102
        places = self._order[step % self.steps_of_a_pass]
        return torch.from_numpy(self._images[places]), torch.from_numpy(self._labels[places])


class _Held(nn.Module):
    def __init__(self, images: torch.Tensor, labels: torch.Tensor, order: torch.Tensor):
        super().__init__()
        for name, values in (("images", images), ("labels", labels), ("order", order)):
            self.register_buffer(name, values)

    def forward(self, step: int) -> Batch:
        places = self.order[step]
        return self.images.index_select(0, places), self.labels.index_select(0, places)


class Constant(Gathered):
    """The data set is in a graph of torch.fx, whose one input is the number of the step."""

    def prepare(self, data: Data) -> None:  # noqa: D102
        held = _Held(*data.tensors, torch.from_numpy(data.order)).to(self.device)
        self._graph = trace(held)

    def fetch(self, step: int) -> Batch:  # noqa: D102
        return self._graph(step % self.steps_of_a_pass)


class Pageable(Mode):
    """Tensors in the host's plain memory, in the order of the pass; a slice is moved to the device."""

    moves = 1

    def prepare(self, data: Data) -> None:  # noqa: D102
        self._parts = [torch.from_numpy(part) for part in data.arranged]

    def fetch(self, step: int) -> Batch:  # noqa: D102
        rows = self.rows(step)
        return tuple(part[rows].to(self.device) for part in self._parts)


class Pinned(Pageable):
    """The same, in memory that the device can read by itself."""

    def prepare(self, data: Data) -> None:  # noqa: D102
        self._parts = [torch.from_numpy(part).pin_memory() for part in data.arranged]


class Ahead(Pinned):
    """The same, and the next batch is moved on a stream of its own while this one is worked on."""

    ahead = 1

    def prepare(self, data: Data) -> None:  # noqa: D102
        super().prepare(data)
        self._stream = torch.cuda.Stream(self.device)

    def batches(self, steps: int) -> Iterator[Batch]:  # noqa: D102
        def moved(step: int) -> Batch:
            with torch.cuda.stream(self._stream):
                rows = self.rows(step)
                return tuple(part[rows].to(self.device, non_blocking=True) for part in self._parts)

        coming = moved(0)
        for step in range(1, steps + 1):
            batch, working = coming, torch.cuda.current_stream(self.device)
            working.wait_stream(self._stream)
            for part in batch:
                part.record_stream(working)  # its memory must not be given away while the step still reads it
            coming = moved(step) if step < steps else batch
            yield batch
