"""One training of a triplet network, and every way of keeping running statistics beside it.

In training mode the running statistics never reach the weights, so all ways of keeping them are evaluated on one
training: moving averages of the moments of each pass (`hearsay.vision.statistics`).
"""

import contextlib
import copy
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import nn

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.triplet.sampling import BRANCHES, IID, Triplets, domain, draw, seen
from hearsay.vision import nets, statistics
from hearsay.vision.checkpoint import Checkpoint
from hearsay.vision.data import Images
from hearsay.vision.losses import LOSSES

PER_BRANCH, CONCATENATED, GHOST = PASSES = ("per branch", "concatenated", "ghost")
TIED, APART = "tied", "nothing"

# A way of keeping statistics over the passes of a step: its updates (pass, momentum), in their order.
Way = tuple[tuple[int, float], ...]


class Plan(NamedTuple):
    """What is trained: everything that reaches the weights.

    passes: whether the branches are normalised each by itself, as one batch, or in three batches of which each has a
    third of every branch. ties: whether the branches have one set of weights or three that began alike. frozen: share
    of the steps, at the end, in which normalisation uses the shared running statistics, as fixed numbers.
    """

    passes: str = PER_BRANCH
    distribution: str = IID
    norm: str = "batch"
    loss: str = "Hoffer's ratio"
    batch: int = 32
    ties: str = TIED
    frozen: float = 0.0
    dropout: bool = True


class Recipe(NamedTuple):
    """How it is trained, the same for all plans."""

    steps: int = 150
    rate: float = 0.05
    momentum: float = 0.1
    maps: tuple[int, ...] = (16, 32)
    embedding: int = 16


class Trained(NamedTuple):
    """A finished training: the net, or three where nothing is tied; statistics (2, channels) by way; losses by step."""

    nets: list[nn.Module]
    kept: dict[str, torch.Tensor]
    losses: list[float]


def ways(passes: str, momentum: float) -> dict[str, Way]:
    """Return the ways of keeping statistics by name: the updates (pass, momentum) of one step, in their order."""
    m = momentum
    if passes == CONCATENATED:
        return {"shared": ((0, m),)}
    if passes == GHOST:
        return {"shared": tuple((k, m) for k in range(3))}
    once = 1 - (1 - m) ** (1 / 3)  # three updates by this are one by m where all passes see the same batch
    return {
        "shared": tuple((k, m) for k in range(3)),
        **{branch: ((k, m),) for k, branch in enumerate(BRANCHES)},
        "reversed order": tuple((k, m) for k in (2, 1, 0)),
        "compensated momentum": tuple((k, once) for k in range(3)),
        "a third of the momentum": tuple((k, m / 3) for k in range(3)),
    }


def train(
    plan: Plan,
    recipe: Recipe,
    images: Images,
    seed: int,
    replicate: int,
    watch: Callable[[int, list[nn.Module], dict[str, torch.Tensor]], None] | None = None,
    checkpoint: Checkpoint | None = None,
    every: int = 100,
    notes: list | None = None,
) -> Trained:
    """Train as planned, and keep running statistics in all `ways`.

    Parameters
    ----------
    plan, recipe
        What, and how.
    images
        To train on.
    seed, replicate
        Root seed and number of the replicate: initial weights and triplets depend on these two, and the triplets on
        batch and class bias; so plans of a replicate are paired.
    watch
        Called as watch(step, nets, kept) before the first step and after each.
    checkpoint, every
        Where to keep the state every so many steps, and to go on from.
    notes
        A list of what `watch` writes down, plain rows; kept in the checkpoint too, and restored from it.

    Raises
    ------
    HearsayError
        The loss is no finite number.

    """
    rng = seeds.generator(seed, "triplet", "training", replicate)
    torch.manual_seed(int(rng.integers(2**62)))
    triplets = draw(images.labels, recipe.steps, plan.batch, plan.distribution, rng)
    channels, pixels = images.pixels.shape[1], images.pixels.shape[-1]
    net = nets.asker(plan.norm, channels, pixels, recipe.maps, recipe.embedding)
    if not plan.dropout:
        net = nn.Sequential(*(layer for layer in net if not isinstance(layer, nn.Dropout)))
    branches = [net, *(copy.deepcopy(net) for _ in range(2))] if plan.ties == APART else [net]
    whole = nn.ModuleList(branches)
    optimiser = torch.optim.SGD(whole.parameters(), recipe.rate, momentum=0.9)
    kept = dict.fromkeys(ways(plan.passes, recipe.momentum), statistics.untouched(net))
    first, losses = 0, []
    if checkpoint and checkpoint.state:
        state = checkpoint.state
        whole.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        kept, first, losses = state["kept"], state["step"], state["losses"]
        if notes is not None:
            notes[:] = map(tuple, state["notes"])
    elif watch:
        watch(0, branches, kept)
    every_pixel = torch.from_numpy(images.pixels)
    for step in range(first, recipe.steps):
        frozen = step >= round((1 - plan.frozen) * recipe.steps)
        loss, moments = _step(plan, branches, kept, every_pixel, triplets, step, frozen)
        if not torch.isfinite(loss):
            raise HearsayError(
                f"triplet: the loss is {loss.item()} at step {step} of replicate {replicate} ({_said(plan)}); lower "
                "triplet.recipe.rate"
            )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
        if moments:
            for name, way in ways(plan.passes, recipe.momentum).items():
                kept[name] = updated(kept[name], moments, way)
        if watch:
            watch(step + 1, branches, kept)
        if checkpoint and (step + 1) % every == 0:
            parts = {"net": whole.state_dict(), "optimiser": optimiser.state_dict(), "kept": kept}
            noted = [list(row) for row in notes or ()]
            checkpoint.save({**parts, "step": step + 1, "losses": losses, "notes": noted})
    return Trained(branches, kept, losses)


def updated(state: torch.Tensor, moments: list[torch.Tensor], way: Way) -> torch.Tensor:
    """Return the moving average after the passes of one step: s <- (1 - m) s + m x for each update of the way."""
    for number, momentum in way:
        state = torch.lerp(state, moments[number], momentum)
    return state


def _step(
    plan: Plan,
    branches: list[nn.Module],
    kept: dict[str, torch.Tensor],
    pixels: torch.Tensor,
    triplets: Triplets,
    step: int,
    frozen: bool,
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Return the loss of a step, and the moments of its passes; none where statistics are frozen."""
    batches = [
        seen(pixels[torch.from_numpy(numbers)], domain(plan.distribution, branch))
        for branch, numbers in enumerate(triplets.images[step])
    ]
    for net in branches:
        net.train()
    if frozen:
        statistics.put(branches[0], kept["shared"])
        branches[0].eval()
    passes, order = _passes(plan.passes, batches)
    outputs, moments = [], []
    with contextlib.ExitStack() as layers:
        for net in branches:
            layers.enter_context(statistics.momentum(net, 1.0))
        for k, batch in enumerate(passes):
            net = branches[k % len(branches)]
            outputs.append(net(batch))
            moments.append(statistics.moments(net))
    embeddings = torch.cat(outputs)[order].chunk(3)
    same, others = (torch.from_numpy(classes) for classes in triplets.classes[step])
    return LOSSES[plan.loss](*embeddings, same, others), [] if frozen else moments


def _passes(kind: str, batches: list[torch.Tensor]) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Return the batches of the passes, and the places in their outputs of all anchors, positives and negatives."""
    n = len(batches[0])
    places = torch.arange(3 * n)
    whole = torch.cat(batches)
    if kind == PER_BRANCH:
        return batches, places
    if kind == CONCATENATED:
        return [whole], places
    parts = [places[k::3] for k in range(3)]  # every third image of anchors, positives and negatives alike
    return [whole[part] for part in parts], torch.cat(parts).argsort()


def _said(plan: Plan) -> str:
    return ", ".join(str(value) for value in plan)
