"""What a trained triplet network is good for, under every way of keeping and sharing its running statistics."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import nn

from hearsay.triplet.sampling import (
    ANCHOR,
    BRANCHES,
    CLEAN,
    NEGATIVE,
    SHIFT,
    SHIFTED,
    domain,
    draw,
    seen,
)
from hearsay.triplet.sharing import relative
from hearsay.triplet.training import APART, PER_BRANCH, Plan, Trained
from hearsay.vision import statistics
from hearsay.vision.data import Split
from hearsay.vision.metrics import knn_accuracy, verification

CHUNK = 500  # images embedded at once

# What branches share, by Torch7's names: whose mean and whose variance a branch uses.
PARAMETERS, MEAN, VARIANCE, BOTH = SHARINGS = ("parameters", "and the mean", "and the variance", "and both")
# Other ways of keeping both statistics in one place, and other statistics altogether.
LAST, REESTIMATED, BATCH = "last branch only", "re-estimated", "batch"
OTHERS = ("reversed order", "compensated momentum", "a third of the momentum", "anchor only", LAST)

OUTCOMES = {
    "discrepancy": "largest relative distance of two branches' embeddings of the same images, evaluation mode",
    "discrepancy in training mode": "the same in training mode",
    "kNN, one branch": "accuracy of nearest neighbours, queries and gallery clean and by the anchor's branch",
    "kNN, across branches": "the same, the gallery by the positive's branch; largest harm over the other branches",
    "kNN, across domains": "queries clean by the anchor's branch, gallery shifted by the positive's",
    "AUC": "of telling pairs of one class, one image by the anchor's, the other by the positive's branch",
    "EER": "equal error rate of the same",
    "error of means": "root mean square error of running means, in standard deviations of a full pass, worst branch",
    "error of variances": "root mean square error of log variances against a full pass, worst branch",
}


def branch_statistics(kept: dict[str, torch.Tensor], sharing: str) -> list[torch.Tensor]:
    """Return the statistics (2, channels) that each of the three branches has, by what they share."""
    shared, own = kept["shared"], [kept.get(branch, kept["shared"]) for branch in BRANCHES]
    means = [shared[0] if sharing in (MEAN, BOTH) else state[0] for state in own]
    variances = [shared[1] if sharing in (VARIANCE, BOTH) else state[1] for state in own]
    return [torch.stack(pair) for pair in zip(means, variances, strict=True)]


def arms(plan: Plan, kept: dict[str, torch.Tensor]) -> dict[str, list[torch.Tensor]]:
    """Return the branches' statistics by arm: what is shared, or how one shared pair is kept."""
    if plan.ties == APART:
        return {APART: [kept[branch] for branch in BRANCHES]}
    if plan.passes != PER_BRANCH or plan.norm != "batch" or plan.frozen:
        return {BOTH: [kept["shared"]] * 3}
    found = {sharing: branch_statistics(kept, sharing) for sharing in SHARINGS}
    names = dict.fromkeys(OTHERS) | {"anchor only": ANCHOR, LAST: NEGATIVE}
    return found | {arm: [kept[name or arm]] * 3 for arm, name in names.items()}


def embed(net: nn.Module, state: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """Return the embeddings of images by a net under these statistics."""
    with torch.no_grad(), statistics.using(net, state):
        return torch.cat([net(part) for part in images.split(CHUNK)])


def embed_by_batch(net: nn.Module, images: torch.Tensor, batch: int) -> torch.Tensor:
    """Return the embeddings of images, normalised batch by batch as in training; no statistics change."""
    training = net.training
    net.train()
    try:
        with torch.no_grad(), statistics.momentum(net, 0.0):
            return torch.cat([net(part) for part in images.split(batch)])
    finally:
        net.train(training)


def evaluate(plan: Plan, trained: Trained, images: Split, rng: np.random.Generator) -> Iterator[tuple[str, str, float]]:
    """Yield (arm, outcome, value) for every arm of a training; see `OUTCOMES`."""
    nets = [trained.nets[k % len(trained.nets)] for k in range(3)]
    pixels, labels = (torch.from_numpy(part) for part in images.test)
    half = torch.from_numpy(rng.permutation(len(labels))).chunk(2)
    (query, gallery), (asked, known) = ([part[places] for places in half] for part in (pixels, labels))
    clean, other, shifted = seen(query, CLEAN), seen(gallery, CLEAN), seen(gallery, SHIFT)
    n = min(len(asked), len(known))
    same = (asked[:n] == known[:n]).numpy()
    truths = _truths(plan, nets, images, rng)
    every = arms(plan, trained.kept)
    if plan.norm == "batch" and plan.ties != APART:
        every[REESTIMATED] = [truths[-1]] * 3
    for arm, states in every.items():
        first = [embed(net, state, clean) for net, state in zip(nets, states, strict=True)]
        second = [embed(net, state, other) for net, state in zip(nets, states, strict=True)]
        yield arm, "discrepancy", relative(first)
        yield from _retrieval(arm, first, second, asked, known)
        auc, rate = verification(first[0][:n], second[1][:n], same)
        yield arm, "AUC", auc
        yield arm, "EER", rate
        if plan.distribution == SHIFTED:
            far = embed(nets[1], states[1], shifted)
            yield arm, "kNN, across domains", knn_accuracy(first[0], asked, far, known)
        if plan.norm == "batch" and arm in (APART, PARAMETERS, BOTH, *OTHERS):
            # statistics of one branch are held against a full pass of what it sees, shared ones against all
            own = arm in (APART, PARAMETERS)
            errors = [
                statistics.errors(net, state, truths[k if own else -1])
                for k, (net, state) in enumerate(zip(nets, states, strict=True))
            ]
            for place, outcome in enumerate(("error of means", "error of variances")):
                yield arm, outcome, max(np.mean([pair[place] for pair in layers.values()]) for layers in errors)
    if plan.norm == "batch":
        first, second = ([embed_by_batch(net, part, plan.batch) for net in nets] for part in (clean, other))
        yield BATCH, "discrepancy in training mode", relative(first)
        yield from _retrieval(BATCH, first, second, asked, known)


def _retrieval(
    arm: str, first: list[torch.Tensor], second: list[torch.Tensor], asked: torch.Tensor, known: torch.Tensor
) -> Iterator[tuple[str, str, float]]:
    yield arm, "kNN, one branch", knn_accuracy(first[0], asked, second[0], known)
    across = [knn_accuracy(first[0], asked, second[k], known) for k in (1, 2)]
    yield arm, "kNN, across branches", min(across)


def _truths(plan: Plan, nets: list[nn.Module], images: Split, rng: np.random.Generator) -> list[torch.Tensor]:
    """Return statistics of a full pass, over what each branch sees, and over what all of them see."""
    if plan.norm != "batch":
        return []
    steps = max(1, 2000 // plan.batch)
    drawn = draw(images.train.labels, steps, plan.batch, plan.distribution, rng).images
    pixels = torch.from_numpy(images.train.pixels)
    views = [
        [seen(pixels[torch.from_numpy(step[k])], domain(plan.distribution, k)) for step in drawn] for k in range(3)
    ]
    found = [statistics.full_pass(net, batches) for net, batches in zip(nets, views, strict=True)]
    if plan.passes == PER_BRANCH:
        together = [batch for step in zip(*views, strict=True) for batch in step]
    else:
        together = [torch.cat(step) for step in zip(*views, strict=True)]
    return [*found, statistics.full_pass(nets[0], together)]


def leak(plan: Plan, net: nn.Module, images: Split, rng: np.random.Generator, probes: int = 240) -> float:
    """Return how well the branch can be told from an image's embedding in training mode: accuracy, chance is 1/3.

    The same test images are embedded among companions as each branch sees them, three companions for each. Whatever
    tells the branch has come through the batch's statistics, since the images are the same. Logistic regression, fitted
    on half of the images. In evaluation mode, and where all branches are normalised as one batch, embeddings are the
    same and nothing can be told.
    """
    from sklearn.linear_model import LogisticRegression

    most = max(plan.batch // 4, 1)
    steps = min(probes, len(images.test.labels)) // most
    drawn = draw(images.train.labels, steps, plan.batch - most, plan.distribution, rng).images
    chosen = torch.from_numpy(rng.permutation(len(images.test.labels))[: steps * most]).chunk(steps)
    train, test = (torch.from_numpy(part.pixels) for part in images)
    found = []
    for k in range(3):
        rows = []
        for places, step in zip(chosen, drawn, strict=True):
            others = seen(train[torch.from_numpy(step[k])], domain(plan.distribution, k))
            batch = torch.cat([seen(test[places], CLEAN), others])
            rows.append(embed_by_batch(net, batch, len(batch))[: len(places)])
        found.append(torch.cat(rows).numpy())
    n = len(found[0])
    learnt = slice(0, n // 2), slice(n // 2, n)
    parts = [
        (np.concatenate([rows[part] for rows in found]), np.repeat(np.arange(3), part.stop - part.start))
        for part in learnt
    ]
    return float(LogisticRegression(max_iter=1000).fit(*parts[0]).score(*parts[1]))
