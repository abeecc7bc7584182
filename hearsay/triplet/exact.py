"""What needs no statistics: each sentence tried on small nets, and the cases in which it is so counted."""

import itertools
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import torch
from torch import nn

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.tables import Table
from hearsay.triplet import written
from hearsay.triplet.checks import branch_discrepancy, unshared_state
from hearsay.triplet.sampling import DISTRIBUTIONS
from hearsay.triplet.sharing import share, share_known
from hearsay.triplet.training import Plan, train
from hearsay.triplet.written import RECIPE, WEIGHTS
from hearsay.vision.data import Images
from hearsay.vision.nets import asker

STATISTICS = ("running_mean", "running_var")
OLD = "running_std"  # the variance's name in Torch7 until January 2016
ROUNDING = 1e-5  # relative difference that rounding explains within a step

OLD_NAME = "the variance's old name shares the variance, where unknown names are passed over"
TOLD = "an unknown name is passed over by this study's own sharing"
ADDED = "names that are added cancel what others share"
DROPOUT = "dropout of probability 0 changes a training"
CUBE = "three passes at momentum m differ from one at 1 - (1 - m)^3, beyond rounding"
COMPENSATED = "three passes at 1 - (1 - m)^(1/3) differ from one at m, all on one batch, beyond rounding"
COMPENSATED_APART = "three passes at 1 - (1 - m)^(1/3) on three batches differ from one at m on their mean moments"
BETWEEN = "variance of three batches as one differs from mean variance within plus variance between, beyond rounding"
LARGER = "variance of three batches as one exceeds their mean variance"
SGD = "gradients apart change a step of SGD, beyond rounding"
DECAYED = "gradients apart change a step of SGD with weight decay, beyond rounding"
ADAM = "gradients apart change a step of Adam, beyond rounding"
LISTED = "tied parameters listed once a branch in the optimiser change a step of SGD, beyond rounding"

TORCH7, MOMENTUM, SPREAD, GRADIENTS = "names, as in Torch7", "momentum", "variance", "gradients"
EXPECTED = {  # what a sentence is about, and whether it must be true
    **written.EXPECTED,
    OLD_NAME: (TORCH7, False),
    TOLD: (TORCH7, False),
    ADDED: (TORCH7, False),
    DROPOUT: ("dropout", False),
    CUBE: (MOMENTUM, False),
    COMPENSATED: (MOMENTUM, False),
    COMPENSATED_APART: (MOMENTUM, True),
    BETWEEN: (SPREAD, False),
    LARGER: (SPREAD, True),
    SGD: (GRADIENTS, False),
    DECAYED: (GRADIENTS, True),
    ADAM: (GRADIENTS, True),
    LISTED: (GRADIENTS, True),
}

EXACT = Table(
    "triplet/exact",
    "Sentences tried on small nets",
    key=("about", "sentence"),
    columns={
        "about": "what the sentence is about",
        "sentence": "what was tried, as a sentence that is true or not in a case",
        "expected": "whether it must be true, by what torch's code and algebra say",
        "cases": "cases tried, of different weights and images",
        "true": "of them, those in which it is true",
        "largest": "largest difference seen, relative; empty where it is none of size",
    },
    text=("about", "sentence"),
)


def exact(images: Images, seed: int, cases: int) -> pd.DataFrame:
    """Return `EXACT`; images: those of a training; cases: seeds a sentence, times three where a training is seen."""
    tried: dict[str, Callable] = {
        OLD_NAME: _old_name,
        TOLD: _told,
        ADDED: _added,
        CUBE: _cube,
        COMPENSATED: lambda k, batches: _compensated(k, batches[:1] * 3),
        COMPENSATED_APART: lambda k, batches: _compensated(k, batches),
        BETWEEN: _between,
        LARGER: _larger,
        SGD: lambda k, batches: _gradients_apart(k, batches, _sgd),
        DECAYED: lambda k, batches: _gradients_apart(k, batches, _decayed),
        ADAM: lambda k, batches: _gradients_apart(k, batches, _adam),
        LISTED: _listed,
    }
    found = written.written(images, seed, cases)
    found |= {sentence: [one(k, _batches(images, seed, k)) for k in range(cases)] for sentence, one in tried.items()}
    found[DROPOUT] = list(_dropout(images, seed, cases))
    rows = [(about, sentence, expected, *_counted(found[sentence])) for sentence, (about, expected) in EXPECTED.items()]
    return pd.DataFrame(rows, columns=list(EXACT.columns))


def _counted(found: list[tuple[bool, float]]) -> tuple[int, int, float]:
    sizes = [size for _, size in found]
    return len(found), sum(true for true, _ in found), float(np.nan if np.isnan(sizes).all() else np.nanmax(sizes))


def _batches(images: Images, seed: int, case: int) -> list[torch.Tensor]:
    """Return three batches of images, of three different brightnesses."""
    rng = seeds.generator(seed, "triplet", "exact", case)
    places = rng.choice(len(images.labels), (3, 8), replace=True)
    return [torch.from_numpy(images.pixels[rows]).float() / 255 + 0.3 * k for k, rows in enumerate(places)]


def _net(case: int, batch: torch.Tensor) -> nn.Sequential:
    torch.manual_seed(case)
    return asker("batch", batch.shape[1], batch.shape[-1], (4, 4), 3)


def _sgd(parameters) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, 0.01)


def _decayed(parameters) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, 0.01, weight_decay=0.1)


def _adam(parameters) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, 0.01)


def _step(branches: list[nn.Module], batches: list[torch.Tensor], optimiser: torch.optim.Optimizer) -> torch.Tensor:
    """Return the first branch's parameters after a step, each branch on a batch of its own."""
    sum(branch(batch).square().mean() for branch, batch in zip(branches, batches, strict=False)).backward()
    optimiser.step()
    return torch.cat([p.detach().flatten() for p in branches[0].parameters()])


def _trained(branches: list[nn.Module], batches: list[torch.Tensor]) -> torch.Tensor:
    return _step(branches, batches, _sgd(nn.ModuleList(branches).parameters()))


def _old_name(case: int, batches: list[torch.Tensor]) -> tuple[bool, float]:
    """Say whether the variance is one where its old name was given, and passed over in silence."""
    net = _net(case, batches[0])
    branches = [net, share_known(net, [*WEIGHTS, "running_mean", OLD])]
    _trained(branches, batches)
    apart = {row.name.rsplit(".", 1)[-1] for row in unshared_state(branches)}
    return "running_var" not in apart, branch_discrepancy(branches, batches[0]).output


def _told(case: int, batches: list[torch.Tensor]) -> tuple[bool, float]:
    """Say whether `share` goes on where it is given the old name."""
    try:
        share(_net(case, batches[0]), [*WEIGHTS, "running_mean", OLD])
    except HearsayError:
        return False, np.nan
    return True, np.nan


def _added(case: int, batches: list[torch.Tensor]) -> tuple[bool, float]:
    """Say whether anything that few names share is no longer shared when names are added."""
    few = _net(case, batches[0])
    shared = [
        {row.name for row in unshared_state([few, share(few, names)])} for names in (WEIGHTS, WEIGHTS + STATISTICS)
    ]
    return bool(shared[1] - shared[0]), np.nan


def _passed(case: int, batches: list[torch.Tensor], momentum: float) -> torch.Tensor:
    """Return the running statistics of a layer after passes, from statistics that are not those of a new layer."""
    layer = nn.BatchNorm2d(batches[0].shape[1], momentum=momentum)
    rng = seeds.generator(case, "triplet", "running statistics", 0)
    layer.running_mean += float(rng.normal())
    layer.running_var *= float(rng.uniform(0.5, 2))
    for batch in batches:
        layer(batch)
    return torch.cat([layer.running_mean, layer.running_var])


def _momentum(case: int) -> float:
    return float(seeds.generator(case, "triplet", "momentum", 0).uniform(0.01, 0.9))


def _apart(one: torch.Tensor, other: torch.Tensor, least: float = ROUNDING) -> tuple[bool, float]:
    size = float((one - other).abs().max() / other.abs().max())
    return size > least, size


def _cube(case: int, batches: list[torch.Tensor]) -> tuple[bool, float]:
    m = _momentum(case)
    return _apart(_passed(case, batches[:1] * 3, m), _passed(case, batches[:1], 1 - (1 - m) ** 3))


def _compensated(case: int, batches: list[torch.Tensor]) -> tuple[bool, float]:
    """Compare three passes at the compensated momentum with one at m on the mean of the batches' moments."""
    m = _momentum(case)
    mean = torch.stack([_passed(case, [batch], 1.0) for batch in batches]).mean(0)
    once = torch.lerp(_passed(case, batches, 0.0), mean, m)
    return _apart(_passed(case, batches, 1 - (1 - m) ** (1 / 3)), once)


def _moments(batches: list[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return variance of all batches as one, mean variance within, and variance between, denominators n, by channel."""
    parts = torch.stack(batches).double()
    within = parts.var((1, 3, 4), unbiased=False).mean(0)
    return parts.var((0, 1, 3, 4), unbiased=False), within, parts.mean((1, 3, 4)).var(0, unbiased=False)


def _between(case: int, batches: list[torch.Tensor]) -> tuple[bool, float]:
    whole, within, between = _moments(batches)
    # torch's own layer, over all batches as one: its running variance carries the correction n - 1
    layer = nn.BatchNorm2d(len(whole), momentum=1.0)
    layer(torch.cat(batches))
    n = torch.cat(batches).numel() / len(whole)
    return _apart(layer.running_var.double() * (n - 1) / n, within + between)


def _larger(case: int, batches: list[torch.Tensor]) -> tuple[bool, float]:
    whole, within, _ = _moments(batches)
    return bool((whole > within).all()), float((whole / within - 1).max())


def _gradients_apart(case: int, batches: list[torch.Tensor], optimiser: Callable) -> tuple[bool, float]:
    """Say whether tied weights with gradients of their own go another way."""
    ends = []
    for gradients in (True, False):
        net = _net(case, batches[0])
        branches = [net, share(net, WEIGHTS, gradients)]
        ends.append(_step(branches, batches, optimiser(nn.ModuleList(branches).parameters())))
    return _apart(*ends)


def _listed(case: int, batches: list[torch.Tensor]) -> tuple[bool, float]:
    """Say whether parameters that stand in the optimiser's list once a branch go another way; torch warns of it."""
    ends = []
    for listed_once in (True, False):
        net = _net(case, batches[0])
        branches = [net, share(net, WEIGHTS)]
        every = itertools.chain(*(branch.parameters() for branch in branches))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            optimiser = _sgd(nn.ModuleList(branches).parameters() if listed_once else every)
        ends.append(_step(branches, batches, optimiser))
    return _apart(*ends)


def _dropout(images: Images, seed: int, cases: int) -> Iterator[tuple[bool, float]]:
    """Yield for each distribution whether a training ends elsewhere without its dropout of probability 0."""
    for replicate in range(cases):
        for distribution in DISTRIBUTIONS:
            plan = Plan(batch=written.BATCH, distribution=distribution)
            one, other = (train(p, RECIPE, images, seed, replicate) for p in (plan, plan._replace(dropout=False)))
            weights = [torch.cat([p.detach().flatten() for p in run.nets[0].parameters()]) for run in (one, other)]
            kept = [torch.stack(list(run.kept.values())) for run in (one, other)]
            same = torch.equal(*weights) and torch.equal(*kept)
            yield not same, float((weights[0] - weights[1]).abs().max())
