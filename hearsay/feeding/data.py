"""What the ways of feeding hand over: images and labels, and one order of them for all."""

import math
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.feeding.nets import CLASSES

FILES = IMAGES, LABELS, ORDER = ("images.npy", "labels.npy", "order.npy")


class Data:
    """A data set in a folder, and the order in which its batches are handed over, round and round.

    images (n, 1, side, side) of float32 and labels (n,) of int64 are read into memory when they are first asked for;
    order (batches, batch) of int64 holds the places of one pass.
    """

    def __init__(self, folder: str | os.PathLike):
        self.folder = Path(folder)
        self.order = np.load(self.folder / ORDER)

    @cached_property
    def images(self) -> np.ndarray:
        """Images in the order of the file."""
        return np.load(self.folder / IMAGES)

    @cached_property
    def labels(self) -> np.ndarray:
        """Labels in the order of the file."""
        return np.load(self.folder / LABELS)

    @cached_property
    def arranged(self) -> tuple[np.ndarray, np.ndarray]:
        """Images and labels in the order in which they are handed over: a second copy, made once."""
        places = self.order.ravel()
        return self.images[places], self.labels[places]

    @cached_property
    def tensors(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Images and labels in the order of the file, as tensors of the same memory."""
        return torch.from_numpy(self.images), torch.from_numpy(self.labels)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one image, read from the head of its file."""
        return np.load(self.folder / IMAGES, mmap_mode="r").shape[1:]

    @property
    def batch(self) -> int:
        """Examples of a batch."""
        return self.order.shape[1]

    @property
    def bytes(self) -> int:
        """Bytes of a batch, images and labels."""
        return self.batch * (4 * math.prod(self.shape) + 8)


def write(images: np.ndarray, labels: np.ndarray, batch: int, folder: str | os.PathLike, seed: int) -> Data:
    """Write a data set and an order of whole batches, drawn from `seed`, to a folder, and return it.

    images (n, 1, side, side), labels (n,). Raises HearsayError where n is smaller than the batch.
    """
    if batch > len(images):
        raise HearsayError(f"feeding: a batch of {batch} is more than the {len(images):,} examples; lower the batch")
    places = seeds.generator(seed, "feeding", "order", batch).permutation(len(images))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    order = places[: len(places) // batch * batch].reshape(-1, batch).astype(np.int64)
    for name, values in zip(FILES, (images.astype(np.float32), labels.astype(np.int64), order), strict=True):
        np.save(folder / name, np.ascontiguousarray(values))
    return Data(folder)


def draw(config: Mapping[str, Any], batch: int, folder: str | os.PathLike, seed: int) -> Data:
    """Draw a data set into a folder: config `examples`, and `side`, the pixels of an image's side.

    What the pixels are does not matter to the time that they take; the labels can be learned.
    """
    rng = seeds.generator(seed, "feeding", "examples", 0)
    images = rng.standard_normal((config["examples"], 1, config["side"], config["side"]), np.float32)
    pixels = images.reshape(len(images), -1)
    labels = (pixels @ rng.standard_normal((pixels.shape[1], CLASSES), np.float32)).argmax(1)
    return write(images, labels, batch, folder, seed)
