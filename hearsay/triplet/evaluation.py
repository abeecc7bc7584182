"""What a trained triplet network is good for, under every way of keeping and sharing its running statistics."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import nn

from hearsay.triplet.sampling import ANCHOR, BRANCHES, NEGATIVE, SHIFTS, draw, seen, shift
from hearsay.triplet.training import APART, GHOST, PER_BRANCH, Plan, Trained, together
from hearsay.vision import statistics
from hearsay.vision.data import Split
from hearsay.vision.metrics import discrepancy, knn_accuracy, verification
from hearsay.vision.nets import norm_layers

CHUNK = 500  # images embedded at once
FULL, BATCHES = 2000, 125  # images of each branch in a full pass, at most; in batches as in training, at most

# What branches share, by Torch7's names: whose mean and whose variance a branch uses.
PARAMETERS, MEAN, VARIANCE, BOTH = SHARINGS = ("parameters", "and the mean", "and the variance", "and both")
# Other ways of keeping both statistics in one place, and other statistics altogether.
LAST, REESTIMATED, BATCH = "last branch only", "re-estimated", "batch"
OTHERS = ("reversed order", "compensated momentum", "a third of the momentum", "anchor only", LAST)

APARTNESS, IN_TRAINING = "discrepancy", "discrepancy in training mode"
ONE, ACROSS = "kNN, one branch", "kNN, across branches"
DOMAINS, FAR = "kNN, across domains", "kNN, shifted domain"
MEANS, VARIANCES = "error of means", "error of variances"
OUTCOMES = {
    APARTNESS: "largest relative distance of two branches' embeddings of the same images, evaluation mode",
    IN_TRAINING: "the same in training mode",
    ONE: "accuracy of nearest neighbours, queries and gallery clean and by the anchor's branch",
    ACROSS: "the same, the gallery by the positive's branch, and by the negative's; the mean of both",
    DOMAINS: "queries clean by the anchor's branch, gallery shifted by the positive's",
    FAR: "queries and gallery shifted and by the positive's branch",
    "AUC": "of telling pairs of one class, one image by the anchor's, the other by the positive's branch",
    "EER": "equal error rate of the same",
    MEANS: "root mean square error of running means, in standard deviations of a full pass, worst branch",
    VARIANCES: "root mean square error of log variances against a full pass, worst branch",
}


def branch_statistics(kept: dict[str, torch.Tensor], sharing: str) -> list[torch.Tensor]:
    """Return the statistics (2, channels) that each of the three branches has, by what they share."""
    shared, own = kept["shared"], [kept.get(branch, kept["shared"]) for branch in BRANCHES]
    means = [shared[0] if sharing in (MEAN, BOTH) else state[0] for state in own]
    variances = [shared[1] if sharing in (VARIANCE, BOTH) else state[1] for state in own]
    return [torch.stack(pair) for pair in zip(means, variances, strict=True)]


def arms(plan: Plan, kept: dict[str, torch.Tensor], others: bool = True) -> dict[str, list[torch.Tensor]]:
    """Return the branches' statistics by arm: what is shared, and how else one shared pair is kept, if asked for."""
    if plan.ties == APART:
        return {APART: [kept[branch] for branch in BRANCHES]}
    if plan.passes not in (PER_BRANCH, GHOST) or plan.norm != "batch" or plan.frozen:
        return {BOTH: [kept["shared"]] * 3}
    found = {sharing: branch_statistics(kept, sharing) for sharing in SHARINGS}
    if plan.passes == GHOST or not others:
        return found
    names = dict.fromkeys(OTHERS) | {"anchor only": ANCHOR, LAST: NEGATIVE}
    return found | {arm: [kept[name or arm]] * 3 for arm, name in names.items()}


def embed(net: nn.Module, state: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    """Return the embeddings of images by a net under these statistics, on the CPU."""
    device = state.device
    with torch.no_grad(), statistics.using(net, state):
        return torch.cat([net(part.to(device)) for part in images.split(CHUNK)]).cpu()


def embed_by_batch(net: nn.Module, images: torch.Tensor, batch: int) -> torch.Tensor:
    """Return the embeddings of images, normalised batch by batch as in training; no statistics change."""
    modes = {layer: layer.training for layer in net.modules()}
    device = next(net.parameters()).device
    net.eval()
    for layer in norm_layers(net).values():
        layer.train()
    try:
        with torch.no_grad(), statistics.momentum(net, 0.0):
            return torch.cat([net(part.to(device)) for part in images.split(batch)]).cpu()
    finally:
        for layer, training in modes.items():
            layer.training = training


class Views:
    """The embeddings of some images by every branch, each computed once, and what they are good for."""

    def __init__(self, nets: Sequence[nn.Module], parts: dict[str, torch.Tensor], labels: dict[str, torch.Tensor]):
        """Take the branches' nets, and images and labels by name."""
        self.nets, self.parts, self.labels = nets, parts, labels
        self._embedded: dict[tuple, torch.Tensor] = {}
        self._found: dict[tuple, float] = {}

    def embedded(self, branch: int, state: torch.Tensor | int, part: str) -> tuple:
        """Return the key of a part's embeddings by a branch under statistics, or, for a number, batch by batch."""
        net = self.nets[branch]
        by_batch = isinstance(state, int)
        key = id(net), state if by_batch else state.cpu().numpy().tobytes(), part
        if key not in self._embedded:
            self._embedded[key] = (embed_by_batch if by_batch else _embed)(net, self.parts[part], state)
        return key

    def __getitem__(self, key: tuple) -> torch.Tensor:
        """Return the embeddings of a key."""
        return self._embedded[key]

    def knn(self, queries: tuple, gallery: tuple) -> float:
        """Return the accuracy of nearest neighbours, for the keys of queries and gallery."""
        pair = queries, gallery
        if pair not in self._found:
            labels = (self.labels[key[2]] for key in pair)
            asked, known = labels
            self._found[pair] = knn_accuracy(self[queries], asked, self[gallery], known)
        return self._found[pair]


def _embed(net: nn.Module, images: torch.Tensor, state: torch.Tensor) -> torch.Tensor:
    return embed(net, state, images)


def evaluate(
    plan: Plan,
    trained: Trained,
    images: Split,
    rng: np.random.Generator,
    most: int | None = None,
    others: bool = True,
) -> Iterator[tuple[str, str, float]]:
    """Yield (arm, outcome, value) for every arm of a training; see `OUTCOMES`.

    most: images of the test set, drawn by `rng`, that are used; one half are queries, the other the gallery. others:
    whether other ways of keeping one pair of statistics, `OTHERS`, are asked for.
    """
    torch.manual_seed(int(rng.integers(2**62)))  # where a net has dropout, full passes draw from torch
    nets = [trained.nets[k if plan.ties == APART else 0] for k in range(3)]
    pixels, labels = (torch.from_numpy(part) for part in images.test)
    asked, known = torch.from_numpy(rng.permutation(len(labels))[:most]).chunk(2)
    parts = {"queries": seen(pixels[asked]), "gallery": seen(pixels[known])}
    if plan.distribution in SHIFTS:
        places = {"shifted queries": asked, "shifted gallery": known}
        parts |= {name: seen(pixels[part], SHIFTS[plan.distribution]) for name, part in places.items()}
    classes = {"queries": labels[asked], "gallery": labels[known]}
    views = Views(nets, parts, classes | {f"shifted {name}": part for name, part in classes.items()})
    truths = _truths(plan, nets, images, rng)
    every = arms(plan, trained.kept, others)
    if plan.norm == "batch" and plan.ties != APART:
        every[REESTIMATED] = [truths[-1]] * 3
    for arm, states in every.items():
        yield from _outcomes(views, plan, arm, states)
        if plan.norm == "batch" and arm in (APART, PARAMETERS, BOTH, *OTHERS):
            # statistics of one branch are held against a full pass of what it sees, shared ones against all
            own = plan.passes == PER_BRANCH and arm in (APART, PARAMETERS)
            errors = [
                statistics.errors(net, state, truths[k if own else -1])
                for k, (net, state) in enumerate(zip(nets, states, strict=True))
            ]
            for place, outcome in enumerate((MEANS, VARIANCES)):
                yield arm, outcome, max(np.mean([pair[place] for pair in layers.values()]) for layers in errors)
    if plan.norm == "batch":
        yield from _outcomes(views, plan, BATCH, [plan.batch] * 3)


def _outcomes(views: Views, plan: Plan, arm: str, states: Sequence) -> Iterator[tuple[str, str, float]]:
    """Yield what concerns the embeddings: discrepancy, nearest neighbours and verification."""
    first, second = ([views.embedded(k, states[k], part) for k in range(3)] for part in ("queries", "gallery"))
    yield arm, IN_TRAINING if arm == BATCH else APARTNESS, discrepancy([views[key] for key in first])
    yield arm, ONE, views.knn(first[0], second[0])
    yield arm, ACROSS, float(np.mean([views.knn(first[0], second[k]) for k in (1, 2)]))
    n = min(len(views[first[0]]), len(views[second[1]]))
    same = (views.labels["queries"][:n] == views.labels["gallery"][:n]).numpy()
    auc, rate = verification(views[first[0]][:n], views[second[1]][:n], same)
    yield arm, "AUC", auc
    yield arm, "EER", rate
    if plan.distribution in SHIFTS:
        far = [views.embedded(1, states[1], f"shifted {part}") for part in ("queries", "gallery")]
        yield arm, DOMAINS, views.knn(first[0], far[1])
        yield arm, FAR, views.knn(*far)


def _truths(plan: Plan, nets: list[nn.Module], images: Split, rng: np.random.Generator) -> list[torch.Tensor]:
    """Return statistics of full passes, over what each branch sees where they are normalised apart, and over all."""
    if plan.norm != "batch":
        return []
    steps = min(max(1, FULL // plan.batch), BATCHES)
    drawn = draw(images.train.labels, steps, plan.batch, plan.distribution, rng).images
    device = next(nets[0].parameters()).device
    pixels = torch.from_numpy(images.train.pixels)
    views = [
        [seen(pixels[torch.from_numpy(step[k])], shift(plan.distribution, k)).to(device) for step in drawn]
        for k in range(3)
    ]
    if plan.passes != PER_BRANCH:
        mixed = [batch for step in zip(*views, strict=True) for batch in together(plan.passes, step)[0]]
        return [statistics.full_pass(nets[0], mixed)]
    found = [statistics.full_pass(net, batches) for net, batches in zip(nets, views, strict=True)]
    # as many batches of each branch: the mean over all batches is that of the branches' means
    return [*found, torch.stack(found).mean(0)]


def leak(plan: Plan, net: nn.Module, images: Split, rng: np.random.Generator, probes: int = 240) -> float:
    """Return how well the branch can be told from an image's embedding in training mode: accuracy, chance is 1/3.

    The same test images are embedded among companions as each branch sees them, three companions for each. Whatever
    tells the branch has come through the batch's statistics, since the images are the same. By linear discriminants,
    fitted on half of the images. In evaluation mode, and where all branches are normalised as one batch, embeddings are
    the same and nothing can be told.
    """
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    most = max(plan.batch // 4, 1)
    steps = min(min(probes, len(images.test.labels)) // most, BATCHES)
    drawn = draw(images.train.labels, steps, plan.batch - most, plan.distribution, rng).images
    chosen = torch.from_numpy(rng.permutation(len(images.test.labels))[: steps * most]).chunk(steps)
    train, test = (torch.from_numpy(part.pixels) for part in images)
    found = []
    for k in range(3):
        batches = [
            torch.cat([seen(test[places]), seen(train[torch.from_numpy(step[k])], shift(plan.distribution, k))])
            for places, step in zip(chosen, drawn, strict=True)
        ]
        rows = embed_by_batch(net, torch.cat(batches), plan.batch).split(plan.batch)
        found.append(torch.cat([row[:most] for row in rows]).numpy())
    n = len(found[0])
    learnt = slice(0, n // 2), slice(n // 2, n)
    parts = [
        (np.concatenate([rows[part] for rows in found]), np.repeat(np.arange(3), part.stop - part.start))
        for part in learnt
    ]
    told = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto").fit(*parts[0])
    return float(told.score(*parts[1]))
