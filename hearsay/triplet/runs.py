"""The trainings of the study and their raw results, split over jobs by training."""

import os
from collections.abc import Mapping
from typing import Any

import pandas as pd
import torch
from torch import nn

from hearsay import seeds
from hearsay.progress import progress
from hearsay.tables import Table
from hearsay.triplet.evaluation import SHARINGS, branch_statistics, embed, evaluate, leak
from hearsay.triplet.sampling import CLEAN, DISTRIBUTIONS, IID, SHIFTED, seen
from hearsay.triplet.sharing import relative
from hearsay.triplet.training import APART, PASSES, PER_BRANCH, Plan, Recipe, train
from hearsay.vision.checkpoint import Checkpoint
from hearsay.vision.data import Split
from hearsay.vision.losses import LOSSES
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


def plans(config: Mapping[str, Any]) -> dict[str, list[Plan]]:
    """Return the plans by what is changed in them; config: `batch`, `batches`, `frozen`."""
    base = Plan(batch=config["batch"])
    everywhere = [base._replace(distribution=kind) for kind in DISTRIBUTIONS]
    extremes = [base._replace(distribution=kind) for kind in (IID, SHIFTED)]
    found = {passes: [plan._replace(passes=passes) for plan in everywhere] for passes in PASSES}
    found["three nets"] = [plan._replace(ties=APART) for plan in everywhere]
    for norm, name in (("group", "GroupNorm"), ("none", "no normalisation")):
        found[name] = [plan._replace(norm=norm) for plan in extremes]
    for loss in LOSSES:
        if loss != base.loss:
            found[f"loss: {loss}"] = [plan._replace(loss=loss) for plan in extremes]
    for batch in config["batches"]:
        if batch != base.batch:
            found[f"batch of {batch}"] = [plan._replace(batch=batch) for plan in extremes]
    found["frozen late"] = [plan._replace(frozen=config["frozen"]) for plan in extremes]
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
    config: Mapping[str, Any], images: Split, seed: int, number: int, shards: int, resume: str | os.PathLike
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return `OUTCOMES`, `STEPS` and `LAYERS` of every `shards`-th training, from `number` on.

    resume: where the job keeps how far it has come; a job that was killed goes on from there.
    """
    question = repr((sorted(config.items()), seed, number, shards, [part.pixels.shape for part in images]))
    done = Checkpoint(f"{resume}.rows", question)
    rows = done.state or {"finished": 0, "tables": [[], [], []]}
    mine = trainings(config)[number::shards]
    for k, (name, plan, replicate) in enumerate(progress(mine, f"trainings, part {number + 1} of {shards}")):
        if k < rows["finished"]:
            continue
        one = Checkpoint(f"{resume}.training", f"{question} {k}")
        found = run(name, plan, recipe(config), images, seed, replicate, one)
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
    return Recipe(config["steps"], config["rate"], config["momentum"], tuple(config["maps"]), config["embedding"])


def run(
    name: str,
    plan: Plan,
    recipe: Recipe,
    images: Split,
    seed: int,
    replicate: int,
    checkpoint: Checkpoint | None = None,
) -> tuple[list[tuple], list[tuple], list[tuple]]:
    """Train and evaluate once; return the rows of `OUTCOMES`, `STEPS` and `LAYERS`."""
    compared = seen(torch.from_numpy(images.test.pixels[:WATCHED]), CLEAN)
    steps: list[tuple] = []
    watched = name == PER_BRANCH and plan.norm == "batch"
    at = set(marks(recipe.steps))

    def watch(step: int, branches: list[nn.Module], kept: dict[str, torch.Tensor]) -> None:
        if step in at:
            for sharing in SHARINGS:
                apart = relative([embed(branches[0], s, compared) for s in branch_statistics(kept, sharing)])
                steps.append((plan.distribution, sharing, step, replicate, apart))

    watching = {"watch": watch, "notes": steps} if watched else {}
    trained = train(plan, recipe, images.train, seed, replicate, checkpoint=checkpoint, **watching)
    rng = seeds.generator(seed, "triplet", "evaluation", replicate)
    where = (name, plan.distribution)
    rows = [
        (*where, arm, outcome, replicate, float(value)) for arm, outcome, value in evaluate(plan, trained, images, rng)
    ]
    if plan.passes == PER_BRANCH and plan.ties != APART:
        told = leak(plan, trained.nets[0], images, seeds.generator(seed, "triplet", "leak", replicate))
        rows.append((*where, "batch", LEAK, replicate, told))
    return rows, steps, list(_layers(plan, trained.nets[0], trained.kept, compared, replicate)) if watched else []


def _layers(plan: Plan, net: nn.Sequential, kept: dict[str, torch.Tensor], images: torch.Tensor, replicate: int):
    """Yield the rows of `LAYERS`: every branch by itself, layer by layer."""
    for sharing in SHARINGS:
        outputs = []
        for state in branch_statistics(kept, sharing):
            outputs.append([images])
            with torch.no_grad(), using(net, state):
                for layer in net:
                    outputs[-1].append(layer(outputs[-1][-1]))
        for place, layer in enumerate(net):
            apart = relative([branch[place + 1] for branch in outputs])
            yield plan.distribution, sharing, place, type(layer).__name__, replicate, apart
