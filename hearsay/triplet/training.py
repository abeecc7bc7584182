"""One training of a triplet network, and every way of keeping running statistics beside it.

In training mode the running statistics never reach the weights, so all ways of keeping them are evaluated on one
training: moving averages of the moments of each pass (`hearsay.vision.statistics`).
"""

import contextlib
import copy
import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import nn

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.triplet.sampling import BRANCHES, IID, Triplets, draw, seen, shift
from hearsay.triplet.sharing import share
from hearsay.vision import nets, statistics
from hearsay.vision.checkpoint import Checkpoint
from hearsay.vision.data import Images
from hearsay.vision.losses import LOSSES

PER_BRANCH, CONCATENATED, GHOST = PASSES = ("per branch", "concatenated", "ghost")
TIED, VALUES, APART = ("tied", "values only", "nothing")
ASKER, HOFFER = NETS = ("the asker's", "Hoffer & Ailon's")
SGD, ADAM = OPTIMISERS = ("SGD", "Adam")

# A way of keeping statistics over the passes of a step: its updates (pass, momentum), in their order.
Way = tuple[tuple[int, float], ...]


class Plan(NamedTuple):
    """What is trained: everything that reaches the weights.

    passes: whether the branches are normalised each by itself, as one batch, or in three batches of which each has a
    third of every branch. ties: whether the branches have one set of weights, one whose gradients are apart, so that
    the optimiser steps three times, or three that began alike. frozen: share of the steps, at the end, in which
    normalisation uses the shared running statistics, as fixed numbers. again: with weights and triplets of its own.
    """

    passes: str = PER_BRANCH
    distribution: str = IID
    norm: str = "batch"
    loss: str = "Hoffer's ratio"
    batch: int = 32
    ties: str = TIED
    frozen: float = 0.0
    dropout: bool = True
    net: str = ASKER
    optimiser: str = SGD
    again: bool = False


class Recipe(NamedTuple):
    """How it is trained, the same for all plans; rate: SGD's; adam_rate: Adam's.

    momentum: of the running statistics. maps, embedding: of the asker's net; hoffer_maps: of Hoffer & Ailon's.
    """

    steps: int = 150
    rate: float = 0.01
    momentum: float = 0.1
    maps: tuple[int, ...] = (16, 32)
    embedding: int = 32
    hoffer_maps: tuple[int, ...] = (4, 8, 8, 8)
    adam_rate: float = 0.002
    device: str = "cpu"


class Trained(NamedTuple):
    """A finished training: the net, or three where nothing is tied; statistics (2, channels) by way; losses by step."""

    nets: list[nn.Module]
    kept: dict[str, torch.Tensor]
    losses: list[float]


def ways(passes: str, momentum: float) -> dict[str, Way]:
    """Return the ways of keeping statistics by name: the updates (pass, momentum) of one step, in their order.

    Under `GHOST` the statistics called by a branch's name are those of a pass, of which each has a third of all three.
    """
    m = momentum
    if passes == CONCATENATED:
        return {"shared": ((0, m),)}
    own = {branch: ((k, m),) for k, branch in enumerate(BRANCHES)}
    if passes == GHOST:
        return {"shared": tuple((k, m) for k in range(3)), **own}
    once = 1 - (1 - m) ** (1 / 3)  # three updates by this are one by m where all passes see the same batch
    return {
        "shared": tuple((k, m) for k in range(3)),
        **own,
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
    net, triplets = begun(plan, recipe, images, seed, replicate)
    branches = _branches(plan, net)
    whole = nn.ModuleList(branches)
    optimiser = _optimiser(plan, recipe, whole)
    following = ways(plan.passes, recipe.momentum)
    kept = dict.fromkeys(following, statistics.untouched(branches[0]))
    first, losses = 0, []
    if checkpoint and checkpoint.state:
        state = checkpoint.state
        whole.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        kept, first, losses = state["kept"], state["step"], state["losses"]
        torch.set_rng_state(state["random"])
        if notes is not None:
            notes[:] = map(tuple, state["notes"])
    elif watch:
        watch(0, branches, kept)
    pixels = torch.from_numpy(images.pixels).to(recipe.device)
    freeze = round((1 - plan.frozen) * recipe.steps)
    whole.train()
    with contextlib.ExitStack() as momenta:
        for net in branches:
            momenta.enter_context(statistics.momentum(net, 1.0))
        for step in range(first, recipe.steps):
            if step >= freeze and branches[0].training:
                statistics.put(branches[0], kept["shared"])
                whole.eval()
            loss, moments = _step(plan, branches, pixels, triplets, step)
            if not torch.isfinite(loss):
                raise HearsayError(
                    f"triplet: the loss is {loss.item()} at step {step} of replicate {replicate} ({_said(plan)}); "
                    f"lower triplet.{'rate' if plan.optimiser == SGD else 'adam_rate'}"
                )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
            if step < freeze and moments:
                kept = {name: updated(kept[name], moments, way) for name, way in following.items()}
            if watch:
                watch(step + 1, branches, kept)
            if checkpoint and (step + 1) % every == 0:
                parts = {"net": whole.state_dict(), "optimiser": optimiser.state_dict(), "kept": kept}
                noted = [list(row) for row in notes or ()]
                more = {"step": step + 1, "losses": losses, "notes": noted, "random": torch.get_rng_state()}
                checkpoint.save(parts | more)
    whole.eval()
    return Trained(branches, kept, losses)


def begun(plan: Plan, recipe: Recipe, images: Images, seed: int, replicate: int) -> tuple[nn.Sequential, Triplets]:
    """Return the net that a training begins with, and the triplets of all its steps; for both see `train`."""
    rng = seeds.generator(seed, "triplet", "training again" if plan.again else "training", replicate)
    torch.manual_seed(int(rng.integers(2**62)))
    triplets = draw(images.labels, recipe.steps, plan.batch, plan.distribution, rng)
    channels, pixels = images.pixels.shape[1], images.pixels.shape[-1]
    if plan.net == HOFFER:
        net = nets.hoffer(plan.norm, channels, pixels, recipe.hoffer_maps)
    else:
        net = nets.asker(plan.norm, channels, pixels, recipe.maps, recipe.embedding)
    if not plan.dropout:
        net = nn.Sequential(*(layer for layer in net if not isinstance(layer, nn.Dropout)))
    return net.to(recipe.device), triplets


def _branches(plan: Plan, net: nn.Module) -> list[nn.Module]:
    """Return one net, which all branches are passed through, or three that share no more than the plan says."""
    if plan.ties == APART:
        return [net, *(copy.deepcopy(net) for _ in range(2))]
    if plan.ties == VALUES:
        every = {name.rpartition(".")[2] for name, _ in itertools.chain(net.named_parameters(), net.named_buffers())}
        return [net, *(share(net, every, gradients=False) for _ in range(2))]
    return [net]


def _optimiser(plan: Plan, recipe: Recipe, whole: nn.Module) -> torch.optim.Optimizer:
    """Return the optimiser, which steps parameter by parameter: tied values would be a race for a joint kernel."""
    if plan.optimiser == ADAM:
        return torch.optim.Adam(whole.parameters(), recipe.adam_rate, foreach=False)
    return torch.optim.SGD(whole.parameters(), recipe.rate, momentum=0.9, foreach=False)


def updated(state: torch.Tensor, moments: list[torch.Tensor], way: Way) -> torch.Tensor:
    """Return the moving average after the passes of one step: s <- (1 - m) s + m x for each update of the way."""
    for number, momentum in way:
        state = torch.lerp(state, moments[number], momentum)
    return state


def _step(
    plan: Plan, branches: Sequence[nn.Module], pixels: torch.Tensor, triplets: Triplets, step: int
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Return the loss of a step, and the moments of its passes, which the layers hold at momentum 1."""
    device = pixels.device
    batches = [
        seen(pixels[torch.from_numpy(numbers).to(device)], shift(plan.distribution, branch))
        for branch, numbers in enumerate(triplets.images[step])
    ]
    passes, order = together(plan.passes, batches)
    outputs, moments = [], []
    for k, batch in enumerate(passes):
        net = branches[k % len(branches)]
        outputs.append(net(batch))
        moments.append(statistics.moments(net))
    embeddings = (outputs[0] if len(outputs) == 1 else torch.cat(outputs)[order]).chunk(3)
    same, others = (torch.from_numpy(classes).to(device) for classes in triplets.classes[step])
    return LOSSES[plan.loss](*embeddings, same, others), moments


def together(kind: str, batches: list[torch.Tensor]) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Return the batches of the passes, and the places in their outputs of all anchors, positives and negatives.

    batches: those of anchors, positives and negatives; kind: one of `PASSES`.
    """
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
