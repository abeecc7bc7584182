"""Which way of feeding suits the reader's own model and data set: every way timed in turn, and one recommended."""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any

import torch

from hearsay.errors import HearsayError
from hearsay.feeding import machine
from hearsay.feeding.own_choice import Timed, recommend, timed
from hearsay.feeding.own_input import Source, Step, changed
from hearsay.feeding.own_measure import KEPT, kept, loaders, rounds, steps_of_an_epoch
from hearsay.feeding.own_ways import PLAIN, Places
from hearsay.vision.device import CPU, DEVICES

BUSY = "the machine was busy, with a load of {:.1f} on {} cores before it began: all this may be slower than it need be"


@dataclass(frozen=True)
class Report:
    """What was found. Times are of an epoch over the whole data set, its start included.

    examples: in the data set; rounds: in each of which every way ran; step: seconds of a step on a batch that is there;
    ways: what each way took, from the simplest on; left_out: by way, why it was not timed; recommended: name of one of
    the ways; matters: whether the plain DataLoader lets the model wait enough for feeding to matter; settled: False
    where another way may still be much faster; reason: why, in words; notes: what else to know.
    """

    device: str
    processor: str
    examples: int
    batch: int
    rounds: int
    step: float
    ways: tuple[Timed, ...]
    left_out: dict[str, str]
    recommended: str
    matters: bool
    settled: bool
    reason: str
    notes: tuple[str, ...]


def time_feeding(
    model: torch.nn.Module,
    dataset: Any,
    batch: int = 64,
    seconds: float = 20.0,
    device: str = CPU,
    loss: Callable[..., torch.Tensor] | None = None,
) -> Report:
    """Time the ways of feeding a model from a data set, and recommend one.

    Parameters
    ----------
    model
        Stays as it is: steps are made by a copy, forwards, backwards and an update at rate 0.
    dataset
        Map-style, its items tensors, numbers, or tuples or mappings of them: (inputs ..., target), named inputs, or one
        input. A DataLoader lends its data set and collate_fn.
    batch
        Examples of a step.
    seconds
        How long to measure, roughly; the more, the narrower the intervals. A slow data set or model takes longer: every
        way runs a few rounds.
    device
        cpu or cuda.
    loss
        Takes output and target (for named inputs, all of them). By default cross entropy for classes, the mean square
        of differences for numbers, `output.loss` where there is one, else the mean square of the outputs.

    Returns
    -------
    Report
        Recommended is the plain DataLoader where the model waits for it less than 5 % of the time. Elsewhere it is the
        fastest way, or a simpler one that cannot be told from it: whose time relative to it has a 95 % interval that
        contains 1, or ends below 1.05.

    Raises
    ------
    HearsayError
        In one line: the data set is empty, smaller than a batch, or no map-style one; an item raises, or items cannot
        be joined; the model fails on a batch; there is no GPU where one is asked for.

    """
    if not seconds > 0:
        raise HearsayError(f"seconds {seconds}: expected more than 0")
    if device not in DEVICES:
        raise HearsayError(f"device {device!r}: expected {' or '.join(DEVICES)}")
    _ready(device)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0  # before ours
    source, until = Source(dataset, batch), time.perf_counter() + seconds
    with _generators(device), ExitStack() as stack:
        places = Places(source.examples, batch, 0)
        there = source.read(places.order[0].tolist())
        step = Step(model, loss, device)
        resident = changed(there, lambda part: part.to(device))
        step.tried(resident)
        ways, left_out, notes = loaders(source, step, device, stack)
        left, plain = until - time.perf_counter(), ways[PLAIN]
        share = steps_of_an_epoch(plain, len(ways) + KEPT, left)
        ways |= kept(source, step, there, share, device, left_out, stack)
        left = until - time.perf_counter()
        for way in ways.values():
            way.steps = steps_of_an_epoch(way, len(ways) + 1, left)
        raw, alone = rounds(ways, source, step, resident, until, device)
    found = timed(raw, {name: (way.code, way.steps, way.once) for name, way in ways.items()}, source.examples // batch)
    busy = [BUSY.format(load, machine.cores())] if load > machine.cores() else []
    choice = recommend(raw, list(ways), source.examples // batch)
    return Report(
        device=device,
        processor=machine.processor(device),
        examples=source.examples,
        batch=batch,
        rounds=int(raw["repeat"].max()) + 1,
        step=alone,
        ways=found,
        left_out=left_out,
        recommended=choice.name,
        matters=choice.matters,
        settled=choice.settled,
        reason=choice.reason,
        notes=(*busy, *step.notes, *notes, *choice.notes),
    )


def _ready(device: str) -> None:
    """Raise HearsayError where the device is not there; settings of arithmetic stay the reader's own."""
    if device != CPU and not torch.cuda.is_available():
        raise HearsayError("device cuda is asked for, and torch finds no GPU; take cpu, or a build of torch with CUDA")


def _generators(device: str) -> AbstractContextManager:
    """Keep torch's generators as they are."""
    return torch.random.fork_rng(devices=[] if device == CPU else [torch.cuda.current_device()])
