"""A tiny run of the whole study, computed once, and comparisons as they are planted."""

from functools import cache

import numpy as np
import pandas as pd

from hearsay.triplet import analysis, evaluation, runs
from hearsay.triplet.exact import EXACT, EXPECTED
from hearsay.triplet.hoffer import HOFFER
from hearsay.triplet.untying import untying
from hearsay.vision.data import Images, Split

CONFIG = {
    "replicates": 2, "steps": 3, "rate": 0.01, "adam_rate": 0.002, "momentum": 0.1, "maps": [4, 4], "embedding": 3,
    "hoffer_maps": [2, 2, 2, 2], "batch": 8, "batches": [4, 8, 16], "frozen": 0.3, "tested": 30, "device": "cpu",
    "judging": {"alpha": 0.05, "harm": 0.02, "factor": 2.0},
}  # fmt: skip


def images() -> Split:
    """Eighty images to train on and forty to test with, of four classes, whose brightness tells them."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(4), 30)
    pixels = (rng.integers(0, 60, (120, 1, 8, 8)) + 40 * labels[:, None, None, None]).astype(np.uint8)
    order = rng.permutation(120)
    whole = Images(pixels[order], labels[order])
    return Split(*(Images(whole.pixels[part], whole.labels[part]) for part in (slice(80), slice(80, None))))


@cache
def raw(folder: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Outcomes, steps and layers of the tiny run; folder: where it keeps how far it has come."""
    full, evaluation.FULL = evaluation.FULL, 32
    try:
        return runs.shard(CONFIG, images(), 3, 0, 1, f"{folder}/r")
    finally:
        evaluation.FULL = full


@cache
def tables(folder: str) -> dict[str, pd.DataFrame]:
    """The tables of the tiny run, by the names that evidence has; of what needs no run, planted ones."""
    outcomes, steps, layers = raw(folder)
    exact = [(about, sentence, true, 4, 4 * true, 1e-7) for sentence, (about, true) in EXPECTED.items()]
    hoffer = [
        ("mnist5k", norm, classifier, k, 640, 40, 20, 4, 0.9 + k / 100, 0.7, 0.8, 0.9954, 640_000)
        for norm in ("none", "batch")
        for classifier in ("1-NN", "5-NN", "linear")
        for k in range(2)
    ]
    return {
        "summary": analysis.summarise(outcomes),
        "comparisons": analysis.comparisons(outcomes, CONFIG["judging"]),
        "steps": steps,
        "layers": layers,
        "exact": pd.DataFrame(exact, columns=list(EXACT.columns)),
        "untying": untying(),
        "hoffer": pd.DataFrame(hoffer, columns=list(HOFFER.columns)),
    }
