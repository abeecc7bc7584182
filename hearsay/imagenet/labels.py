"""What the two orders, the names and the images' numbers have to do with each other."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

# Ways of naming a class by its synonyms in the devkit.
NAMINGS = ("words", "first lemma", "first lemma, case folded", "any lemma")


def same_places(classes: pd.DataFrame) -> pd.DataFrame:
    """Return, for each pair of bases, the classes whose number is the same in both orders (`ORDERS`)."""
    rows = []
    for devkit_base in (0, 1):
        for sorted_base in (0, 1):
            devkit_number = classes["ilsvrc2012_id"] - 1 + devkit_base
            same = classes[devkit_number == classes["sorted_index"] + sorted_base]
            rows.append((devkit_base, sorted_base, len(classes), len(same), "; ".join(same["unique_name"])))
    return pd.DataFrame(rows, columns=["devkit_base", "sorted_base", "classes", "same_place", "names"])


def shared_names(classes: pd.DataFrame, validation: pd.DataFrame) -> pd.DataFrame:
    """Return every name that several classes share, under each way of naming a class (`KEYS`)."""
    images = validation["wnid"].value_counts()
    lemmas = classes["words"].str.split(",").map(lambda names: sorted({name.strip() for name in names}))
    first = classes["first_lemma"]
    rows = []
    for key, names in zip(NAMINGS, (classes["words"], first, first.str.casefold(), lemmas), strict=True):
        named = classes.assign(name=names).explode("name")
        for name, group in named.groupby("name"):
            if len(group) > 1:
                wnids = sorted(group["wnid"])
                rows.append((key, name, " ".join(wnids), int(images.reindex(wnids, fill_value=0).sum())))
    return pd.DataFrame(rows, columns=["key", "name", "wnids", "images"])


def agreement(validation: pd.DataFrame, copies: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Compare each image's WNID with independent copies, each a sequence of WNIDs in image order (`AGREEMENT`)."""
    wnids = validation["wnid"].tolist()
    # A label that either side lacks agrees with nothing.
    rows = [
        (name, max(len(wnids), len(copy)), sum(a == b for a, b in zip(wnids, copy, strict=False)))
        for name, copy in copies.items()
    ]
    return pd.DataFrame(rows, columns=["copy", "compared", "agreeing"])


def number_code(ids: np.ndarray, lags: int) -> pd.DataFrame:
    """Return how often an image has the class of the one `lag` numbers before it, for lags 1..`lags` (`NUMBER_CODE`).

    Images sorted by class score near 1 at lag 1, classes dealt out in turn near 1 at lag 1000, chance 1 in 1000.
    """
    rows = []
    for lag in range(1, lags + 1):
        equal = int((ids[lag:] == ids[:-lag]).sum())
        rows.append((lag, len(ids) - lag, equal, equal / (len(ids) - lag)))
    return pd.DataFrame(rows, columns=["lag", "pairs", "equal", "share"])
