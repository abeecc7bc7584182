"""Hoffer & Ailon's net and training (2014, arXiv 1412.6622), as far as a desk affords: a shortened run, and named so.

After their paper and their code: the net of `hearsay.vision.nets.hoffer`, their distance ratio, images brought to
mean 0 and deviation 1, triplets drawn with equal chances of all classes, all three images of a triplet in one batch.
Their Torch7 damps the gradient that enters the momentum by 1 - momentum; so does this.
"""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn.functional import interpolate

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.progress import progress
from hearsay.tables import Table
from hearsay.triplet.sampling import IID, draw
from hearsay.vision import statistics
from hearsay.vision.checkpoint import Checkpoint, question
from hearsay.vision.data import Images, Split
from hearsay.vision.losses import LOSSES
from hearsay.vision.metrics import knn_accuracy
from hearsay.vision.nets import hoffer, norm_layers

BATCH, RATE, MOMENTUM, DECAY = 128, 0.1, 0.9, 1e-4
LOSS = "Hoffer's ratio"
NORMS = ("none", "batch")  # the paper's net, and the same with batch normalisation
SIDE = 32  # pixels that the net takes at most; larger images are brought to it
MOST = 64_000  # triplets of a run
MNIST = "mnist5k"
NEAREST, _, LINEAR = CLASSIFIERS = ("1-NN", "5-NN", "linear")
CHUNK = 384  # images of a pass, in evaluation too

_KEY = {
    "data": "data set",
    "norm": "normalisation in the net; the paper's has none",
    "classifier": "what tells the class from the embedding: nearest neighbours among training images, or logistic "
    "regression on them",
    "replicate": "number of the run, from 0; its weights and triplets are its own",
}
_VALUES = {
    "triplets": "triplets seen in the whole shortened run",
    "gallery": "training images that the classifier knows",
    "queries": "test images that it is asked for",
    "classes": "classes of the data set; chance is one over them",
    "accuracy": "share of right classes",
    "untrained": "the same with the net as it was initialised",
    "pixels": "the same from standardised pixels",
}
RUNS = Table(
    "triplet/hoffer-runs",
    "Hoffer and Ailon's net after a shortened run",
    key=tuple(_KEY),
    columns=_KEY | _VALUES,
    text=("data", "norm", "classifier"),
)
HOFFER = Table(
    "triplet/hoffer",
    "Hoffer and Ailon's net after a shortened run, beside their figure",
    key=tuple(_KEY),
    columns=_KEY
    | _VALUES
    | {
        "published": "the paper's accuracy on all images of this data set; empty where it has none",
        "published_epoch": "triplets of one epoch of the paper",
    },
    text=("data", "norm", "classifier"),
)


class _Test(NamedTuple):
    """Images as the net sees them, and their classes: those that a classifier knows, and those that it is asked for."""

    gallery: torch.Tensor
    known: torch.Tensor
    queries: torch.Tensor
    asked: torch.Tensor


def trainings(config: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return all shortened runs: normalisation and replicate; config: `seeds`."""
    return [(norm, replicate) for replicate in range(config["seeds"]) for norm in NORMS]


def shard(
    config: Mapping[str, Any],
    images: Split,
    data: str,
    seed: int,
    number: int,
    shards: int,
    resume: str | os.PathLike,
    code: str = "",
) -> pd.DataFrame:
    """Return `RUNS` of every `shards`-th run, from `number` on.

    config: `steps`, of batches of 128 triplets; `seeds`, runs a net; `gallery` and `queries`, images to evaluate with,
    at most. data: name of the data set. resume: where the job keeps how far it has come; one that was killed goes on
    from there. code: digest of the code that the job runs; what other code has kept is not used. Raises HearsayError
    where a run would be no shortened one, or the loss is no finite number.
    """
    if config["steps"] * BATCH > MOST:
        raise HearsayError(
            f"hoffer: {config['steps']} steps are {config['steps'] * BATCH:,} triplets; a shortened run has at most "
            f"{MOST:,}: set triplet.hoffer.steps to {MOST // BATCH} or less"
        )
    arrays = (array for part in images for array in part)
    asked = question((code, sorted(config.items()), data, seed, number, shards), arrays)
    rows = []
    test = _test(config, images, seed)
    pixels = _accuracies(test.gallery.flatten(1), test.queries.flatten(1), test)
    for norm, replicate in progress(trainings(config)[number::shards], "shortened runs"):
        checkpoint = Checkpoint(f"{resume}.{norm}-{replicate}", asked)
        found, untrained = run(config, norm, replicate, images.train, test, seed, checkpoint)
        sizes = (config["steps"] * BATCH, len(test.known), len(test.asked), int(images.train.labels.max()) + 1)
        rows += [
            (data, norm, classifier, replicate, *sizes, found[classifier], untrained[classifier], pixels[classifier])
            for classifier in CLASSIFIERS
        ]
    for norm, replicate in trainings(config)[number::shards]:
        Checkpoint(f"{resume}.{norm}-{replicate}", asked).clear()
    return pd.DataFrame(rows, columns=list(RUNS.columns))


def beside(runs: pd.DataFrame, published: Mapping[str, float]) -> pd.DataFrame:
    """Return `HOFFER` from `RUNS` and the published figures: `hoffer.mnist` in %, `hoffer.epoch` in triplets."""
    theirs = np.where(runs["data"] == MNIST, published["hoffer.mnist"] / 100, np.nan)
    return runs.assign(published=theirs, published_epoch=int(published["hoffer.epoch"]))


def run(
    config: Mapping[str, Any],
    norm: str,
    replicate: int,
    images: Images,
    test: _Test,
    seed: int,
    checkpoint: Checkpoint,
    every: int = 25,
) -> tuple[dict[str, float], dict[str, float]]:
    """Train once; return the accuracies by classifier, of the net trained and untrained.

    Triplets depend on seed and replicate only, so nets with and without normalisation see the same.
    """
    rng = seeds.generator(seed, "triplet", "hoffer", replicate)
    torch.manual_seed(int(rng.integers(2**62)))
    net = hoffer(norm, images.pixels.shape[1], min(images.pixels.shape[-1], SIDE))
    net = net.to(memory_format=torch.channels_last)  # faster on a CPU
    optimiser = torch.optim.SGD(net.parameters(), RATE, MOMENTUM, dampening=MOMENTUM, weight_decay=DECAY)
    drawn = draw(images.labels, config["steps"], BATCH, IID, rng).images
    state = checkpoint.state
    if state:
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["dropout"])
        untrained = state["untrained"]
    else:
        untrained = _evaluate(net, test)
    look, first = _look(images.pixels), state["step"] if state else 0
    for step in progress(range(first, config["steps"]), f"norm {norm}, replicate {replicate}"):
        net.train()
        batch = look(images.pixels[drawn[step].reshape(-1)]).contiguous(memory_format=torch.channels_last)
        loss = LOSSES[LOSS](*net(batch).chunk(3))
        if not torch.isfinite(loss):
            raise HearsayError(
                f"hoffer: the loss is {loss.item()} at step {step} of replicate {replicate}, norm {norm}; look for "
                "damaged images"
            )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if (step + 1) % every == 0 or step + 1 == config["steps"]:
            parts = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "untrained": untrained}
            checkpoint.save(parts | {"dropout": torch.get_rng_state(), "step": step + 1})
    return _evaluate(net, test), untrained


def _look(pixels: np.ndarray):
    """Return what makes images of uint8 what the net sees, at most 32 pixels wide, by these images' mean and deviation.

    As in their code, one mean and one deviation for all pixels.
    """
    mean, deviation = float(pixels.mean()), float(pixels.std())

    def look(some: np.ndarray) -> torch.Tensor:
        seen = (torch.from_numpy(some).float() - mean) / deviation
        return seen if seen.shape[-1] <= SIDE else interpolate(seen, (SIDE, SIDE), mode="bilinear", antialias=True)

    return look


def _test(config: Mapping[str, Any], images: Split, seed: int) -> _Test:
    rng = seeds.generator(seed, "triplet", "hoffer evaluation", 0)
    look, parts = _look(images.train.pixels), []
    for part, most in ((images.train, config["gallery"]), (images.test, config["queries"])):
        places = rng.permutation(len(part.labels))[:most]
        parts += [look(part.pixels[places]), torch.from_numpy(part.labels[places])]
    return _Test(*parts)


def _evaluate(net: nn.Module, test: _Test) -> dict[str, float]:
    """Return the accuracies by classifier.

    Running statistics are re-estimated over the gallery: few steps leave most of the initial values in them.
    """
    state = statistics.moments(net)
    if norm_layers(net):
        state = statistics.full_pass(net, test.gallery.split(CHUNK))
    with torch.no_grad(), statistics.using(net, state):
        gallery, queries = (torch.cat([net(part) for part in some.split(CHUNK)]) for some in (test[0], test[2]))
    return _accuracies(gallery, queries, test)


def _accuracies(gallery: torch.Tensor, queries: torch.Tensor, test: _Test) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    linear = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    linear.fit(gallery.numpy(), test.known.numpy())
    found = [knn_accuracy(queries, test.asked, gallery, test.known, k) for k in (1, 5)]
    found.append(linear.score(queries.numpy(), test.asked.numpy()))
    n = len(test.asked)
    return {name: round(share * n) / n for name, share in zip(CLASSIFIERS, found, strict=True)}
