"""What needs no statistics: sentences tried on small nets bit for bit, and the cases in which they are true counted."""

import io
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import nn

from hearsay.moments.classifier import Plan, Recipe, net, seen, train
from hearsay.moments.conditions import Conditions
from hearsay.moments.evaluation import outputs_under
from hearsay.tables import Table
from hearsay.vision import statistics
from hearsay.vision.data import Images
from hearsay.vision.nets import norm_layers

DECAYS = (0.9, 0.99, 0.999)
DEPTHS = (1, 2, 4)
RECIPE = Recipe(steps=12, maps=8)
FEW = 64  # images that are asked about
ROUNDING = 1e-4  # relative difference of outputs that rounding explains

BARE = "a checkpoint without statistics, loaded without strictness, answers as the net that was never updated"
TOLD = "loaded strictly, a checkpoint without statistics is loaded"
WHOLE = "a whole checkpoint answers as the net that it was made of"
WEIGHTS = "the weights that a training ends in depend on the decay of its statistics"
BESIDE = "statistics kept beside a net answer as its own, up to rounding"
ALIKE = "outputs in training mode depend on the statistics"
STILL = "an evaluation in evaluation mode changes the statistics"
EXPECTED = {BARE: True, TOLD: False, WHOLE: True, WEIGHTS: False, BESIDE: True, ALIKE: False, STILL: False}

EXACT = Table(
    "moments/exact",
    "Sentences tried on small nets",
    key=("sentence",),
    columns={
        "sentence": "what was tried, as a sentence that is true or not in a case",
        "expected": "whether it must be true, by what torch's code says",
        "cases": "cases tried, of different depths, decays and initial weights",
        "true": "of them, those in which it is true",
        "largest": "largest relative difference of outputs or weights seen; empty where none was taken",
    },
    text=("sentence",),
)


class Tried(NamedTuple):
    """A sentence in a case: whether it is true, and the relative difference that was seen, NaN where none was taken."""

    sentence: str
    true: bool
    difference: float = np.nan


def exact(images: Images, seed: int, cases: int) -> pd.DataFrame:
    """Return `EXACT`; images: those of a training; cases: initial weights for each depth and decay."""
    found = [
        tried
        for replicate in range(cases)
        for depth in DEPTHS
        for decay in DECAYS
        for tried in _case(Plan(batch=16, depth=depth), decay, images, seed, replicate)
    ]
    frame = pd.DataFrame(found).groupby("sentence", sort=True)
    rows = frame.agg(cases=("true", "size"), true=("true", "sum"), largest=("difference", "max")).reset_index()
    return rows.assign(expected=rows["sentence"].map(EXPECTED))[list(EXACT.columns)]


def _case(plan: Plan, decay: float, images: Images, seed: int, replicate: int) -> Iterator[Tried]:
    """Train twice, with the statistics beside the net and with the net's own, and ask both."""
    kept: list[Conditions] = []

    def beside(step: int, model: nn.Module, moments: torch.Tensor | None) -> None:
        if moments is None:
            kept.append(Conditions(model, DECAYS, RECIPE.steps, 0.25))
        else:
            kept[0].update(moments)

    def own(step: int, model: nn.Module, moments: torch.Tensor | None) -> None:
        if moments is None:
            for layer in norm_layers(model).values():
                layer.momentum = 1 - decay

    first = train(plan, RECIPE, images, seed, replicate, beside).net
    model = train(plan, RECIPE, images, seed, replicate, own).net
    asked = seen(images.pixels[:: max(len(images.pixels) // FEW, 1)])
    outputs = _evaluated(model, asked)
    weights = _apart(*(torch.nn.utils.parameters_to_vector(made.parameters()) for made in (first, model)))
    yield Tried(WEIGHTS, weights > 0, weights)
    apart = _apart(outputs_under(first, kept[0].kept[f"decay {decay:g}"], asked), outputs)
    yield Tried(BESIDE, apart <= ROUNDING, apart)
    yield from _loaded(plan, model, images, asked, outputs)
    yield from _modes(model, asked)


def _loaded(
    plan: Plan, model: nn.Module, images: Images, asked: torch.Tensor, outputs: torch.Tensor
) -> Iterator[Tried]:
    """Yield what checkpoints on disk give: all of the state, and all but the buffers."""
    shape = images.pixels.shape
    buffers = {name for name, _ in model.named_buffers()}
    bare = {name: value for name, value in model.state_dict().items() if name not in buffers}

    def new() -> nn.Module:
        return net(plan, RECIPE, shape[1], shape[-1], int(images.labels.max()) + 1)

    whole = new()
    whole.load_state_dict(_through_a_file(model.state_dict()))
    apart = _apart(_evaluated(whole, asked), outputs)
    yield Tried(WHOLE, apart == 0, apart)
    without = new()
    without.load_state_dict(_through_a_file(bare), strict=False)
    never = outputs_under(model, statistics.untouched(model), asked)
    apart = _apart(_evaluated(without, asked), never)
    yield Tried(BARE, apart == 0, apart)
    yield Tried(TOLD, _works(lambda: new().load_state_dict(bare)))


def _modes(model: nn.Module, asked: torch.Tensor) -> Iterator[Tried]:
    """Yield what the two modes do with the statistics."""
    before = statistics.moments(model)
    _evaluated(model, asked)
    apart = _apart(statistics.moments(model), before)
    yield Tried(STILL, apart > 0, apart)
    found = []
    for state in (before, statistics.untouched(model)):
        statistics.put(model, state)
        with torch.no_grad():
            found.append(model.train()(asked))
    apart = _apart(*found)
    yield Tried(ALIKE, apart > 0, apart)


def _evaluated(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        return model.eval()(images)


def _through_a_file(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return torch.load(file, weights_only=True)


def _works(call: Callable[[], object]) -> bool:
    try:
        call()
    except RuntimeError:
        return False
    return True


def _apart(one: torch.Tensor, other: torch.Tensor) -> float:
    """Return the largest difference over the largest value; 0 exactly where both are the same bit for bit."""
    return float((one - other).detach().abs().max() / other.detach().abs().max())
