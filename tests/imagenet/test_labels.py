"""Orders, names and numbers against slow references and planted codes."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from hearsay.imagenet.labels import agreement, number_code, same_places, shared_names


@given(st.integers(1, 9).flatmap(lambda n: st.permutations(range(1, n + 1))))
def test_same_places_in_every_pair_of_bases(ids):
    classes = pd.DataFrame(
        {"ilsvrc2012_id": ids, "sorted_index": range(len(ids)), "unique_name": [f"c{i}" for i in range(len(ids))]}
    )
    for row in same_places(classes).itertuples():
        expected = [
            f"c{index}"
            for index, identity in enumerate(ids)
            if identity - 1 + row.devkit_base == index + row.sorted_base
        ]
        assert row.same_place == len(expected)
        assert row.names == "; ".join(expected)


def test_shared_names_by_every_key():
    classes = pd.DataFrame(
        {
            "wnid": ["n1", "n2", "n3", "n4"],
            "words": ["crane", "Crane, hoist", "crane", "hen, hoist"],
            "first_lemma": ["crane", "Crane", "crane", "hen"],
        }
    )
    validation = pd.DataFrame({"wnid": ["n1", "n1", "n2", "n3", "n4"]})
    found = {
        (row.key, row.name): (row.wnids, row.images)
        for row in shared_names(classes, validation).itertuples(index=False)
    }
    assert found == {
        ("words", "crane"): ("n1 n3", 3),
        ("first lemma", "crane"): ("n1 n3", 3),
        ("first lemma, case folded", "crane"): ("n1 n2 n3", 4),
        ("any lemma", "crane"): ("n1 n3", 3),
        ("any lemma", "hoist"): ("n2 n4", 2),
    }


def test_agreement_counts_images():
    table = agreement(pd.DataFrame({"wnid": ["a", "b", "c"]}), {"copy": ["a", "x", "c"], "same": ["a", "b", "c"]})
    assert table.to_numpy().tolist() == [["copy", 3, 2], ["same", 3, 3]]
    assert agreement(pd.DataFrame({"wnid": ["a", "b"]}), {"long": ["a", "b", "c"]}).to_numpy().tolist() == [
        ["long", 3, 2]
    ]
    assert agreement(pd.DataFrame({"wnid": ["a", "b"]}), {"short": ["a"]}).to_numpy().tolist() == [["short", 2, 1]]


@given(st.lists(st.integers(0, 3), min_size=12, max_size=40), st.integers(1, 10))
def test_number_code_against_counting(ids, lags):
    table = number_code(np.array(ids), lags)
    for row in table.itertuples():
        pairs = list(zip(ids, ids[row.lag :], strict=False))
        assert (row.pairs, row.equal) == (len(pairs), sum(a == b for a, b in pairs))


def test_number_code_sees_planted_codes():
    blocks, turns = np.repeat(np.arange(100), 50), np.tile(np.arange(100), 50)
    shuffled = np.random.default_rng(0).permutation(blocks)
    best = {name: number_code(ids, 100)["share"].max() for name, ids in
            {"blocks": blocks, "turns": turns, "shuffled": shuffled}.items()}  # fmt: skip
    assert best["blocks"] > 0.97
    assert best["turns"] == 1
    assert best["shuffled"] < 0.02
