"""The cost of a confusion against counting image by image, and planted answers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay.imagenet.confusion import RANDOM, cost, nearness, readings, visibility
from hearsay.imagenet.hierarchy import Hierarchy


def classes_of(ids, names=None):
    names = names or [f"name {i}" for i in range(len(ids))]
    return pd.DataFrame({"ilsvrc2012_id": ids, "sorted_index": range(len(ids)), "first_lemma": names})


def labels_of(labels, blacklisted="unknown", reassessed="unknown"):
    return pd.DataFrame({"sorted_index": labels, "blacklisted": blacklisted, "reassessed": reassessed})


permutations = st.integers(2, 12).flatmap(lambda n: st.permutations(range(1, n + 1)))


@given(permutations)
def test_readings_are_what_a_reader_does(ids):
    classes = classes_of(ids)
    reading = readings(classes)
    devkit_list = [ids.index(i) for i in range(1, len(ids) + 1)]  # classes (by sorted index) in devkit order
    n = len(ids)
    assert reading["as it is meant"].tolist() == list(range(n))
    assert reading["sorted output, devkit list from 0"].tolist() == devkit_list
    assert reading["sorted output taken as devkit ID from 1"].tolist() == [-1, *devkit_list[: n - 1]]
    # A model trained in devkit order outputs the place of the class in devkit_list; the reader's list is 0, 1, 2 ...
    assert reading["devkit output, sorted list from 0"].tolist() == [devkit_list.index(c) for c in range(n)]
    taken = [i if i < n else -1 for i in ids]
    assert reading["devkit output taken with its base of 1"].tolist() == taken
    assert reading["one place too far (background class forgotten)"].tolist() == [*range(1, n), -1]
    assert reading["one place too near (list from 1 read as from 0)"].tolist() == [-1, *range(n - 1)]


def test_a_shared_name_goes_to_one_class():
    reading = readings(classes_of([3, 1, 2], ["crane", "hen", "crane"]))
    assert reading["by first lemma, the last class of a name wins"].tolist() == [2, 1, 2]
    assert reading["by first lemma, the first class of a name wins"].tolist() == [0, 1, 0]


@given(st.data(), st.integers(2, 6))
def test_cost_against_counting(data, n):
    reading = np.array(data.draw(st.lists(st.integers(-1, n - 1), min_size=n, max_size=n)))
    images = data.draw(st.integers(1, 20))
    labels = data.draw(st.lists(st.integers(0, n - 1), min_size=images, max_size=images))
    real = data.draw(st.lists(st.sets(st.integers(0, n - 1)), min_size=images, max_size=images))
    black = data.draw(st.lists(st.sampled_from(["yes", "no"]), min_size=images, max_size=images))
    real[0], black[0] = {0}, "no"
    table = cost({"r": reading}, labels_of(labels, black, [" ".join(map(str, sorted(s))) for s in real]))
    for row in table.itertuples():
        counted = [i for i in range(images) if row.blacklist == "kept" or black[i] == "no"]
        if row.truth == "reassessed":
            counted = [i for i in counted if real[i]]
            right = sum(reading[labels[i]] in real[i] for i in counted)
        else:
            right = sum(reading[labels[i]] == labels[i] for i in counted)
        assert (row.images, row.right) == (len(counted), right)
        assert row.accuracy == right / len(counted)
    assert len(table) == 4


def test_unknown_columns_have_no_rows():
    table = cost({"r": np.arange(2)}, labels_of([0, 1]))
    assert table[["truth", "blacklist"]].to_numpy().tolist() == [["original", "kept"]]


def test_nearness_counts_the_wrong_only():
    relation = Hierarchy(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], bool), np.array([[1, 2, 9], [2, 1, 5], [9, 5, 1]]))
    assert nearness(np.array([1, 2, 2]), relation) == (2, 0.5, 3.5)
    assert nearness(np.array([-1, 1, 0]), relation) == (1, 0.0, 9.0)
    assert nearness(np.arange(3), relation)[0] == 0


@pytest.fixture
def blocks():
    """A hierarchy of 20 pairs of siblings."""
    pair = np.arange(40) // 2
    same = pair[:, None] == pair[None, :]
    return Hierarchy(same, np.where(same, 1, 10))


def test_random_permutations_give_the_known_share(blocks):
    """Of the wrong labels under a random permutation 1 in 39 is the sibling."""
    row = visibility({}, blocks, permutations=4000, root_seed=1).iloc[0]
    assert row["reading"] == RANDOM
    assert abs(row["shares_parent"] - 1 / 39) < 4 * row["shares_parent_mc_error"]
    assert row["shares_parent_low"] <= row["shares_parent"] <= row["shares_parent_high"]
    assert abs(row["lca_height"] - (10 - 9 / 39)) < 4 * row["lca_height_mc_error"]


def test_more_permutations_keep_the_first(blocks):
    """A replicate's draw depends on its number, not on how many there are."""
    one = visibility({}, blocks, 2, root_seed=5)
    assert one.equals(visibility({}, blocks, 2, root_seed=5))
    assert not one.equals(visibility({}, blocks, 2, root_seed=6))


def test_fixed_readings_have_no_interval(blocks):
    swapped = np.arange(40) ^ 1
    row = visibility({"swap": swapped}, blocks, 2, 0).iloc[0]
    assert (row["shares_parent"], row["shares_parent_low"], row["shares_parent_mc_error"]) == (1.0, 1.0, 0.0)
    assert row["lca_height"] == 1.0
