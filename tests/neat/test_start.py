"""First populations: what is linked, how it is numbered, and that weights are drawn evenly."""

import numpy as np
import pytest
from scipy import stats

from hearsay.neat import innovation, start
from hearsay.neat.settings import settings
from tests.neat.populations import SCHEMES, everyone, generations, grown, key
from tests.neat.populations import Shape as Task


def first(kind, options, sensors=3, outputs=2, seed=0):
    record = innovation.new_record()
    return start.populate(kind, sensors, outputs, record, options, np.random.default_rng(seed)), record


def ends(one):
    return [(gene.source, gene.target) for gene in one.genes]


def test_the_minimal_population_links_every_sensor_to_every_output():
    genomes, record = first("minimal", settings(population=7))
    for one in everyone(genomes, settings()):
        assert ends(one) == [(i, o) for i in range(3) for o in (3, 4)]
        assert [gene.innovation for gene in one.genes] == [gene.origin for gene in one.genes] == list(range(6))
        assert one.nodes == list(range(5))
        assert all(gene.enabled and not gene.recurrent for gene in one.genes)
    assert record.counts[[innovation.NODES, innovation.NUMBERS, innovation.EVENTS]].tolist() == [5, 6, 6]


def test_the_full_population_has_ten_hidden_nodes_between():
    genomes, _ = first("full", settings(population=3))
    hidden = range(5, 15)
    expected = {(i, h) for i in range(3) for h in hidden} | {(h, o) for h in hidden for o in (3, 4)}
    for one in everyone(genomes, settings()):
        assert set(ends(one)) == expected
        assert len(one.genes) == len(expected)


def test_random_topologies_differ_and_have_each_possible_link_with_its_probability():
    options = settings(population=2000)
    genomes, record = first("random", options)
    population = everyone(genomes, options)
    hidden = np.array([len(one.nodes) - 5 for one in population])
    assert stats.chisquare(np.bincount(hidden, minlength=11)).pvalue > 1e-4
    possible = 3 * (2 + hidden) + hidden * (hidden - 1) // 2 + hidden * 2
    links = np.array([len(one.genes) for one in population])
    share = links.sum() / possible.sum()
    assert abs(share - start.LINKED) < 4 * (start.LINKED * (1 - start.LINKED) / possible.sum()) ** 0.5
    numbers = {}
    for one in population:
        assert len(set(ends(one))) == len(one.genes)
        for gene in one.genes:
            assert {gene.source, gene.target} <= set(one.nodes)
            assert gene.target >= 3
            assert gene.source < 3 or gene.target < 5 or gene.source < gene.target, "forward"
            assert numbers.setdefault((gene.source, gene.target), gene.innovation) == gene.innovation
    assert len(set(numbers.values())) == len(numbers) == record.counts[innovation.NUMBERS]


def test_weights_are_uniform_between_minus_one_and_one():
    genomes, _ = first("minimal", settings(population=2000))
    weights = genomes.genes["weight"][:, :6].ravel()
    assert stats.kstest(weights, stats.uniform(-1, 2).cdf).pvalue > 1e-3


@pytest.mark.parametrize("kind", start.STARTS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_begins_with_the_same_genomes(scheme, kind):
    plainly, scheme = settings(population=20), settings(**SCHEMES[scheme], population=20)
    ours, theirs = first(kind, plainly)[0], first(kind, scheme)[0]
    for name in ("weight", "source", "target", "enabled", "origin"):
        assert np.array_equal(ours.genes[name], theirs.genes[name])
    assert np.array_equal(ours.n_genes, theirs.n_genes)
    assert np.array_equal(ours.n_nodes, theirs.n_nodes)
    labels = {}
    for k in range(20):
        n = ours.n_genes[k]
        for one, other in zip(ours.genes["innovation"][k, :n], theirs.genes["innovation"][k, :n], strict=True):
            if scheme.identity != 2:  # positions depend on how many nodes a genome has
                assert labels.setdefault(one, other) == other
    assert len(set(labels.values())) == len(labels)


@pytest.mark.parametrize("kind", start.STARTS)
@pytest.mark.parametrize("scheme", ["d1", "d3"])
def test_pairs_and_positions_name_a_genes_own_nodes(scheme, kind):
    options = settings(**SCHEMES[scheme], population=20)
    genomes, _ = first(kind, options)
    for one in everyone(genomes, options):
        assert [gene.innovation for gene in one.genes] == ends(one)
        if scheme == "d3":
            assert sorted(one.nodes) == list(range(len(one.nodes)))
            assert sorted(one.nodes)[-2:] == one.nodes[3:5], "outputs are last"


def test_scattered_numbers_from_the_beginning():
    genomes, _ = first("minimal", settings(population=2, scattered=True))
    found = genomes.genes["innovation"][0, :6].tolist()
    assert found == [n * innovation.ODD % 2**31 for n in range(6)]
    assert found != sorted(found)


def test_a_link_of_the_first_generation_keeps_its_number_where_the_record_is_kept_for_ever():
    options = settings(**SCHEMES["c"], population=30, add_link=0.5)
    issued = {}
    for state, _, _ in generations(options, 0, 6, Task(3, 1), kind="random"):
        for one in everyone(state.genomes, options):
            for gene in one.genes:
                assert issued.setdefault((gene.source, gene.target), gene.innovation) == gene.innovation


@pytest.mark.parametrize("kind", start.STARTS)
def test_genomes_grow_from_every_start(kind):
    options = settings(population=20, add_node=0.3, add_link=0.3)
    state, _ = grown(options, 1, 10, Task(3, 2), kind)
    assert state.genomes.n_nodes.max() > first(kind, options, 4)[0].n_nodes.max()
    assert key(state.genomes.genes[0, 0]["innovation"], options) >= 0
