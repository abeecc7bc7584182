"""What it costs to read a classifier's output by the wrong list, and how visible the mistake is.

The classifier is perfect: for an image of class c (sorted index, from 0) it outputs c. A *reading* is an int array
(1000,) with the class that a reader takes output s to mean, or -1 where the reader's list has no such place.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hearsay import seeds
from hearsay.imagenet.hierarchy import Hierarchy

# How the output is read, as the tables name it.
CORRECT = "as it is meant"
OTHER_ORDER = "sorted output, devkit list from 0"
OTHER_BASE = "sorted output taken as devkit ID from 1"
OFF_BY_ONE = "one place too far (background class forgotten)"
BY_NAME = "by first lemma, the last class of a name wins"
RANDOM = "random permutation"
QUANTILES = (0.025, 0.975)


def readings(classes: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the readings by name: the right one, the other order in both bases and directions, off by one, by name."""
    n = len(classes)
    index_of_id = np.full(n + 2, -1)
    index_of_id[classes["ilsvrc2012_id"]] = classes["sorted_index"]
    id_of_index = classes["ilsvrc2012_id"].to_numpy()
    output = np.arange(n)
    last_of_name = dict(zip(classes["first_lemma"], classes["sorted_index"], strict=True))
    first_of_name = dict(zip(classes["first_lemma"][::-1], classes["sorted_index"][::-1], strict=True))
    shifted_up, shifted_down = output + 1, output - 1
    shifted_up[-1] = -1
    devkit_place = id_of_index - 1
    return {
        CORRECT: output,
        OTHER_ORDER: index_of_id[output + 1],
        OTHER_BASE: index_of_id[output],
        # A model trained in devkit order puts class c at place ID - 1; the reader's list there is the sorted one.
        "devkit output, sorted list from 0": devkit_place,
        "devkit output taken with its base of 1": np.where(id_of_index < n, id_of_index, -1),
        OFF_BY_ONE: shifted_up,
        "one place too near (list from 1 read as from 0)": shifted_down,
        BY_NAME: classes["first_lemma"].map(last_of_name).to_numpy(),
        "by first lemma, the first class of a name wins": classes["first_lemma"].map(first_of_name).to_numpy(),
    }


def cost(readings: Mapping[str, np.ndarray], validation: pd.DataFrame) -> pd.DataFrame:
    """Count the images that each reading gets right, against the original and the reassessed labels.

    validation: a `VALIDATION` table; blacklisted images are dropped in rows of their own where they are known. An image
    without any reassessed label is left out of the rows that are held against those.
    """
    labels = validation["sorted_index"].to_numpy()
    known = {"kept": np.ones(len(labels), bool)}
    if "unknown" not in set(validation["blacklisted"]):
        known["dropped"] = validation["blacklisted"].to_numpy() == "no"
    accepted = {"original": [{label} for label in labels]}
    if "unknown" not in set(validation["reassessed"]):
        accepted["reassessed"] = [set(map(int, text.split())) for text in validation["reassessed"]]
    rows = []
    for name, reading in readings.items():
        read_as = reading[labels]
        for truth, sets in accepted.items():
            right = np.array([label in allowed for label, allowed in zip(read_as, sets, strict=True)])
            labelled = np.array([bool(allowed) for allowed in sets])
            for blacklist, keep in known.items():
                images, hits = int((labelled & keep).sum()), int((right & labelled & keep).sum())
                rows.append((name, truth, blacklist, images, hits, hits / images))
    return pd.DataFrame(rows, columns=["reading", "truth", "blacklist", "images", "right", "accuracy"])


def nearness(reading: np.ndarray, relation: Hierarchy) -> tuple[int, float, float]:
    """Return over the wrongly read classes: how many, the share with a common parent, the mean height of the LCA."""
    output = np.arange(len(reading))
    wrong = (reading != output) & (reading >= 0)
    if not wrong.any():
        return 0, float("nan"), float("nan")
    pair = (output[wrong], reading[wrong])
    return int(wrong.sum()), float(relation.shares_parent[pair].mean()), float(relation.lca_height[pair].mean())


def visibility(
    readings: Mapping[str, np.ndarray], relation: Hierarchy, permutations: int, root_seed: int
) -> pd.DataFrame:
    """Say how near each reading's wrong labels lie to the right ones, beside `permutations` random permutations.

    Every class has as many images as any other, so that shares of classes are shares of images.
    """
    rows = []
    for name, reading in readings.items():
        wrong, share, height = nearness(reading, relation)
        if wrong:
            rows.append((name, wrong, share, share, share, 0.0, height, height, height, 0.0))
    drawn = np.array(
        [
            nearness(seeds.generator(root_seed, "imagenet", RANDOM, i).permutation(len(relation.lca_height)), relation)
            for i in range(permutations)
        ]
    )
    wrong, share, height = drawn.T
    rows.append((RANDOM, round(wrong.mean()), *_summary(share), *_summary(height)))
    columns = [
        f"{endpoint}{suffix}"
        for endpoint in ("shares_parent", "lca_height")
        for suffix in ("", "_low", "_high", "_mc_error")
    ]
    return pd.DataFrame(rows, columns=["reading", "classes", *columns])


def _summary(draws: np.ndarray) -> tuple[float, float, float, float]:
    low, high = np.quantile(draws, QUANTILES)
    return float(draws.mean()), float(low), float(high), float(draws.std(ddof=1) / np.sqrt(len(draws)))
