"""How near two classes lie in the devkit's WordNet hierarchy, a directed acyclic graph (some have two parents)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

# WordNet synsets whose classes a figure tells apart; the first that holds a class wins.
GROUPS = {"dogs": "n02084071", "other animals": "n00015388", "things and scenes": "n00001740"}


@dataclass(frozen=True)
class Hierarchy:
    """Pairwise relations of the 1000 classes, rows and columns by sorted index.

    shares_parent: bool (1000, 1000), whether two classes have a direct parent in common.
    lca_height: int (1000, 1000), smallest `wordnet_height` of an ancestor of both.
    """

    shares_parent: np.ndarray
    lca_height: np.ndarray


def hierarchy(synsets: pd.DataFrame, classes: pd.DataFrame) -> Hierarchy:
    """Relate the classes of `class_table` through the synsets of a `Devkit`."""
    index_of = dict(zip(classes["ilsvrc2012_id"], classes["sorted_index"], strict=True))
    children = dict(zip(synsets["ilsvrc2012_id"], synsets["children"], strict=True))
    n = len(classes)
    shares_parent = np.zeros((n, n), bool)
    lca_height = np.full((n, n), np.iinfo(int).max)

    below = leaves_below(synsets)
    inner = synsets[synsets["num_children"] > 0]
    for synset, height in zip(inner["ilsvrc2012_id"], inner["wordnet_height"], strict=True):
        leaves = [index_of[leaf] for leaf in below[synset]]
        block = np.ix_(leaves, leaves)
        lca_height[block] = np.minimum(lca_height[block], height)
        direct = [index_of[c] for c in children[synset] if c in index_of]
        shares_parent[np.ix_(direct, direct)] = True
    return Hierarchy(shares_parent, lca_height)


def leaves_below(synsets: pd.DataFrame) -> dict[int, frozenset[int]]:
    """Return for every synset's ID the IDs of the leaves below it; a leaf's own is below itself."""
    children = dict(zip(synsets["ilsvrc2012_id"], synsets["children"], strict=True))
    found: dict[int, frozenset[int]] = {}

    def visit(synset: int) -> frozenset[int]:
        if synset not in found:
            below = (visit(child) for child in children[synset])
            found[synset] = frozenset().union(*below) if children[synset] else frozenset([synset])
        return found[synset]

    for synset in children:
        visit(synset)
    return found


def groups(synsets: pd.DataFrame, classes: pd.DataFrame) -> pd.DataFrame:
    """Return a `GROUPS` table: which of the groups above holds each class of a `CLASSES` table."""
    below = leaves_below(synsets)
    id_of = dict(zip(synsets["wnid"], synsets["ilsvrc2012_id"], strict=True))
    found = classes[["wnid"]].assign(group="")
    for name, wnid in reversed(GROUPS.items()):
        found.loc[classes["ilsvrc2012_id"].isin(below[id_of[wnid]]), "group"] = name
    return found
