"""The compatibility distance against the slow reference and by hand; which species takes a genome."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis

from hearsay.neat import genome
from hearsay.neat.settings import settings
from hearsay.neat.speciation import SPECIES, align, assign, begin, compatibility
from tests.neat import reference
from tests.neat.populations import SCHEMES, SEEDS, any_settings, generations, grown, plain


def genes_of(genomes, k):
    return genomes.genes[k], genomes.n_genes[k]


@given(any_settings(population=8), SEEDS)
@hypothesis(max_examples=60, deadline=None)
def test_the_distance_is_the_references(options, seed):
    state, _ = grown(options, seed, 8)
    genomes = [plain(state.genomes, k, options) for k in range(8)]
    for i, j in itertools.product(range(8), repeat=2):
        both = (*genes_of(state.genomes, i), *genes_of(state.genomes, j))
        assert align(*both) == reference.alignment(genomes[i], genomes[j])
        assert compatibility(*both, options) == pytest.approx(
            reference.distance(genomes[i], genomes[j], options), rel=1e-12, abs=1e-15
        )
        back = (*genes_of(state.genomes, j), *genes_of(state.genomes, i))
        assert compatibility(*both, options) == pytest.approx(compatibility(*back, options), rel=1e-12, abs=1e-15)
        if i == j:
            assert compatibility(*both, options) == 0


def numbered(*rows):
    """Genomes of genes (innovation, weight)."""
    genomes = genome.empty(len(rows), 2, 1, 40, 8)
    for k, row in enumerate(rows):
        for j, (number, weight) in enumerate(row):
            genomes.genes[k, j] = (number, j, weight, 0, 2, True, False)
        genomes.n_genes[k] = len(row)
    return genomes


def between(a, b, **options):
    genomes = numbered(a, b)
    return compatibility(*genes_of(genomes, 0), *genes_of(genomes, 1), settings(**options))


A = [(1, 0.0), (2, 1.0), (3, 0.5), (4, 1.0), (5, 2.0), (8, 1.0)]  # of the paper's figure 4
B = [(1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0), (5, 1.0), (6, 1.0), (7, 1.0), (9, 1.0), (10, 1.0)]


def test_the_papers_example_by_hand():
    genomes = numbered(A, B)
    assert align(*genes_of(genomes, 0), *genes_of(genomes, 1)) == (5, 3, 2, 0, 2.5)
    assert between(A, B, c1=1, c2=1, c3=0.4) == pytest.approx(5 + 0.4 * 0.5)
    assert between(A, B, c1=2, c2=1, c3=3) == pytest.approx(2 * 2 + 3 + 3 * 0.5)
    assert between(A, B, c1=0.5, c2=2, c3=0) == pytest.approx(2 * 0.5 + 3 * 2)
    assert between(A, B, c1=0, c2=0, c3=1) == pytest.approx(0.5)


def test_genomes_without_common_genes_or_without_genes():
    assert between([(1, 0.0)], [(2, 0.0), (3, 0.0)]) == 3
    assert between([(5, 0.0)], [(2, 0.0), (3, 0.0)], c1=10) == 2 + 10
    assert between([], [(2, 0.0)], c1=10) == 10
    assert between([], []) == 0


def test_large_genomes_are_normalised():
    for n, size in ((19, 1), (20, 20), (30, 30)):
        one = [(k, 0.0) for k in range(n)]
        for c1 in (1.0, 2.0):
            assert between(one, one[:5], c1=c1, normalise=True) == pytest.approx(c1 * (n - 5) / size)
            assert between(one, one[:5], c1=c1, normalise=False) == pytest.approx(c1 * (n - 5))


def test_matching_genes_of_two_mutations_are_told_from_inherited_ones():
    genomes = numbered(A, A)
    genomes.genes["origin"][1, :2] += 100
    assert align(*genes_of(genomes, 0), *genes_of(genomes, 1))[3] == 2


# Chronology


@pytest.mark.parametrize("scheme", ["a", "b", "c"])
def test_without_order_only_disjoint_and_excess_change(scheme):
    found = {}
    for scattered in (False, True):
        options = settings(
            **SCHEMES[scheme], scattered=scattered, threshold=np.inf, add_node=0.2, add_link=0.4, population=20
        )
        state, _ = grown(options, 7, 8)
        found[scattered] = [
            (
                *align(*genes_of(state.genomes, i), *genes_of(state.genomes, j)),
                *(
                    compatibility(*genes_of(state.genomes, i), *genes_of(state.genomes, j), settings(options, c1=c1))
                    for c1 in (1, 3)
                ),
            )
            for i, j in itertools.combinations(range(20), 2)
        ]
    changed = 0
    for (m, d, e, i, w, same, other), (m2, d2, e2, i2, w2, same2, other2) in zip(*found.values(), strict=True):
        assert (m, d + e, i, w, same) == (m2, d2 + e2, i2, w2, same2)
        assert (e == e2) == (other == other2)
        changed += e != e2
    assert changed > 50


# Which species


def test_the_first_compatible_species_takes_a_genome():
    genomes = numbered([(1, 0.0)], [(1, 0.0), (2, 0.0)], [(1, 0.0), (2, 0.0), (3, 0.0)], [(1, 0.0), (2, 0.0)])
    species = np.zeros(4, SPECIES)
    begin(species, 0, 0, 0)
    begin(species, 1, 1, 2)
    options = settings(c3=0)
    for threshold, expected in ((1.5, 0), (1.0, 2), (0.5, 2), (0.0, 2)):
        assert assign(genomes, 1, genomes, species, 2, threshold, options) == expected, "less than, not equal"
    assert assign(genomes, 2, genomes, species, 2, 0.5, options) == 1
    assert assign(genomes, 2, genomes, species, 2, 2.5, options) == 0
    assert assign(genomes, 2, genomes, species, 2, np.inf, options) == 0


def test_a_new_species_stands_for_itself_among_the_offspring_and_an_old_one_among_the_parents():
    parents, children = numbered([(1, 0.0)], [(2, 0.0)]), numbered([(1, 0.0)], [(2, 0.0)])
    children.genes["innovation"][0, 0] = 2
    species = np.zeros(1, SPECIES)
    begin(species, 0, 0, 0)
    assert assign(children, 1, parents, species, 1, 0.5, settings()) == 0
    species["new"] = False
    assert assign(children, 1, parents, species, 1, 0.5, settings()) == 1


def test_no_speciation_where_the_threshold_is_infinite():
    options = settings(threshold=np.inf, add_node=0.3, add_link=0.3, population=20)
    assert {state.n_species for state, _, _ in generations(options, 0, 10)} == {1}


def test_every_genome_is_a_species_where_the_threshold_is_zero():
    options = settings(threshold=0, population=20)
    assert {state.n_species for state, _, _ in generations(options, 0, 5)} == {20}


def test_in_the_first_generation_every_species_is_what_its_first_genome_is_compatible_with():
    options = settings(population=60, threshold=0.2)
    state, _ = grown(options, 1, 0)
    genomes = [plain(state.genomes, k, options) for k in range(60)]
    firsts = []
    for one in genomes:
        fits = [s for s, f in enumerate(firsts) if reference.distance(one, genomes[f], options) < 0.2]
        assert state.belongs[genomes.index(one)] == (fits[0] if fits else len(firsts))
        if not fits:
            firsts.append(genomes.index(one))
    assert state.n_species == len(firsts) > 3
