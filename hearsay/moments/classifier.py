"""A small classifier with batch normalisation, trained once; everything that is asked of its statistics comes after."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.vision import statistics
from hearsay.vision.checkpoint import Checkpoint
from hearsay.vision.data import Images
from hearsay.vision.nets import tensor


class Plan(NamedTuple):
    """What is trained: everything that reaches the weights.

    batch: images of a step. depth: blocks of convolution, normalisation and ReLU; the first two halve the image. scale:
    factor on the images, which normalisation in training mode undoes and untouched statistics do not.
    """

    batch: int = 64
    depth: int = 2
    scale: float = 1.0


class Recipe(NamedTuple):
    """How it is trained, the same for all plans."""

    steps: int = 400
    rate: float = 0.05
    maps: int = 16


def net(plan: Plan, recipe: Recipe, channels: int, pixels: int, classes: int) -> nn.Sequential:
    """Return the classifier: blocks, then a linear layer; takes (n, channels, pixels, pixels), returns (n, classes)."""
    layers: list[nn.Module] = []
    side = pixels
    for block in range(plan.depth):
        stride = 2 if block < 2 else 1
        layers += [nn.Conv2d(channels, recipe.maps, 3, stride, 1), nn.BatchNorm2d(recipe.maps, momentum=1.0), nn.ReLU()]
        channels, side = recipe.maps, -(-side // stride)
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * side * side, classes))


def seen(pixels, scale: float = 1.0) -> torch.Tensor:
    """Return images of uint8 as the net sees them: float32 between -scale and scale."""
    return tensor(pixels) * scale


class Trained(NamedTuple):
    """A finished training: the net, and the training loss and accuracy of each step's batch."""

    net: nn.Sequential
    losses: list[float]
    hits: list[float]


def train(
    plan: Plan,
    recipe: Recipe,
    images: Images,
    seed: int,
    replicate: int,
    watch: Callable[[int, nn.Sequential, torch.Tensor | None], None] | None = None,
    checkpoint: Checkpoint | None = None,
    every: int = 100,
    kept: dict | None = None,
) -> Trained:
    """Train as planned; `watch(step, net, moments)` sees the moments (2, channels) of each step's batch.

    Before the first step it is called with step 0 and None. kept: what `watch` keeps, tensors, numbers and lists; it
    is stored in the checkpoint too. Initial weights and the order of images depend on seed and replicate only. Raises
    HearsayError where the loss is no finite number.
    """
    rng = seeds.generator(seed, "moments", "training", replicate)
    torch.manual_seed(int(rng.integers(2**62)))
    classes = int(images.labels.max()) + 1
    model = net(plan, recipe, images.pixels.shape[1], images.pixels.shape[-1], classes)
    order = _order(len(images.labels), recipe.steps * plan.batch, rng)
    optimiser = torch.optim.SGD(model.parameters(), recipe.rate, momentum=0.9)
    pixels, labels = torch.from_numpy(images.pixels), torch.from_numpy(images.labels)
    first, losses, hits = 0, [], []
    if checkpoint and checkpoint.state:
        state = checkpoint.state
        model.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        first, losses, hits = state["step"], state["losses"], state["hits"]
        if kept is not None:
            kept.update(state["kept"])
    elif watch:
        watch(0, model, None)
    for step in range(first, recipe.steps):
        places = torch.from_numpy(order[step * plan.batch : (step + 1) * plan.batch])
        model.train()
        outputs = model(seen(pixels[places], plan.scale))
        loss = cross_entropy(outputs, labels[places])
        if not torch.isfinite(loss):
            raise HearsayError(
                f"moments: the loss is {loss.item()} at step {step} of replicate {replicate} (batch {plan.batch}, "
                f"depth {plan.depth}, scale {plan.scale:g}); lower moments.rate"
            )
        moments = statistics.moments(model)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        hits.append((outputs.argmax(1) == labels[places]).float().mean().item())
        if watch:
            watch(step + 1, model, moments)
        if checkpoint and (step + 1) % every == 0:
            parts = {"net": model.state_dict(), "optimiser": optimiser.state_dict(), "kept": kept or {}}
            checkpoint.save({**parts, "step": step + 1, "losses": losses, "hits": hits})
    return Trained(model, losses, hits)


def _order(images: int, needed: int, rng: np.random.Generator) -> np.ndarray:
    """Return numbers of images, every image once before any comes again."""
    rounds = -(-needed // images)
    return np.concatenate([rng.permutation(images) for _ in range(rounds)])[:needed]
