"""Triplets of images: anchor, positive and negative, and the distributions that the three branches see."""

from typing import NamedTuple

import numpy as np
import torch

from hearsay.errors import HearsayError
from hearsay.vision.nets import tensor

IID, BIASED, SHIFTED = DISTRIBUTIONS = ("i.i.d.", "class-biased", "domain-shifted")
QUARTER, HALF = MILDER = ("a quarter of the shift", "half of the shift")
SHIFTS = {QUARTER: 0.25, HALF: 0.5, SHIFTED: 1.0}  # how far the images of positives and negatives are changed
ANCHOR, POSITIVE, NEGATIVE = BRANCHES = ("anchor", "positive", "negative")
CONTRAST, BRIGHTNESS = 0.4, 0.5  # of the whole shift: x -> CONTRAST x + BRIGHTNESS, for x between -1 and 1


class Triplets(NamedTuple):
    """Images by number, (steps, 3, batch), and the classes of anchors and negatives, (steps, 2, batch)."""

    images: np.ndarray
    classes: np.ndarray


def draw(labels: np.ndarray, steps: int, batch: int, distribution: str, rng: np.random.Generator) -> Triplets:
    """Draw the triplets of a whole training.

    The positive is another image of the anchor's class, the negative one of another class; classes are drawn with equal
    chances. In the class-biased distribution anchors and positives are of the first half of the classes, negatives of
    the other half. The shifted ones draw as the first: there the images are changed, see `shift`. Raises
    HearsayError where there are fewer than two classes, or a class has fewer than two images.
    """
    counts = np.bincount(labels)
    if len(counts) < 2:
        raise HearsayError(f"triplets: the images have {len(counts)} classes; expected 2 or more")
    if counts.min() < 2:
        raise HearsayError(f"triplets: class {int(counts.argmin())} has {counts.min()} images; expected 2 or more")
    n, half = len(counts), len(counts) // 2
    shape = (steps, batch)
    if distribution == BIASED:
        anchor, negative = rng.integers(half, size=shape), half + rng.integers(n - half, size=shape)
    else:
        anchor = rng.integers(n, size=shape)
        negative = (anchor + 1 + rng.integers(n - 1, size=shape)) % n
    sorted_by_class, first = np.argsort(labels, kind="stable"), np.cumsum(counts) - counts
    one, other = rng.random(shape), rng.random(shape)
    place = (one * counts[anchor]).astype(int)
    twin = (place + 1 + (other * (counts[anchor] - 1)).astype(int)) % counts[anchor]
    away = (rng.random(shape) * counts[negative]).astype(int)
    images = [first[anchor] + place, first[anchor] + twin, first[negative] + away]
    return Triplets(sorted_by_class[np.stack(images, 1)], np.stack([anchor, negative], 1))


def shift(distribution: str, branch: int) -> float:
    """Return how far the images that a branch sees are shifted, from 0 to 1; the anchor's never are."""
    return SHIFTS.get(distribution, 0.0) if branch > 0 else 0.0


def seen(pixels: torch.Tensor, shift: float = 0.0) -> torch.Tensor:
    """Return images (n, c, h, w) of uint8 as the net sees them: float32, between -1 and 1 where not shifted."""
    clean = tensor(pixels, pixels.device)
    return torch.lerp(clean, CONTRAST * clean + BRIGHTNESS, shift) if shift else clean
