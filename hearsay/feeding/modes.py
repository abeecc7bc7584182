"""The ways of feeding by their names: the same batches, in the same order, whichever is chosen."""

from collections.abc import Sequence

from hearsay.errors import HearsayError
from hearsay.factory import nearest
from hearsay.feeding import feeds, loaders
from hearsay.feeding.feeds import Mode
from hearsay.vision.device import CPU

SLICES, LOADER = "resident slices", "DataLoader, no workers"
_EVERYWHERE = {
    SLICES: feeds.Slices,
    "resident gather": feeds.Gathered,
    "constant in the graph": feeds.Constant,
    LOADER: loaders.Loaded,
    "DataLoader, one worker": loaders.OneWorker,
    "DataLoader, two workers": loaders.TwoWorkers,
    "DataLoader, two persistent workers": loaders.Persistent,
}
_HOST = {
    "from_numpy": feeds.Shared,
    "copy": feeds.Copied,
    "memory-mapped": feeds.Mapped,
    "DataLoader, __getitems__": loaders.Batched,
}
_CUDA = {"pageable": feeds.Pageable, "pinned": feeds.Pinned, "non-blocking, ahead": feeds.Ahead}
ON_CPU, ON_CUDA = _EVERYWHERE | _HOST, _EVERYWHERE | _CUDA


def modes(device: str = CPU, chosen: Sequence[str] | None = None) -> dict[str, type[Mode]]:
    """Return the ways of feeding a device by their names: all, or `chosen` ones, and resident slices always.

    Raises HearsayError for a name that no way has, on any device.
    """
    for name in chosen or ():
        if name not in ON_CPU | ON_CUDA:
            raise HearsayError(f"feeding: no way of feeding is called {name!r}{nearest(name, ON_CPU | ON_CUDA)}")
    every = ON_CPU if device == CPU else ON_CUDA
    return {name: way for name, way in every.items() if chosen is None or name in chosen or name == SLICES}
