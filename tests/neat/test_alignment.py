"""All ways of aligning find the same; structure alone against every pairing tried; the table's shape and arithmetic."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearsay.errors import HearsayError
from hearsay.neat import alignment, alignment_genomes
from hearsay.neat import alignment_ways as ways
from hearsay.neat.alignment import ALIGNMENT, COMPILED, KEPT, MERGE, NETWORKX, PYTHON, SEARCH, STRUCTURE, TIMINGS
from hearsay.neat.alignment_genomes import CHOSEN, MATES, choose, grow
from hearsay.neat.genome import GENE
from hearsay.neat.speciation import align

SMALL = (5, 12, 30)


@pytest.fixture(scope="module")
def grown():
    return grow(SMALL, 1)


@pytest.fixture(scope="module")
def raw():
    return alignment.compare(2, 1, sizes=(5, 10), pairs=6)


def genome(numbers, weights=None):
    genes = np.zeros(len(numbers), GENE)
    genes["innovation"] = numbers
    genes["weight"] = np.arange(len(numbers)) / 7 if weights is None else weights
    return genes


def obvious(a, b):
    shared = {g["innovation"]: g["weight"] for g in a}
    twins = [abs(shared[g["innovation"]] - g["weight"]) for g in b if g["innovation"] in shared]
    return len(twins), len(a) + len(b) - 2 * len(twins), sum(twins)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 30), unique=True), st.lists(st.integers(0, 30), unique=True))
def test_every_way_finds_what_sets_find(first, second):
    a, b = genome(first), genome(second)
    wanted = pytest.approx(obvious(a, b))
    in_order = [np.sort(genes, order="innovation") for genes in (a, b)]
    lists = [list(zip(genes["innovation"].tolist(), genes["weight"].tolist(), strict=True)) for genes in (a, b)]
    assert ways.merged(*in_order) == wanted
    assert ways.searched(a, b) == wanted
    packed = ways.pack([b])
    assert ways.looked_up(a, packed.slots, len(b)) == wanted
    assert ways.merged_plainly(*(sorted(genes) for genes in lists)) == wanted
    assert ways.searched_plainly(*lists) == wanted
    assert ways.looked_up_plainly(dict(lists[0]), dict(lists[1])) == wanted
    assert ways.built_plainly(*lists) == wanted


def most_in_common(a, b, fixed, hidden_a, hidden_b):
    if hidden_a > hidden_b:
        a, b, hidden_a, hidden_b = b, a, hidden_b, hidden_a
    links = set(zip(b["source"].tolist(), b["target"].tolist(), strict=True))
    best = 0
    for partners in itertools.permutations(range(fixed, fixed + hidden_b), hidden_a):
        to = [*range(fixed), *partners]
        best = max(best, sum((to[g["source"]], to[g["target"]]) in links for g in a))
    return best


def structures(loops):
    @st.composite
    def build(draw):
        found = []
        for _ in range(2):
            hidden = draw(st.integers(0, 3))
            places = [(s, t) for s in range(4 + hidden) for t in range(3, 4 + hidden) if loops or s != t]
            chosen = draw(st.lists(st.sampled_from(places), unique=True, max_size=14)) if places else []
            genes = np.zeros(len(chosen), GENE)
            for gene, (source, target) in zip(genes, chosen, strict=True):
                gene["source"], gene["target"] = source, target
            found.append((genes, hidden))
        (a, hidden_a), (b, hidden_b) = found
        return a, b, 4, hidden_a, hidden_b

    return build()


@settings(max_examples=100, deadline=None)
@given(structures(loops=True))
def test_structure_alone_finds_the_best_pairing(case):
    best, _ = ways.corresponded(*case)
    assert best == most_in_common(*case)
    assert ways.corresponded(case[1], case[0], case[2], case[4], case[3])[0] == best


@settings(max_examples=15, deadline=None)
@given(structures(loops=False))
def test_networkx_agrees_on_structure(case):
    best, _ = ways.corresponded(*case)
    assert ways.edit_distance(*case) == len(case[0]) + len(case[1]) - 2 * best


@pytest.mark.parametrize("size", SMALL)
@pytest.mark.parametrize("which", CHOSEN)
def test_the_engines_genomes_are_aligned_the_same_in_every_way(grown, size, which):
    pairs = choose(grown[size], which, 15, np.random.default_rng(0))
    every = {**alignment.by_identity(pairs), **alignment.by_structure(pairs)}
    results = {name: way.run(2).copy() for name, way in every.items()}
    alignment.check("test", results)
    for found, (i, j) in zip(results[MERGE, COMPILED], pairs.pairs, strict=True):
        a, b = pairs.genes[i], pairs.genes[j]
        matching, disjoint, excess, _, difference = align(a, len(a), b, len(b))
        assert found == pytest.approx([matching, disjoint + excess, difference])
    if len(results.get((STRUCTURE, COMPILED), ())) == len(pairs.pairs):
        assert (results[STRUCTURE, COMPILED][:, 0] >= results[MERGE, COMPILED][:, 0]).all()


def test_genomes_grow_and_pairs_are_what_they_are_called(grown):
    for size, state in grown.items():
        assert size <= state.genomes.n_genes.mean() < size + 3
        found = choose(state, MATES, 20, np.random.default_rng(0)).pairs
        assert (state.belongs[found[:, 0]] == state.belongs[found[:, 1]]).all()
        assert (found[:, 0] != found[:, 1]).all()


def test_growing_stops_somewhere(monkeypatch):
    monkeypatch.setattr(alignment_genomes, "GENERATIONS", 2)
    with pytest.raises(HearsayError, match="300 genes after 2 generations"):
        grow((300,), 1)


def test_a_way_that_finds_something_else_is_found_out():
    right = np.array([[2.0, 1.0, 0.5]])
    same = {
        (MERGE, COMPILED): right,
        (SEARCH, PYTHON): np.add(right, [0, 0, 1e-12]),
        (STRUCTURE, COMPILED): right[:, :1] + 1,
    }
    alignment.check("test", {**same, (NETWORKX, PYTHON): right[:, :1] + 1})
    with pytest.raises(HearsayError, match="dictionary of pairs in Python"):
        alignment.check("test", {**same, (KEPT, PYTHON): np.add(right, [1, 0, 0])})
    with pytest.raises(HearsayError, match="search in Python"):
        alignment.check("test", {**same, (SEARCH, PYTHON): np.add(right, [0, 0, 0.1])})
    with pytest.raises(HearsayError, match="networkx"):
        alignment.check("test", {**same, (NETWORKX, PYTHON): right[:, :1]})


def test_the_timings_are_a_table_with_every_way_in_every_round(raw):
    TIMINGS.check(raw)
    assert (raw["cpu"] > 0).all()
    assert raw["matching"].between(0, 1).all()
    assert (raw.groupby(["genes", "pairs", "way", "language"]).size() == 2).all()
    assert raw["way"].nunique() == 7
    assert (raw["pairings"].notna() == raw["way"].isin([STRUCTURE, NETWORKX])).all()


def test_the_summary_of_planted_timings(raw):
    planted = raw.copy()
    planted["size"] = 10.0
    merge = planted["way"] == MERGE
    planted["cpu"] = np.where(merge, 2e-7, 5e-7) * np.where(planted["repeat"] == 0, 1, 3)
    found = alignment.summary(planted)
    ALIGNMENT.check(found)
    assert (found["rounds"] == 2).all()
    others = found[found["way"] != MERGE]
    assert others["per_gene"].to_numpy() == pytest.approx(50)  # of 25 and 75 ns
    assert others["low"].to_numpy() == pytest.approx(25)
    assert others["high"].to_numpy() == pytest.approx(75)
    assert others["ratio"].to_numpy() == pytest.approx(2.5)
    assert found.loc[found["way"] == MERGE, "ratio_high"].to_numpy() == pytest.approx(1)
    assert not found.isna().any(axis=None)
    pd.testing.assert_frame_equal(found, alignment.summary(planted.sample(frac=1, random_state=1)))
