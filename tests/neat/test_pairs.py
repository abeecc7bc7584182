"""Pairs of genomes are aligned as a dictionary does it, and drawn as they are named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearsay.neat.pairs import ALIGNED, align_pairs, draw_pairs
from tests.neat.planted import plant

# (innovation, origin); innovations once in a genome, as crossover and mutation keep them
genes = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 9)), max_size=8, unique_by=lambda gene: gene[0])


def slowly(one, other, first):
    a, b = dict(one), dict(other)
    both = set(a) & set(b)
    unmatched = [number for number in set(a) | set(b) if number not in both]
    excess = [number for number in unmatched if number > max(b if number in a else a, default=-1)]
    kin = [(i, j) for i, left in one for j, right in other if left == right]
    return {
        "matching": len(both),
        "disjoint": len(unmatched) - len(excess),
        "excess": len(excess),
        "independent": sum(a[number] != b[number] for number in both),
        "matching_new": sum(max(a[number], b[number]) >= first for number in both),
        "kin": len(kin),
        "kin_unmatched": sum(i != j for i, j in kin),
    }


@settings(deadline=None, max_examples=200)
@given(st.lists(genes, min_size=2, max_size=4), st.integers(0, 9))
def test_pairs_are_aligned_as_by_a_dictionary(population, first):
    planted = plant(*(([0, 1, 2], [(i, o, 0, 2, True) for i, o in genome]) for genome in population))
    one, other = np.arange(len(population)), np.arange(len(population))[::-1].copy()
    sums = dict(zip(ALIGNED, align_pairs(planted, one, other, first), strict=True))
    slow = [slowly(population[i], population[j], first) for i, j in zip(one, other, strict=True)]
    assert sums == {name: sum(each[name] for each in slow) for name in ALIGNED}


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 4), min_size=2, max_size=12), st.integers(0, 2**32))
def test_pairs_are_of_the_species_that_they_are_drawn_from(species, seed):
    belongs = np.array(species)
    either, within, between = draw_pairs(belongs, np.random.default_rng(seed).random((3, 2, 50)))
    for one, other in (either, within, between):
        assert (one != other).all()
    assert len(either[0]) == 50
    assert (belongs[within[0]] == belongs[within[1]]).all()
    assert (belongs[between[0]] != belongs[between[1]]).all()
    assert len(within[0]) == 50 * (len(set(species)) < len(species))
    assert len(between[0]) == 50 * (len(set(species)) > 1)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_every_pair_is_as_likely_as_its_first(which):
    belongs, n = np.array([2, 0, 1, 0, 2, 2]), 60_000
    one, other = draw_pairs(belongs, np.random.default_rng(1).random((3, 2, n)))[which]
    alike = belongs[:, None] == belongs
    allowed = (np.ones_like(alike), alike, ~alike)[which] & ~np.eye(6, dtype=bool)
    firsts = allowed.any(axis=1)
    expected = np.divide(
        allowed * n / firsts.sum(), allowed.sum(axis=1, keepdims=True), where=allowed, out=np.zeros((6, 6))
    )
    drawn = np.zeros((6, 6))
    np.add.at(drawn, (one, other), 1)
    assert (drawn[~allowed] == 0).all()
    assert (np.abs(drawn - expected) <= 5 * np.sqrt(expected)).all()
