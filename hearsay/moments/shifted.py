"""Evaluations that keep their statistics, and such that update them or use the test batch's own, on shifted data."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn

from hearsay.moments.evaluation import (
    SHIFTS,
    SHUFFLED,
    answers,
    orders,
    outputs_by_batch,
    outputs_under,
    outputs_updating,
    shifted,
)
from hearsay.tables import Table

FIXED, UPDATING, OWN = WAYS = ("fixed", "updating", "batch statistics")
ANY = "any"  # order, of what does not depend on it
ACCURACY, LOSS, CALIBRATION = "accuracy", "loss", "calibration error"
AFTERWARDS, CHANGED = "accuracy afterwards", "answers changed"

_WHERE = {
    "shift": "what the test images are",
    "order": "order in which they come",
    "batch": "test images of a batch; 0 where it does not matter",
    "way": "fixed: the statistics re-estimated over training images; updating: each batch moves them first; batch "
    "statistics: those of the batch alone",
    "outcome": "accuracy afterwards: of clean images, under the statistics that the evaluation left behind; answers "
    "changed: share of images that get another answer than in shuffled order",
}
TESTED = Table(
    "moments/tested",
    "Evaluations on shifted data, with and without updates",
    key=("shift", "order", "batch", "way", "outcome", "replicate"),
    columns={**_WHERE, "replicate": "number of the training", "value": "the value"},
    text=("shift", "order", "way", "outcome"),
)
SHIFTED = Table(
    "moments/shifted",
    "Evaluations on shifted data, means over replicates",
    key=("shift", "order", "batch", "way", "outcome"),
    columns={
        **_WHERE,
        "n": "replicates",
        "mean": "their mean",
        "error": "its Monte Carlo standard error",
        "low": "its 95 % interval (t)",
        "high": "upper end",
    },
    text=("shift", "order", "way", "outcome"),
)


def evaluate(
    net: nn.Module,
    state: torch.Tensor,
    images: torch.Tensor,
    labels: torch.Tensor,
    batches: Sequence[int],
    momentum: float,
    rng: np.random.Generator,
) -> Iterator[tuple[str, str, int, str, str, float]]:
    """Yield shift, order, batch, way, outcome and value of every evaluation of a trained net.

    state: its statistics; images (n, c, h, w), between -1 and 1, in any order; batches: sizes of test batches;
    momentum: weight of a test batch in the statistics of an evaluation that updates.
    """
    found = list(orders(labels, rng))
    for kind in SHIFTS:
        there = shifted(images, kind, rng)
        for outcome, value in _worth(outputs_under(net, state, there), labels):
            yield kind, ANY, 0, FIXED, outcome, value
        for batch in batches:
            first: dict[str, torch.Tensor] = {}
            for order, places in found:
                for way, outputs, left in _ways(net, state, there[places], batch, momentum):
                    for outcome, value in _worth(outputs, labels[places]):
                        yield kind, order, batch, way, outcome, value
                    chosen = torch.empty_like(labels)
                    chosen[places] = outputs.argmax(1)
                    changed = (chosen != first.setdefault(way, chosen)).double().mean()
                    if order != SHUFFLED:
                        yield kind, order, batch, way, CHANGED, float(changed)
                    if left is not None:
                        clean = answers(outputs_under(net, left, images), labels)
                        yield kind, order, batch, way, AFTERWARDS, clean.accuracy


def _ways(net: nn.Module, state: torch.Tensor, images: torch.Tensor, batch: int, momentum: float):
    outputs, left = outputs_updating(net, state, images, batch, momentum)
    yield UPDATING, outputs, left
    yield OWN, outputs_by_batch(net, images, batch), None


def _worth(outputs: torch.Tensor, labels: torch.Tensor) -> Iterator[tuple[str, float]]:
    yield from zip((ACCURACY, LOSS, CALIBRATION), answers(outputs, labels), strict=True)
