"""Branches written out as modules of their own, as one would, and trained: what holds of them needs no statistics.

They are also what the study's own trainings are held against, which keep all statistics beside one net.
"""

import copy
from collections import defaultdict
from collections.abc import Callable

import torch
from torch import nn

from hearsay.triplet.checks import branch_discrepancy
from hearsay.triplet.evaluation import BOTH, MEAN, PARAMETERS, VARIANCE, branch_statistics
from hearsay.triplet.sampling import BRANCHES, DISTRIBUTIONS, seen, shift
from hearsay.triplet.sharing import share
from hearsay.triplet.training import Plan, Recipe, begun, train
from hearsay.vision import statistics
from hearsay.vision.data import Images
from hearsay.vision.losses import LOSSES

WEIGHTS = ("weight", "bias")
NAMES = {  # what is tied beside the parameters
    PARAMETERS: (),
    MEAN: ("running_mean",),
    VARIANCE: ("running_var",),
    BOTH: ("running_mean", "running_var", "num_batches_tracked"),
}
RECIPE, BATCH = Recipe(steps=6, maps=(4, 4), embedding=3), 8
CLOSE = 1e-4  # relative difference that rounding explains after the steps of `RECIPE`

START = "parameters shared: branches differ before the first step"
FIRST = "parameters shared: branches differ after one step"
MEAN_APART = "running mean shared too: branches differ after one step"
VARIANCE_APART = "running variance shared too: branches differ after one step"
BOTH_APART = "running mean and variance shared: branches differ at any step"
LOSSES_FIRST = "parameters shared: branches differ after one step, with every other loss"
LOSSES_BOTH = "running mean and variance shared: branches differ at any step, with any other loss"
CONTROLS = "parameters shared: branches differ at any step, with group normalisation or none"
TRAINING_MODE = "parameters shared: branches differ in training mode"
ONCE = "one module called three times differs from mean and variance shared"
RETIED = "deep copies with parameters tied by hand differ from parameters shared"
COPIED = "deep copies agree after one step"
COUNTED = "one module called three times counts one batch a step"
BESIDE = "statistics kept beside one net differ from those of branches written out, beyond rounding"
SHARED, PYTORCH, INSTRUMENT = "what is shared", "the ways of PyTorch", "this study's instrument"
EXPECTED = {  # what a sentence is about, and whether it must be true
    START: (SHARED, False),
    FIRST: (SHARED, True),
    MEAN_APART: (SHARED, True),
    VARIANCE_APART: (SHARED, True),
    BOTH_APART: (SHARED, False),
    LOSSES_FIRST: (SHARED, True),
    LOSSES_BOTH: (SHARED, False),
    CONTROLS: (SHARED, False),
    TRAINING_MODE: (SHARED, False),
    ONCE: (PYTORCH, False),
    RETIED: (PYTORCH, False),
    COPIED: (PYTORCH, False),
    COUNTED: (PYTORCH, False),
    BESIDE: (INSTRUMENT, False),
}

Make = Callable[[nn.Module], list[nn.Module]]


def sharing(names: tuple[str, ...]) -> Make:
    """Return what makes three branches of a net that share its parameters, and the buffers of these names."""
    return lambda net: [net, *(share(net, (*WEIGHTS, *names)) for _ in range(2))]


def called_three_times(net: nn.Module) -> list[nn.Module]:
    """Return one module as all three branches."""
    return [net] * 3


def copied(net: nn.Module) -> list[nn.Module]:
    """Return a module and two deep copies."""
    return [net, copy.deepcopy(net), copy.deepcopy(net)]


def tied_again(net: nn.Module) -> list[nn.Module]:
    """Return a module and two deep copies whose parameters are set to be the module's own, one by one."""
    branches = copied(net)
    for branch in branches[1:]:
        for name, parameter in net.named_parameters():
            layer, _, last = name.rpartition(".")
            setattr(branch.get_submodule(layer), last, parameter)
    return branches


def written_out(
    make: Make, plan: Plan, recipe: Recipe, images: Images, seed: int, replicate: int, looks: int = 0
) -> tuple[list[nn.Module], list[float]]:
    """Train branches as one would; return them, and their discrepancy in evaluation mode before the first steps.

    They begin as `hearsay.triplet.training.train` does, with the same weights and triplets; of `plan` only batch,
    distribution, normalisation and loss are followed. looks: before how many steps; the discrepancy after the last ends
    the list.
    """
    net, triplets = begun(plan, recipe, images, seed, replicate)
    branches = make(net)
    optimiser = torch.optim.SGD(nn.ModuleList(branches).parameters(), recipe.rate, momentum=0.9)
    pixels = torch.from_numpy(images.pixels)
    probe = seen(pixels[: 4 * plan.batch])
    apart = []
    for numbers, classes in zip(triplets.images, triplets.classes, strict=True):
        if len(apart) < looks:
            apart.append(branch_discrepancy(branches, probe).output)
        batches = [seen(pixels[torch.from_numpy(rows)], shift(plan.distribution, k)) for k, rows in enumerate(numbers)]
        embeddings = [branch(batch) for branch, batch in zip(branches, batches, strict=True)]
        loss = LOSSES[plan.loss](*embeddings, *(torch.from_numpy(rows) for rows in classes))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return branches, [*apart, branch_discrepancy(branches, probe).output]


def written(images: Images, seed: int, cases: int) -> dict[str, list[tuple[bool, float]]]:
    """Return for each sentence, in each case and distribution, whether it is true, and the difference that it is of."""
    found: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for case in range(cases):
        for distribution in DISTRIBUTIONS:
            for sentence, true, size in _case(images, seed, case, Plan(batch=BATCH, distribution=distribution)):
                found[sentence].append((true, size))
    return {sentence: found[sentence] for sentence in EXPECTED}


def _case(images: Images, seed: int, case: int, plan: Plan):
    ways: dict[str, Make] = {shared: sharing(names) for shared, names in NAMES.items()}
    ways |= {ONCE: called_three_times, RETIED: tied_again, COPIED: copied}
    runs = {
        way: written_out(make, plan, RECIPE, images, seed, case, RECIPE.steps if way == BOTH else 2)
        for way, make in ways.items()
    }
    apart = {way: looks for way, (_, looks) in runs.items()}
    yield START, apart[PARAMETERS][0] > 0, apart[PARAMETERS][0]
    for sentence, way in ((FIRST, PARAMETERS), (MEAN_APART, MEAN), (VARIANCE_APART, VARIANCE)):
        yield sentence, apart[way][1] > 0, apart[way][1]
    yield BOTH_APART, max(apart[BOTH]) > 0, max(apart[BOTH])
    yield COPIED, apart[COPIED][1] == 0, apart[COPIED][1]
    yield from _other_plans(images, seed, case, plan)
    beside = train(plan, RECIPE, images, seed, case)
    sizes = [_far(beside.nets[0].parameters(), runs[PARAMETERS][0][0].parameters())]
    for way in NAMES:
        kept = branch_statistics(beside.kept, way)
        sizes += [_far([state], [statistics.moments(branch)]) for state, branch in zip(kept, runs[way][0], strict=True)]
    yield BESIDE, max(sizes) > CLOSE, max(sizes)
    for sentence, way in ((ONCE, BOTH), (RETIED, PARAMETERS)):
        size = max(
            _far(one.state_dict().values(), other.state_dict().values())
            for one, other in zip(runs[sentence][0], runs[way][0], strict=True)
        )
        yield sentence, size > 0, size
    counts = {int(value) for name, value in runs[ONCE][0][0].named_buffers() if name.endswith("num_batches_tracked")}
    yield COUNTED, counts == {RECIPE.steps}, float(max(counts) / RECIPE.steps)
    # last, since a pass in training mode updates what a branch has of its own
    batch = seen(torch.from_numpy(images.pixels[:BATCH]), shift(plan.distribution, len(BRANCHES) - 1))
    with torch.no_grad():
        first, *others = (branch.train()(batch) for branch in runs[PARAMETERS][0])
    size = max(float((first - other).abs().max()) for other in others)
    yield TRAINING_MODE, size > 0, size


def _other_plans(images: Images, seed: int, case: int, plan: Plan):
    """Yield what must be so with every other loss, and with layers that keep no statistics."""
    for loss in (loss for loss in LOSSES if loss != plan.loss):
        other = plan._replace(loss=loss)
        _, first = written_out(sharing(NAMES[PARAMETERS]), other, RECIPE, images, seed, case, 2)
        yield LOSSES_FIRST, first[1] > 0, first[1]
        _, every = written_out(sharing(NAMES[BOTH]), other, RECIPE, images, seed, case, RECIPE.steps)
        yield LOSSES_BOTH, max(every) > 0, max(every)
    for norm in ("group", "none"):
        other = plan._replace(norm=norm)
        _, every = written_out(sharing(NAMES[PARAMETERS]), other, RECIPE, images, seed, case, RECIPE.steps)
        yield CONTROLS, max(every) > 0, max(every)


def _far(first, second) -> float:
    """Return the largest difference of two lists of tensors, each relative to the largest value of the second's."""
    pairs = [(a.detach().double(), b.detach().double()) for a, b in zip(first, second, strict=True)]
    return max(float((a - b).abs().max() / b.abs().max().clamp_min(1e-12)) for a, b in pairs)
