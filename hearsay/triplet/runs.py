"""The trainings of the study and their raw results, split over jobs by training."""

import os
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import torch
from torch import nn

from hearsay import seeds
from hearsay.progress import progress
from hearsay.tables import Table
from hearsay.triplet.evaluation import BATCH, SHARINGS, branch_statistics, embed, evaluate, leak
from hearsay.triplet.sampling import DISTRIBUTIONS, IID, MILDER, SHIFTED, seen
from hearsay.triplet.training import ADAM, APART, HOFFER, PASSES, PER_BRANCH, VALUES, Plan, Recipe, train
from hearsay.vision.checkpoint import Checkpoint, question
from hearsay.vision.data import Split
from hearsay.vision.device import prepare
from hearsay.vision.losses import LOSSES
from hearsay.vision.metrics import discrepancy
from hearsay.vision.statistics import using

LEAK = "branch told from a batch's statistics"
WATCHED = 256  # test images whose embeddings are compared step by step

_PLAN = {
    "training": "what was changed in the training",
    "distribution": "what the three branches see",
}
OUTCOMES = Table(
    "triplet/outcomes",
    "What every training is good for, by statistics",
    key=("training", "distribution", "statistics", "outcome", "replicate"),
    columns={
        **_PLAN,
        "statistics": "what branches share besides the parameters, or how one pair of statistics is kept",
        "outcome": "what is measured",
        "replicate": "number of the training, from 0; trainings of one number are paired",
        "value": "the value",
    },
    text=("training", "distribution", "statistics", "outcome"),
)
STEPS = Table(
    "triplet/steps",
    "Discrepancy of branches during the training",
    key=("distribution", "statistics", "step", "replicate"),
    columns={
        "distribution": _PLAN["distribution"],
        "statistics": "what branches share besides the parameters",
        "step": "steps of training done",
        "replicate": "number of the training",
        "discrepancy": "largest relative distance of two branches' embeddings of the same images, evaluation mode",
    },
    text=("distribution", "statistics"),
)
LAYERS = Table(
    "triplet/layers",
    "Discrepancy of branches after each layer, at the end of the training",
    key=("distribution", "statistics", "place", "replicate"),
    columns={
        "distribution": _PLAN["distribution"],
        "statistics": "what branches share besides the parameters",
        "place": "number of the layer, from 0",
        "layer": "its kind",
        "replicate": "number of the training",
        "discrepancy": "largest relative distance of two branches' outputs of the layer for the same images",
    },
    text=("distribution", "statistics", "layer"),
)
TABLES = (OUTCOMES, STEPS, LAYERS)

# Trainings by what is changed in them, against that per branch.
THREE_NETS, AGAIN, OTHER_NET = "three nets", "per branch again", "Hoffer & Ailon's net"
WITH_ADAM, GRADIENTS_APART = "Adam", "Adam, gradients apart"
GROUP_NORM, NO_NORM, FROZEN = "GroupNorm", "no normalisation", "frozen late"
LOSS, BATCH_OF = "loss: ", "batch of "


def plans(config: Mapping[str, Any]) -> dict[str, list[Plan]]:
    """Return the plans by what is changed in them; config: `batch`, `batches`, `frozen`, `hoffer_maps`."""
    base = Plan(batch=config["batch"])
    everywhere = [base._replace(distribution=kind) for kind in DISTRIBUTIONS]
    found = {passes: [plan._replace(passes=passes) for plan in everywhere] for passes in PASSES}
    found[PER_BRANCH] += [base._replace(distribution=kind) for kind in MILDER]
    found[THREE_NETS] = [plan._replace(ties=APART) for plan in everywhere]
    changes: dict[str, dict[str, Any]] = {
        AGAIN: {"again": True},
        GROUP_NORM: {"norm": "group"},
        NO_NORM: {"norm": "none"},
        **{f"{LOSS}{loss}": {"loss": loss} for loss in LOSSES if loss != base.loss},
        **{f"{BATCH_OF}{batch}": {"batch": batch} for batch in config["batches"] if batch != base.batch},
        FROZEN: {"frozen": config["frozen"]},
        WITH_ADAM: {"optimiser": ADAM},
        GRADIENTS_APART: {"optimiser": ADAM, "ties": VALUES},
        **({OTHER_NET: {"net": HOFFER}} if config["hoffer_maps"] else {}),
    }
    for name, change in changes.items():
        found[name] = [base._replace(distribution=kind, **change) for kind in (IID, SHIFTED)]
    return found


def trainings(config: Mapping[str, Any]) -> list[tuple[str, Plan, int]]:
    """Return all trainings: name, plan and replicate."""
    return [
        (name, plan, replicate)
        for replicate in range(config["replicates"])
        for name, some in plans(config).items()
        for plan in some
    ]


def marks(steps: int) -> list[int]:
    """Return the steps after which the discrepancy is taken: 0, 1, 2, 5, 10, 20, 50 ... and the last."""
    round_ones = [digit * 10**power for power in range(6) for digit in (1, 2, 5)]
    return sorted({0, steps, *(step for step in round_ones if step < steps)})


def shard(
    config: Mapping[str, Any],
    images: Split,
    seed: int,
    number: int,
    shards: int,
    resume: str | os.PathLike,
    code: str = "",
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return `OUTCOMES`, `STEPS` and `LAYERS` of every `shards`-th training, from `number` on.

    config: what `plans` and `Recipe` name, and `replicates`, `tested` (images of the test set that are used). resume:
    where the job keeps how far it has come; a job that was killed goes on from there. code: digest of the code that
    the job runs; what other code has kept is not used.
    """
    prepare(config["device"])
    asked = question((code, sorted(config.items()), seed, number, shards), (array for part in images for array in part))
    done = Checkpoint(f"{resume}.rows", asked)
    rows = done.state or {"finished": 0, "tables": [[], [], []]}
    mine = trainings(config)[number::shards]
    for k, (name, plan, replicate) in enumerate(progress(mine, f"trainings, part {number + 1} of {shards}")):
        if k < rows["finished"]:
            continue
        one = Checkpoint(f"{resume}.training", f"{asked} {k}")
        found = run(name, plan, recipe(config), images, seed, replicate, config["tested"], one)
        tables = [[*before, *map(list, new)] for before, new in zip(rows["tables"], found, strict=True)]
        rows = {"finished": k + 1, "tables": tables}
        done.save(rows)
        one.clear()
    frames = [
        pd.DataFrame(part, columns=list(table.columns)) for part, table in zip(rows["tables"], TABLES, strict=True)
    ]
    done.clear()
    return tuple(frames)


def recipe(config: Mapping[str, Any]) -> Recipe:
    """Return the recipe that the configuration asks for."""
    known = {name: config[name] for name in Recipe._fields}
    return Recipe(**known | {name: tuple(known[name]) for name in ("maps", "hoffer_maps")})


def run(
    name: str,
    plan: Plan,
    recipe: Recipe,
    images: Split,
    seed: int,
    replicate: int,
    tested: int | None = None,
    checkpoint: Checkpoint | None = None,
) -> tuple[list[tuple], list[tuple], list[tuple]]:
    """Train and evaluate once; return the rows of `OUTCOMES`, `STEPS` and `LAYERS`.

    tested: images of the test set that are used, drawn anew for each replicate; None for all.
    """
    compared = seen(torch.from_numpy(images.test.pixels[:WATCHED]))
    steps: list[tuple] = []
    watched = name == PER_BRANCH
    at = set(marks(recipe.steps))

    def watch(step: int, branches: list[nn.Module], kept: dict[str, torch.Tensor]) -> None:
        if step in at:
            for sharing in SHARINGS:
                states = branch_statistics(kept, sharing)
                apart = discrepancy(_each_once(states, lambda state: embed(branches[0], state, compared)))
                steps.append((plan.distribution, sharing, step, replicate, apart))

    watching = {"watch": watch, "notes": steps} if watched else {}
    trained = train(plan, recipe, images.train, seed, replicate, checkpoint=checkpoint, **watching)
    rng = seeds.generator(seed, "triplet", "evaluation", replicate)
    where = (name, plan.distribution)
    rows = [
        (*where, arm, outcome, replicate, float(value))
        for arm, outcome, value in evaluate(plan, trained, images, rng, tested, others=name == PER_BRANCH)
    ]
    if probed(name):
        told = leak(plan, trained.nets[0], images, seeds.generator(seed, "triplet", "leak", replicate))
        rows.append((*where, BATCH, LEAK, replicate, told))
    return rows, steps, list(_layers(plan, trained.nets[0], trained.kept, compared, replicate)) if watched else []


def probed(name: str) -> bool:
    """Return whether a training is probed for what its batches tell of the branch: by batch size, and the controls."""
    return name in (PER_BRANCH, GROUP_NORM, NO_NORM) or name.startswith(BATCH_OF)


def _layers(plan: Plan, net: nn.Sequential, kept: dict[str, torch.Tensor], images: torch.Tensor, replicate: int):
    """Yield the rows of `LAYERS`: every branch by itself, layer by layer."""

    def outputs(state: torch.Tensor) -> list[torch.Tensor]:
        found = [images.to(state.device)]
        with torch.no_grad(), using(net, state):
            for layer in net:
                found.append(layer(found[-1]))
        return found[1:]

    for sharing in SHARINGS:
        branches = _each_once(branch_statistics(kept, sharing), outputs)
        for place, (layer, *seen_by) in enumerate(zip(net, *branches, strict=True)):
            yield plan.distribution, sharing, place, type(layer).__name__, replicate, discrepancy(seen_by)


def _each_once(states: list[torch.Tensor], of: Callable[[torch.Tensor], Any]) -> list:
    """Return what `of` gives for each state, computed once for those that are the same."""
    found: dict[bytes, Any] = {}
    keys = [state.cpu().numpy().tobytes() for state in states]
    for key, state in zip(keys, states, strict=True):
        if key not in found:
            found[key] = of(state)
    return [found[key] for key in keys]
