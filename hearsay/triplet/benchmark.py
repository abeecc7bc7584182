"""Time a training step of a triplet network, ours beside pytorch-metric-learning's, in one run on one thread."""

import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import nn

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.peers import PEERS, row
from hearsay.progress import log
from hearsay.tables import Table
from hearsay.triplet.training import Plan, Recipe, train
from hearsay.vision.data import Images
from hearsay.vision.losses import LOSSES
from hearsay.vision.nets import asker

TRIPLETS, PIXELS, CLASSES = 32, 28, 10
RATE = 1e-4  # small: after many steps on one batch the loss still has a gradient
CLOSE = 1e-5  # largest difference of the losses, ours and the peer's
PEER, THREE = "pytorch-metric-learning", "hearsay: three passes"
MARGIN, HARD = "margin", "batch-hard"

TIMINGS = Table(
    "benchmarks/triplet-steps",
    "A training step of a triplet network, every round",
    key=("task", "tool", "repeat"),
    columns={
        "task": "what is done",
        "tool": "hearsay, all three images of a triplet in one batch; 'hearsay: three passes', the branches one after "
        "another; 'hearsay: three passes, all statistics', the study's own training with every moving average; "
        "ceiling, the net forwards and backwards without loss or update; or a peer, in one batch; '...: loss alone', "
        "the loss of given embeddings, forwards and backwards",
        "repeat": "number of the round in which each tool ran, from 0",
        "version": "version of the peer; empty for what is ours",
        "steps": "steps of which wall and cpu are the average",
        "wall": "elapsed time of a step, seconds",
        "cpu": "processor time of a step, user and system, seconds",
    },
    text=("task", "tool", "version"),
)


class Tool(NamedTuple):
    """run(steps) does so many steps and returns the loss of the first, or None where there is none."""

    run: Callable[[int], float | None]
    version: str = ""


class Batch(NamedTuple):
    """Images (3 n, 1, side, side) of n anchors, positives and negatives; labels (3 n,)."""

    images: torch.Tensor
    labels: torch.Tensor


def task(loss: str) -> str:
    """Return what is done, in words."""
    return f"a training step, {TRIPLETS} triplets of {PIXELS} x {PIXELS} pixels, {loss} loss"


def compare(repeats: int, steps: int, seed: int) -> pd.DataFrame:
    """Time every tool in turn, on one thread; return `TIMINGS`.

    repeats: rounds, in each of which every tool runs, in an order that rotates; steps: of a tool in a round. All tools
    train the same net from the same weights on the same images. pytorch-metric-learning takes part where it is
    installed. Raises HearsayError where its loss is not ours.
    """
    from threadpoolctl import threadpool_limits

    threads, rows = torch.get_num_threads(), []
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1), torch.random.fork_rng(devices=[]):
            for loss in (MARGIN, HARD):
                rows += _rounds(loss, repeats, steps, seed)
    finally:
        torch.set_num_threads(threads)
    return pd.DataFrame(rows, columns=list(TIMINGS.columns)).sort_values(list(TIMINGS.key), ignore_index=True)


def peers(raw: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Sum up the processor seconds of `TIMINGS` as `hearsay.peers.PEERS`, one row a task and peer.

    The branches in passes of their own are a peer too: that is what one concatenated batch spares.
    """
    rows = []
    for name, part in raw.groupby("task"):
        timings = part.pivot(index="repeat", columns="tool", values="cpu")
        for tool, ran in part[part["tool"].isin((PEER, THREE))].groupby("tool"):
            peer = "ours, three passes" if tool == THREE else f"{tool} ({ran['version'].iloc[0]})"
            rows.append(row("triplet", name, peer, "s of processor time, a step", timings, tool, seed))
    return pd.DataFrame(rows, columns=list(PEERS.columns))


def tools(loss: str, seed: int) -> dict[str, Tool]:
    """Return the tools that do a task, each with a net of its own that begins alike."""
    batch = _batch(seed)
    found = {
        "hearsay": Tool(_training(seed, lambda net: _ours(loss, net(batch.images), batch))),
        THREE: Tool(
            _training(seed, lambda net: _ours(loss, torch.cat([net(part) for part in batch.images.chunk(3)]), batch))
        ),
        "hearsay: three passes, all statistics": Tool(_whole(loss, seed)),
        "hearsay: loss alone": Tool(_alone(seed, batch, lambda embeddings: _ours(loss, embeddings, batch))),
        "ceiling": Tool(_net_alone(seed, batch)),
    }
    try:
        there = version(PEER)
    except PackageNotFoundError:
        log.info("%s: not installed, left out", PEER)
        return found
    theirs = _theirs(loss, batch)
    return found | {
        PEER: Tool(_training(seed, lambda net: theirs(net(batch.images))), there),
        f"{PEER}: loss alone": Tool(_alone(seed, batch, theirs), there),
    }


def _rounds(loss: str, repeats: int, steps: int, seed: int) -> list[tuple]:
    every, rows = tools(loss, seed), []
    names = list(every)
    values = {name: every[name].run(1) for name in names}  # imports and allocations come before the clock starts
    if PEER in values and not abs(values[PEER] - values["hearsay"]) <= CLOSE:
        raise HearsayError(
            f"triplet benchmark: the {loss} loss is {values['hearsay']:.6g}, and {values[PEER]:.6g} by {PEER}; they do "
            "not do the same work"
        )
    for repeat in range(repeats):
        for i in range(len(names)):
            name = names[(repeat + i) % len(names)]
            wall, cpu = time.perf_counter(), time.process_time()
            every[name].run(steps)
            wall, cpu = (time.perf_counter() - wall) / steps, (time.process_time() - cpu) / steps
            log.info("%s loss, round %d: %s %.4f s", loss, repeat + 1, name, cpu)
            rows.append((task(loss), name, repeat, every[name].version, steps, wall, cpu))
    return rows


def _images(seed: int) -> Images:
    rng = seeds.generator(seed, "triplet", "benchmark images", 0)
    pixels = rng.integers(0, 256, (20 * CLASSES, 1, PIXELS, PIXELS), np.uint8)
    return Images(pixels, np.repeat(np.arange(CLASSES), 20))


def _batch(seed: int) -> Batch:
    """Return triplets in which the anchor's class goes round, and the negative's is the next."""
    rng = seeds.generator(seed, "triplet", "benchmark", 0)
    images = rng.standard_normal((3 * TRIPLETS, 1, PIXELS, PIXELS), np.float32)
    anchors = torch.arange(TRIPLETS) % CLASSES
    return Batch(torch.from_numpy(images), torch.cat([anchors, anchors, (anchors + 1) % CLASSES]))


def _net(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    return asker("batch", 1, PIXELS)


def _training(seed: int, loss_of: Callable[[nn.Module], torch.Tensor]) -> Callable[[int], float]:
    net = _net(seed)
    optimiser = torch.optim.SGD(net.parameters(), RATE, momentum=0.9)

    def run(steps: int) -> float:
        first = None
        for _ in range(steps):
            loss = loss_of(net)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            first = loss.item() if first is None else first
        return first

    return run


def _net_alone(seed: int, batch: Batch) -> Callable[[int], None]:
    net = _net(seed)
    gradient = torch.ones_like(net(batch.images))

    def run(steps: int) -> None:
        for _ in range(steps):
            net.zero_grad()
            net(batch.images).backward(gradient)

    return run


def _alone(seed: int, batch: Batch, loss_of: Callable[[torch.Tensor], torch.Tensor]) -> Callable[[int], float | None]:
    embeddings = _net(seed)(batch.images).detach().requires_grad_()

    def run(steps: int) -> float:
        for _ in range(steps):
            embeddings.grad = None
            loss = loss_of(embeddings)
            loss.backward()
        return loss.item()

    return run


def _whole(loss: str, seed: int) -> Callable[[int], float]:
    """Return the study's training, start and drawing of triplets included."""
    images = _images(seed)

    def run(steps: int) -> float:
        return train(Plan(loss=loss, batch=TRIPLETS), Recipe(steps=steps, rate=RATE), images, seed, 0).losses[0]

    return run


def _ours(loss: str, embeddings: torch.Tensor, batch: Batch) -> torch.Tensor:
    same, _, others = batch.labels.chunk(3)
    return LOSSES[loss](*embeddings.chunk(3), same, others)


def _theirs(loss: str, batch: Batch) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return the peer's loss of embeddings: plain Euclidean distance and mean, as ours."""
    from pytorch_metric_learning.distances import LpDistance
    from pytorch_metric_learning.losses import TripletMarginLoss
    from pytorch_metric_learning.miners import BatchHardMiner
    from pytorch_metric_learning.reducers import MeanReducer

    plain = LpDistance(normalize_embeddings=False)
    margin = TripletMarginLoss(margin=1.0, distance=plain, reducer=MeanReducer())
    if loss == MARGIN:
        triplets = torch.arange(3 * TRIPLETS).chunk(3)
        return lambda embeddings: margin(embeddings, batch.labels, triplets)
    miner = BatchHardMiner(distance=plain)
    return lambda embeddings: margin(embeddings, batch.labels, miner(embeddings, batch.labels))
