"""What needs no statistics: each sentence tried on small nets, and the cases in which it is so counted."""

import copy
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import torch
from torch import nn

from hearsay import seeds
from hearsay.tables import Table
from hearsay.triplet.sampling import DISTRIBUTIONS
from hearsay.triplet.sharing import branch_discrepancy, share, share_known, unshared_state
from hearsay.triplet.training import Plan, Recipe, train
from hearsay.vision.data import Images
from hearsay.vision.nets import asker

WEIGHTS, STATISTICS = ("weight", "bias"), ("running_mean", "running_var")
OLD = "running_std"  # the variance's name in Torch7 until January 2016

OLD_NAME, ADDED, DROPOUT = "old name shares the variance", "added names cancel others", "dropout at 0 changes a bit"
TRAINING_MODE, ONCE, SGD, ADAM = (
    "training mode sees a difference",
    "one module called three times differs from both shared",
    "gradients apart change a step of SGD",
    "gradients apart change a step of Adam",
)

EXACT = Table(
    "triplet/exact",
    "Sentences tried on small nets",
    key=("sentence",),
    columns={
        "sentence": "what was tried, as a sentence that is true or not in a case",
        "cases": "cases tried",
        "true": "of them, those in which it is true",
        "largest": "largest difference seen; empty where it is none of size",
    },
    text=("sentence",),
)


def exact(images: Images, seed: int, cases: int) -> pd.DataFrame:
    """Return `EXACT`; images: those of a training; cases: seeds a sentence."""
    tried = {
        OLD_NAME: _old_name,
        ADDED: _added,
        TRAINING_MODE: _training_mode,
        ONCE: _called_three_times,
        SGD: lambda k, pixels: _gradients_apart(k, pixels, torch.optim.SGD),
        ADAM: lambda k, pixels: _gradients_apart(k, pixels, torch.optim.Adam),
    }
    rows = []
    for sentence, one in tried.items():
        found = [one(k, _batches(images, seed, k)) for k in range(cases)]
        rows.append((sentence, *_counted(found)))
    rows.append((DROPOUT, *_counted(list(_dropout(images, seed, cases)))))
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


def _step(branches: list[nn.Module], batches: Iterable[torch.Tensor], kind: type = torch.optim.SGD) -> None:
    optimiser = kind(nn.ModuleList(branches).parameters(), 0.01)
    sum(branch(batch).square().mean() for branch, batch in zip(branches, batches, strict=False)).backward()
    optimiser.step()


def _old_name(case: int, batches: list[torch.Tensor]) -> tuple[bool, float]:
    """Say whether the variance is one where its old name was given, and passed over in silence."""
    net = _net(case, batches[0])
    branches = [net, share_known(net, [*WEIGHTS, "running_mean", OLD])]
    _step(branches, batches)
    apart = {row.name.rsplit(".", 1)[-1] for row in unshared_state(branches)}
    return "running_var" not in apart, branch_discrepancy(branches, batches[0]).output


def _added(case: int, batches: list[torch.Tensor]) -> tuple[bool, float]:
    """Say whether anything that few names share is no longer shared when names are added."""
    few = _net(case, batches[0])
    shared = [
        {row.name for row in unshared_state([few, share(few, names)])} for names in (WEIGHTS, WEIGHTS + STATISTICS)
    ]
    return bool(shared[1] - shared[0]), np.nan


def _training_mode(case: int, batches: list[torch.Tensor]) -> tuple[bool, float]:
    """Say whether branches without common statistics differ on the same batch in training mode."""
    net = _net(case, batches[0])
    branches = [net, share(net, WEIGHTS)]
    _step(branches, batches)
    with torch.no_grad():
        one, other = (branch.train()(batches[2]) for branch in branches)
    return not torch.equal(one, other), float((one - other).abs().max())


def _called_three_times(case: int, batches: list[torch.Tensor]) -> tuple[bool, float]:
    """Say whether one module called on three batches is another net than three that share everything."""
    net = _net(case, batches[0])
    alone = copy.deepcopy(net)
    names = (*WEIGHTS, *STATISTICS, "num_batches_tracked")
    _step([net, share(net, names), share(net, names)], batches)
    _step([alone] * 3, batches)
    pairs = zip(net.state_dict().values(), alone.state_dict().values(), strict=True)
    sizes = [float((a - b).abs().max()) for a, b in pairs]
    return max(sizes) > 0, max(sizes)


def _gradients_apart(case: int, batches: list[torch.Tensor], kind: type) -> tuple[bool, float]:
    """Say whether tied weights with gradients of their own go another way, beyond rounding."""
    ends = []
    for gradients in (True, False):
        net = _net(case, batches[0])
        _step([net, share(net, WEIGHTS, gradients)], batches, kind)
        ends.append(torch.cat([p.detach().flatten() for p in net.parameters()]))
    size = float((ends[0] - ends[1]).abs().max())
    return size > 1e-6, size


def _dropout(images: Images, seed: int, cases: int) -> Iterator[tuple[bool, float]]:
    """Yield for each distribution whether a training ends elsewhere without its dropout of probability 0."""
    recipe = Recipe(steps=10, maps=(4, 4), embedding=3)
    for replicate in range(cases):
        for distribution in DISTRIBUTIONS:
            plan = Plan(batch=8, distribution=distribution)
            one, other = (train(p, recipe, images, seed, replicate) for p in (plan, plan._replace(dropout=False)))
            weights = [torch.cat([p.detach().flatten() for p in run.nets[0].parameters()]) for run in (one, other)]
            kept = [torch.stack(list(run.kept.values())) for run in (one, other)]
            same = torch.equal(*weights) and torch.equal(*kept)
            yield not same, float((weights[0] - weights[1]).abs().max())
