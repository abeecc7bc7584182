"""The trainings of the study and their raw results, split over jobs by training."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import nn

from hearsay import seeds
from hearsay.moments import shifted
from hearsay.moments.classifier import Plan, Recipe, Trained, seen, train
from hearsay.moments.conditions import BATCH, REESTIMATED, Conditions
from hearsay.moments.evaluation import Answers, answers, outputs_by_batch, outputs_under
from hearsay.moments.shifted import ACCURACY, CALIBRATION, LOSS, TESTED
from hearsay.progress import progress
from hearsay.tables import Table
from hearsay.vision import statistics
from hearsay.vision.checkpoint import Checkpoint, question
from hearsay.vision.data import Images, Split

BASE, BATCH_OF, DEPTH, SCALE = "base", "batch of ", "depth ", "scale "
TRAINING = "training mode, own batches"
FINE, COARSE = 6, 2  # looks for each factor of ten in the steps, of the base and of the other trainings
CHUNK = 500  # images of a batch in a pass that re-estimates

_WHERE = {
    "training": "what was changed in the training",
    "step": "steps of training done",
    "condition": "which statistics; for training mode, the mean over its own batches since the look before",
}
OUTCOMES = Table(
    "moments/outcomes",
    "What every training is good for, by step and statistics",
    key=("training", "step", "condition", "outcome", "replicate"),
    columns={
        **_WHERE,
        "outcome": "accuracy; loss, cross entropy in nats; expected calibration error, as a share",
        "replicate": "number of the training, from 0; trainings of one number are paired",
        "value": "the value",
    },
    text=("training", "condition", "outcome"),
)
ERRORS = Table(
    "moments/errors",
    "Errors of statistics layer by layer",
    key=("training", "step", "condition", "layer", "quantity", "replicate"),
    columns={
        **_WHERE,
        "layer": "number of the normalised layer, from 0",
        "quantity": "mean: error of means in true standard deviations; variance: of natural logarithms of variances; "
        "root mean squares over channels, the truth being the re-estimated ones",
        "replicate": "number of the training",
        "value": "the error",
    },
    text=("training", "condition", "quantity"),
)
TABLES = (OUTCOMES, ERRORS, TESTED)


def plans(config: Mapping[str, Any]) -> dict[str, Plan]:
    """Return the plans by what is changed in them; config: `batch`, `batches`, `depths`, `scales`."""
    base = Plan(batch=config["batch"])
    found = {BASE: base}
    changes = (("batch", "batches", BATCH_OF), ("depth", "depths", DEPTH), ("scale", "scales", SCALE))
    for field, option, words in changes:
        values = [value for value in config[option] if value != getattr(base, field)]
        found |= {f"{words}{value:g}": base._replace(**{field: value}) for value in values}
    return found


def trainings(config: Mapping[str, Any]) -> list[tuple[str, Plan, int]]:
    """Return all trainings: name, plan and replicate."""
    return [(name, plan, k) for k in range(config["replicates"]) for name, plan in plans(config).items()]


def steps_of(name: str, config: Mapping[str, Any]) -> int:
    """Return the steps of a training: `steps` of the base, `short` of the others."""
    return config["steps"] if name == BASE else config["short"]


def marks(steps: int, a_decade: int) -> list[int]:
    """Return the steps after which is evaluated: so many for each factor of ten, evenly by ratio, and the last."""
    powers = np.arange(0, np.log10(steps), 1 / a_decade)
    return sorted({steps, *(round(10.0**power) for power in powers)})


def shard(
    config: Mapping[str, Any],
    images: Split,
    seed: int,
    number: int,
    shards: int,
    resume: str | os.PathLike,
    code: str = "",
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return `OUTCOMES`, `ERRORS` and `TESTED` of every `shards`-th training, from `number` on.

    resume: where the job keeps how far it has come; a job that was killed goes on from there. code: digest of the code
    that the job runs; what other code has kept is not used.
    """
    images = Split(*(smaller(part, config["pixels"]) for part in images))
    asked = question((code, sorted(config.items()), seed, number, shards), (array for part in images for array in part))
    done = Checkpoint(f"{resume}.rows", asked)
    rows = done.state or {"finished": 0, "tables": [[], [], []]}
    mine = trainings(config)[number::shards]
    for k, (name, plan, replicate) in enumerate(progress(mine, f"trainings, part {number + 1} of {shards}")):
        if k < rows["finished"]:
            continue
        one = Checkpoint(f"{resume}.training", f"{asked} {k}")
        found = run(name, plan, config, images, seed, replicate, one)
        tables = [[*before, *map(list, new)] for before, new in zip(rows["tables"], found, strict=True)]
        rows = {"finished": k + 1, "tables": tables}
        done.save(rows)
        one.clear()
    frames = [
        pd.DataFrame(part, columns=list(table.columns)) for part, table in zip(rows["tables"], TABLES, strict=True)
    ]
    done.clear()
    return tuple(frames)


def smaller(images: Images, pixels: int | None) -> Images:
    """Return images of at most so many pixels in height and width, None for as they are."""
    if pixels is None or images.pixels.shape[-1] <= pixels:
        return images
    found = torch.from_numpy(images.pixels)
    found = nn.functional.interpolate(found, (pixels, pixels), mode="bilinear", antialias=True)
    return Images(found.numpy(), images.labels)


class Seen(NamedTuple):
    """What a replicate's trainings are evaluated with, as the net sees it.

    tests: (n, c, h, w), in mixed order; labels: (n,); train: images to re-estimate from, in mixed order.
    """

    tests: torch.Tensor
    labels: torch.Tensor
    train: torch.Tensor


def drawn(config: Mapping[str, Any], images: Split, scale: float, rng: np.random.Generator) -> Seen:
    """Return `tested` test images and as many training images as any re-estimate takes, drawn by replicate."""
    tests = rng.permutation(len(images.test.labels))[: config["tested"]]
    train = rng.permutation(len(images.train.labels))[: max(config["full"], *config["samples"])]
    labels = torch.from_numpy(images.test.labels[tests])
    return Seen(seen(images.test.pixels[tests], scale), labels, seen(images.train.pixels[train], scale))


def run(
    name: str,
    plan: Plan,
    config: Mapping[str, Any],
    images: Split,
    seed: int,
    replicate: int,
    checkpoint: Checkpoint | None = None,
) -> tuple[list[tuple], list[tuple], list[tuple]]:
    """Train and evaluate once; return the rows of `OUTCOMES`, `ERRORS` and `TESTED`."""
    base, steps = name == BASE, steps_of(name, config)
    rng = seeds.generator(seed, "moments", "evaluation", replicate)
    data = drawn(config, images, plan.scale, rng)
    looks = marks(steps, FINE if base else COARSE)
    if base:  # at that look it is as long as the others, and the same training
        looks = sorted({*looks, config["short"]})
    kept: dict[str, Any] = {"outcomes": [], "errors": []}
    conditions: Conditions | None = None

    def watch(step: int, net: nn.Module, moments: torch.Tensor | None) -> None:
        nonlocal conditions
        if conditions is None:
            conditions = Conditions(net, config["decays"], steps, config["tail"])
            if "conditions" in kept:
                conditions.restore(kept["conditions"])
        if moments is not None:
            conditions.update(moments)
        kept["conditions"] = conditions.state()
        if step in looks:
            truth = _reestimated(net, data, config["full"])
            states = conditions.kept | {REESTIMATED: truth}
            if step == steps:
                few = [n for n in config["samples"] if n <= len(data.train)]
                states |= {reestimated_from(n): _reestimated(net, data, n) for n in few}
            for condition, worth in _evaluations(net, states, data, plan.batch):
                kept["outcomes"] += [[name, step, condition, what, replicate, value] for what, value in worth]
            if base or step == steps:
                kept["errors"] += [[name, step, *row, replicate, value] for *row, value in _errors(net, states, truth)]

    recipe = Recipe(steps, config["rate"], config["maps"])
    trained = train(plan, recipe, images.train, seed, replicate, watch, checkpoint, kept=kept)
    own = [(name, *row[:-1], replicate, row[-1]) for row in _own_batches(trained, looks)]
    tested: list[tuple] = []
    if base:
        truth = _reestimated(trained.net, data, config["full"])
        what = (data.tests, data.labels, config["test_batches"], config["test_momentum"])
        tested = [(*row, replicate, value) for *row, value in shifted.evaluate(trained.net, truth, *what, rng)]
    return [*map(tuple, kept["outcomes"]), *own], [*map(tuple, kept["errors"])], tested


def reestimated_from(images: int) -> str:
    """Return the name of statistics that were re-estimated from so many images."""
    return f"{REESTIMATED} from {images}"


def _reestimated(net: nn.Module, data: Seen, images: int) -> torch.Tensor:
    return statistics.full_pass(net, data.train[:images].split(CHUNK))


def _named(worth: Answers) -> list[tuple[str, float]]:
    return list(zip((ACCURACY, LOSS, CALIBRATION), worth, strict=True))


def _evaluations(
    net: nn.Module, states: Mapping[str, torch.Tensor], data: Seen, batch: int
) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """Yield the conditions and what answers under them are worth."""
    for condition, state in states.items():
        yield condition, _named(answers(outputs_under(net, state, data.tests), data.labels))
    yield BATCH, _named(answers(outputs_by_batch(net, data.tests, batch), data.labels))


def _errors(
    net: nn.Module, states: Mapping[str, torch.Tensor], truth: torch.Tensor
) -> Iterator[tuple[str, int, str, float]]:
    """Yield condition, layer, quantity and error of all statistics but the truth."""
    for condition, state in states.items():
        if condition != REESTIMATED:
            for layer, pair in enumerate(statistics.errors(net, state, truth).values()):
                yield from ((condition, layer, *row) for row in zip(("mean", "variance"), pair, strict=True))


def _own_batches(trained: Trained, looks: Sequence[int]) -> Iterator[tuple[int, str, str, float]]:
    """Yield step, condition, outcome and value of the training's own batches between two looks."""
    for before, step in zip([0, *looks[:-1]], looks, strict=True):
        yield step, TRAINING, ACCURACY, float(np.mean(trained.hits[before:step]))
        yield step, TRAINING, LOSS, float(np.mean(trained.losses[before:step]))
