"""Nearness in the hierarchy against a slow search, on random graphs and on the real one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay.imagenet.devkit import class_table, read_devkit
from hearsay.imagenet.hierarchy import GROUPS, groups, hierarchy, leaves_below


@st.composite
def graphs(draw):
    """A rooted acyclic graph as in meta.mat: leaves 1..n, inner synsets n+1.., each with children of smaller depth."""
    leaves = draw(st.integers(2, 7))
    levels = draw(st.integers(1, 5))
    children = dict.fromkeys(range(1, leaves + 1), ())
    for inner in range(leaves + 1, leaves + levels + 1):
        children[inner] = tuple(sorted(draw(st.sets(st.sampled_from(sorted(children)), min_size=1, max_size=4))))
    root = leaves + levels + 1
    children[root] = tuple(sorted(children))
    heights = {synset: draw(st.integers(1, 15)) if children[synset] else 0 for synset in children}
    synsets = pd.DataFrame(
        {
            "ilsvrc2012_id": list(children),
            "wnid": [f"n{i:08d}" for i in children],
            "children": list(children.values()),
            "num_children": [len(c) for c in children.values()],
            "wordnet_height": list(heights.values()),
        }
    )
    order = draw(st.permutations(range(leaves)))
    return synsets, pd.DataFrame({"ilsvrc2012_id": range(1, leaves + 1), "sorted_index": order})


def slow(synsets, classes):
    children = dict(zip(synsets["ilsvrc2012_id"], synsets["children"], strict=True))
    height = dict(zip(synsets["ilsvrc2012_id"], synsets["wordnet_height"], strict=True))

    def reaches(top, leaf):
        return top == leaf or any(reaches(child, leaf) for child in children[top])

    n = len(classes)
    index = dict(zip(classes["ilsvrc2012_id"], classes["sorted_index"], strict=True))
    shares, lca = np.zeros((n, n), bool), np.zeros((n, n), int)
    for a in index:
        for b in index:
            inner = [s for s in children if children[s]]
            shares[index[a], index[b]] = any({a, b} <= set(children[s]) for s in inner)
            lca[index[a], index[b]] = min(height[s] for s in inner if reaches(s, a) and reaches(s, b))
    return shares, lca


@given(graphs())
def test_against_a_slow_search(graph):
    fast = hierarchy(*graph)
    shares, lca = slow(*graph)
    assert (fast.shares_parent == shares).all()
    assert (fast.lca_height == lca).all()


@pytest.fixture(scope="module")
def real(devkit_archive):
    kit = read_devkit(devkit_archive)
    classes = class_table(kit)
    return kit.synsets, classes, hierarchy(kit.synsets, classes)


def test_known_neighbours(real):
    _, classes, relation = real
    index = classes.drop_duplicates("first_lemma").set_index("first_lemma")["sorted_index"]
    assert relation.shares_parent[index["tabby"], index["Persian cat"]]
    assert not relation.shares_parent[index["tabby"], index["tiger"]]
    near = relation.lca_height[index["tabby"], index["tiger"]]
    assert near < relation.lca_height[index["tabby"], index["goldfish"]]
    assert relation.lca_height[index["tabby"], index["goldfish"]] < relation.lca_height[index["tabby"], index["desk"]]
    assert (relation.lca_height == relation.lca_height.T).all()


def test_every_class_lies_below_the_root(real):
    synsets, _, _ = real
    assert leaves_below(synsets)[1001] == frozenset(range(1, 1001))


def test_groups_of_the_real_classes(devkit_archive):
    devkit = read_devkit(devkit_archive)
    found = groups(devkit.synsets, class_table(devkit)).set_index("wnid")["group"]
    assert found.value_counts().to_dict() == {"things and scenes": 602, "other animals": 280, "dogs": 118}
    assert found[["n02085620", "n02119022", "n01440764", "n03126707"]].tolist() == [
        "dogs",
        "other animals",
        "other animals",
        "things and scenes",
    ]
    assert set(found) == set(GROUPS)
