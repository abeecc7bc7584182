"""Images, initial weights and batches for TensorFlow, in numpy alone."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from hearsay import seeds


class Examples(NamedTuple):
    """pixels (n, height, width, channels) of uint8, labels (n,) of int64: TensorFlow's order on the CPU."""

    pixels: np.ndarray
    labels: np.ndarray

    def at(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the images at these places as a net sees them, float32 between -1 and 1, and their labels."""
        return self.pixels[places] / np.float32(127.5) - np.float32(1), self.labels[places]


class Data(NamedTuple):
    """Images to train on and to test with, and the number of classes."""

    train: Examples
    test: Examples
    classes: int


def read(path: str | os.PathLike) -> Data:
    """Return the images that `hearsay.vision.data.write` has written; that module's own `read` is beside torch."""
    with np.load(path, allow_pickle=False) as file:
        parts = [_examples(file[f"{part}_pixels"], file[f"{part}_labels"]) for part in ("train", "test")]
    return Data(*parts, int(parts[0].labels.max()) + 1)


def some(examples: Examples, most: int, seed: int) -> Examples:
    """Return at most so many of the images, drawn and mixed: they may have stood class by class."""
    places = seeds.generator(seed, "moments", "graph images", 0).permutation(len(examples.labels))[:most]
    return Examples(examples.pixels[places], examples.labels[places])


def _examples(pixels: np.ndarray, labels: np.ndarray) -> Examples:
    return Examples(np.ascontiguousarray(pixels.transpose(0, 2, 3, 1)), labels)


class Draw(NamedTuple):
    """What is random in a replicate, the same for all arms: initial weights by name, and the order of images."""

    weights: dict[str, np.ndarray]
    order: np.ndarray


def draw(shapes: Mapping[str, Sequence[int]], images: int, needed: int, seed: int, replicate: int) -> Draw:
    """Draw kernels uniform on +-1/sqrt(fan-in), torch's default for such layers, and an order of `needed` images.

    Every image comes once before any comes again.
    """
    rng = seeds.generator(seed, "moments", "graph", replicate)
    rounds = -(-needed // images)
    order = np.concatenate([rng.permutation(images) for _ in range(rounds)])[:needed]
    weights = {}
    for name, shape in sorted(shapes.items()):
        bound = 1 / np.sqrt(np.prod(shape[:-1]))
        weights[name] = rng.uniform(-bound, bound, shape).astype(np.float32)
    return Draw(weights, order)


def batches(order: np.ndarray, batch: int) -> Iterator[np.ndarray]:
    """Yield the order in parts of `batch`."""
    for first in range(0, len(order), batch):
        yield order[first : first + batch]


def same(left: Sequence[np.ndarray], right: Sequence[np.ndarray]) -> bool:
    """Say whether two lists of arrays agree in every bit of every number; two NaN agree."""
    return all(a.shape == b.shape and a.tobytes() == b.tobytes() for a, b in zip(left, right, strict=True))


def apart(left: Sequence[np.ndarray], right: Sequence[np.ndarray]) -> float:
    """Return the largest absolute difference between two lists of arrays."""
    return max((float(np.abs(a - b).max(initial=0)) for a, b in zip(left, right, strict=True)), default=0.0)
