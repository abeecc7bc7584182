"""How a net answers under given statistics: accuracy, loss, calibration; and test data that have shifted."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from hearsay.vision import statistics

BINS = 15  # of the expected calibration error
CLEAN, CONTRAST, NOISE = SHIFTS = ("clean", "lower contrast", "noise")
SHUFFLED, HALF, SORTED = ORDERS = ("shuffled", "half sorted by class", "sorted by class")


class Answers(NamedTuple):
    """accuracy; loss: mean cross entropy; calibration: expected calibration error, in shares."""

    accuracy: float
    loss: float
    calibration: float


def answers(outputs: torch.Tensor, labels: torch.Tensor) -> Answers:
    """Return what outputs (n, classes) are worth.

    The calibration error is sum_b n_b / n |accuracy_b - confidence_b| over `BINS` equal bins of the confidence (Guo et
    al. 2017, arXiv 1706.04599).
    """
    confidence, chosen = outputs.softmax(1).max(1)
    right = (chosen == labels).double()
    bins = (confidence * BINS).long().clamp(max=BINS - 1)
    gap = torch.zeros(BINS, dtype=torch.double).index_add_(0, bins, right - confidence.double())
    return Answers(float(right.mean()), float(cross_entropy(outputs, labels)), float(gap.abs().sum() / len(labels)))


def outputs_under(net: nn.Module, state: torch.Tensor, images: torch.Tensor, chunk: int = 500) -> torch.Tensor:
    """Return the outputs for images in evaluation mode under these statistics."""
    with torch.no_grad(), statistics.using(net, state):
        return torch.cat([net(part) for part in images.split(chunk)])


def outputs_by_batch(net: nn.Module, images: torch.Tensor, batch: int) -> torch.Tensor:
    """Return the outputs for images normalised by the statistics of their own batch; the net stays as it was.

    A last batch of one image is normalised over its pixels alone.
    """
    before, training = statistics.moments(net), net.training
    net.train()
    try:
        with torch.no_grad(), statistics.momentum(net, 0.0):
            return torch.cat([net(part) for part in images.split(batch)])
    finally:
        statistics.put(net, before)
        net.train(training)


def outputs_updating(
    net: nn.Module, state: torch.Tensor, images: torch.Tensor, batch: int, momentum: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the outputs of an evaluation that updates, and the statistics that it leaves behind.

    Each batch first moves the statistics, then is normalised by them. The net stays as it was.
    """
    found = []
    with torch.no_grad(), statistics.using(net, state), statistics.momentum(net, momentum):
        for part in images.split(batch):
            net.train()
            net(part)
            net.eval()
            found.append(net(part))
        left = statistics.moments(net)
    return torch.cat(found), left


def shifted(images: torch.Tensor, kind: str, rng: np.random.Generator) -> torch.Tensor:
    """Return images (n, c, h, w) between -1 and 1 as of another source: half the contrast and brighter, or noisy."""
    if kind == CONTRAST:
        return images * 0.5 + 0.4
    if kind == NOISE:
        return images + 0.5 * torch.from_numpy(rng.standard_normal(images.shape)).float()
    return images


def orders(labels: torch.Tensor, rng: np.random.Generator) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield the orders in which test images may come: mixed; class by class for half of the places; class by class."""
    mixed = torch.from_numpy(rng.permutation(len(labels)))
    by_class = mixed[labels[mixed].argsort(stable=True)]
    places = torch.from_numpy(rng.permutation(len(labels))[: len(labels) // 2])
    half = by_class.clone()
    half[places.sort().values] = by_class[places]  # drawn from all classes
    yield SHUFFLED, mixed
    yield HALF, half
    yield SORTED, by_class
