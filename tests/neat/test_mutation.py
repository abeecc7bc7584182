"""Each mutation against the slow reference and by hand, and what it must never do."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from hearsay.neat import genome, innovation, mutation
from hearsay.neat.settings import settings
from tests.neat import reference_run
from tests.neat.populations import (
    LINKS,
    SCHEMES,
    SEEDS,
    any_settings,
    crafted,
    generations,
    grown,
    plain,
    plain_record,
)

MUTATIONS = {
    "mutate": lambda g, k, record, options, rng: mutation.mutate(g, k, record, options, rng),
    "mutate_weights": lambda g, k, record, options, rng: mutation.mutate_link_weights(g, k, options, rng),
    "add_link": lambda g, k, record, options, rng: mutation.mutate_add_link(g, k, record, options, rng),
    "add_node": lambda g, k, record, options, rng: mutation.mutate_add_node(g, k, record, options, rng),
    "toggle": lambda g, k, record, options, rng: mutation.mutate_toggle_enable(g, k, rng),
    "reenable": lambda g, k, record, options, rng: mutation.mutate_gene_reenable(g, k),
}
PLAIN = {
    "mutate": reference_run.mutate,
    "mutate_weights": lambda g, record, options, rng: reference_run.mutate_weights(g, options, rng),
    "add_link": reference_run.add_link,
    "add_node": reference_run.add_node,
    "toggle": lambda g, record, options, rng: reference_run.toggle(g, rng),
    "reenable": lambda g, record, options, rng: reference_run.reenable(g),
}


def roomy(genomes, more=4):
    """The same genomes with room for `more` genes and nodes."""
    n, genes = genomes.genes.shape
    found = genome.empty(n, genomes.sensors, genomes.outputs, genes + more, genomes.nodes.shape[1] + more)
    for k in range(n):
        genome.copy(genomes, k, found, k)
    return found


def same_as_reference(name, genomes, k, record, options, rng):
    again, slow, slow_record = copy.deepcopy(rng), plain(genomes, k, options), plain_record(record, options)
    MUTATIONS[name](genomes, k, record, options, rng)
    PLAIN[name](slow, slow_record, options, again)
    assert plain(genomes, k, options) == slow
    assert rng.bit_generator.state == again.bit_generator.state
    counts = record.counts[[innovation.NUMBERS, innovation.NODES, innovation.EVENTS]].tolist()
    assert counts == [slow_record.numbers, slow_record.nodes, slow_record.events]


@pytest.mark.parametrize("name", MUTATIONS)
@given(any_settings(population=6), SEEDS)
@hypothesis(max_examples=25, deadline=None)
def test_a_mutation_of_grown_genomes_is_the_references(name, options, seed):
    state, rng = grown(options, seed, 8)
    genomes = roomy(state.genomes)
    for k in range(6):
        same_as_reference(name, genomes, k, state.record, options, rng)


@pytest.mark.parametrize("name", MUTATIONS)
@given(LINKS, any_settings(identity="number"), SEEDS)
@hypothesis(max_examples=25, deadline=None)
def test_a_mutation_of_crafted_genomes_is_the_references(name, links, options, seed):
    record = innovation.new_record()
    record.counts[[innovation.NUMBERS, innovation.NODES, innovation.EVENTS]] = 100
    same_as_reference(name, crafted(links), 0, record, options, np.random.default_rng(seed))


# Weights


def changes(genes, seed=0, **options):
    """Changes (repeats, genes) of genes of weight 0.125, of which each repeat is one mutation."""
    rng, rows = np.random.default_rng(seed), []
    genomes = crafted([(0, 2 + j % 6, 0.125, True) for j in range(genes)])
    for _ in range(4000):
        genomes.genes["weight"][0] = 0.125
        mutation.mutate_link_weights(genomes, 0, settings(**options), rng)
        rows.append(genomes.genes["weight"][0, :genes].copy())
    return np.array(rows)


def test_nine_in_ten_weights_are_perturbed_and_the_others_new():
    found = changes(10, uniform_weights=True, weight_power=1.0, weight_cap=8.0)
    assert (found != 0.125).all()
    above = np.mean(found > 1.0)  # only perturbed ones reach beyond the power
    assert above == pytest.approx(0.9 * 0.125 / 2, rel=0.1)
    below = np.mean(found < -0.875)  # only new ones
    assert below == pytest.approx(0.1 * 0.125 / 2, rel=0.2)


def test_half_the_mutations_are_severe_and_then_one_weight_in_ten_stays():
    found = changes(8)
    kept = np.mean(found == 0.125, axis=1)
    assert np.mean(kept > 0) == pytest.approx(0.5 * (1 - 0.9**8), abs=0.03)
    assert np.mean(kept) == pytest.approx(0.05, abs=0.005)


def test_the_newest_fifth_of_a_long_genome_changes_more():
    found = np.mean(changes(20) == 0.125, axis=0)
    assert np.all(np.abs(found[:17] - 0.05) < 0.015)
    assert np.all(np.abs(found[17:] - (0.05 + 0.15)) < 0.03)


@given(SEEDS, st.floats(0, 10), st.floats(0.1, 8))
@hypothesis(max_examples=40, deadline=None)
def test_weights_stay_within_the_cap(seed, power, cap):
    found = crafted([(0, 2, 0.0, True), (1, 2, 0.1, False)])
    options, rng = settings(weight_power=power, weight_cap=cap), np.random.default_rng(seed)
    for _ in range(30):
        mutation.mutate_link_weights(found, 0, options, rng)
        assert np.abs(found.genes["weight"][0, :2]).max() <= max(cap, 0.1)


# Structure


def ended(genomes, k=0):
    genes = genomes.genes[k, : genomes.n_genes[k]]
    return list(zip(genes["source"].tolist(), genes["target"].tolist(), strict=True))


def test_to_add_a_node_splits_a_gene():
    genomes, record = crafted([(0, 2, 0.7, True)], hidden=0), innovation.new_record()
    record.counts[[innovation.NUMBERS, innovation.NODES, innovation.EVENTS]] = 50
    rng = np.random.default_rng(0)
    while genomes.n_genes[0] == 1:
        mutation.mutate_add_node(genomes, 0, record, settings(), rng)
    genes, nodes = genome.one(genomes, 0)
    assert nodes.tolist() == [0, 1, 2, 50]
    assert genes.tolist() == [
        (0, 0, 0.7, 0, 2, False, False),
        (50, 50, 1.0, 0, 3, True, False),
        (51, 51, 0.7, 3, 2, True, False),
    ]


def test_a_recurrent_gene_that_is_split_stays_recurrent_in_its_first_half():
    genomes = crafted([(2, 2, 0.7, True)], hidden=0)
    genomes.genes["recurrent"][0, 0] = True
    rng = np.random.default_rng(0)
    while genomes.n_genes[0] == 1:
        mutation.mutate_add_node(genomes, 0, innovation.new_record(), settings(), rng)
    assert genomes.genes["recurrent"][0, :3].tolist() == [True, True, False]


@pytest.mark.parametrize("genes", [10, 30])
def test_genes_from_the_bias_and_disabled_ones_are_not_split(genes):
    links = [(1, 2 + j, 1.0, True) for j in range(5)] + [(j % 8, 2 + j % 6, 1.0, False) for j in range(genes - 5)]
    links = [(0 if s == 1 and not e else s, t, w, e) for s, t, w, e in links]
    for seed in range(50):
        genomes = crafted(links)
        mutation.mutate_add_node(genomes, 0, innovation.new_record(), settings(), np.random.default_rng(seed))
        assert genomes.n_genes[0] == genes
        assert genomes.genes["enabled"][0, :genes].sum() == 5


def test_in_a_small_genome_older_genes_are_split_first_and_in_a_large_one_any():
    for genes, shares in ((5, [0.7, 0.21, 0.063, 0.0189, 0.00567]), (20, [0.05] * 20)):
        counts = np.zeros(genes)
        for seed in range(3000):
            genomes = crafted([(0, 2 + j % 6, 1.0, True) for j in range(genes)])
            mutation.mutate_add_node(genomes, 0, innovation.new_record(), settings(), np.random.default_rng(seed))
            counts += ~genomes.genes["enabled"][0, :genes]
        assert np.all(np.abs(counts / 3000 - shares) < 0.03)


@given(LINKS, SEEDS)
@hypothesis(deadline=None)
def test_a_link_is_new_leads_to_no_sensor_and_closes_a_cycle_only_if_recurrent(links, seed):
    for recurrent in (0.0, 1.0):
        genomes = crafted(links)
        options, rng = settings(recurrent=recurrent), np.random.default_rng(seed)
        before = ended(genomes)
        mutation.mutate_add_link(genomes, 0, innovation.new_record(), options, rng)
        new = ended(genomes)[len(before) :]
        assert len(new) <= 1
        for source, target in new:
            assert (source, target) not in before
            assert target >= genomes.sensors
            assert genomes.genes["recurrent"][0, len(before)] == bool(recurrent)
            old = plain(crafted(links), 0, options)
            assert reference_run.leads_to(old, target, source) == bool(recurrent)


def test_every_possible_link_is_found():
    """Of a genome with two hidden nodes: forward links without any recurrence, and loops with it."""
    base = [(0, 2, 1.0, True), (1, 2, 1.0, True), (0, 3, 1.0, True), (3, 2, 1.0, True)]
    possible = {(1, 3), (0, 4), (1, 4), (3, 4), (2, 4), (4, 2), (4, 3)}  # node 4 has no link yet
    looping = {(2, 2), (3, 3), (4, 4), (2, 3)}
    for recurrent, expected in ((0.0, possible), (1.0, looping)):
        found = set()
        for seed in range(400):
            genomes = crafted(base, hidden=2)
            options = settings(recurrent=recurrent)
            mutation.mutate_add_link(genomes, 0, innovation.new_record(), options, np.random.default_rng(seed))
            found |= set(ended(genomes)[4:])
        assert found == expected


@pytest.mark.parametrize("tie", ["smaller", "either"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_new_link_closes_no_cycle_in_a_run(scheme, tie):
    """Without recurrence, crossover of both parents' genes and re-enabling, networks stay without cycles."""
    options = settings(**SCHEMES[scheme], tie=tie, mutate_only=1, add_node=0.3, add_link=0.5, population=20)
    for state, _, _ in generations(options, 6, 15):
        for k in range(20):
            one = plain(state.genomes, k, options)
            assert not any(gene.recurrent for gene in one.genes)
            assert not any(gene.enabled and reference_run.leads_to(one, gene.target, gene.source) for gene in one.genes)


def test_positions_of_a_genome_are_its_nodes_in_order():
    options = settings(**SCHEMES["d3"], add_node=0.4, add_link=0.3, population=20)
    for state, _, _ in generations(options, 1, 12):
        for k in range(20):
            genes, nodes = genome.one(state.genomes, k)
            assert sorted(nodes) == list(range(len(nodes)))
            assert nodes[:3].tolist() == [0, 1, 2]
            assert nodes[3] == len(nodes) - 1, "the output is last"
            assert (genes["innovation"] == (nodes[genes["source"]] << 31) + nodes[genes["target"]]).all()


def test_a_node_takes_the_position_before_its_target():
    genomes = crafted([(0, 2, 1.0, True)], hidden=2)
    genomes.nodes[0, :5] = [0, 1, 4, 2, 3]
    for target, expected in ((3, [0, 1, 5, 3, 4, 2]), (4, [0, 1, 5, 2, 4, 3]), (2, [0, 1, 5, 2, 3, 4])):
        one = roomy(genomes)
        one.n_nodes[0] += 1
        mutation.place_node(one, 0, target)
        assert one.nodes[0, :6].tolist() == expected


def test_a_gene_is_switched_off_only_if_another_leaves_the_same_node():
    seen = set()
    for seed in range(60):
        genomes = crafted([(0, 2, 1.0, True), (0, 3, 1.0, True), (1, 2, 1.0, True), (1, 3, 1.0, False)])
        mutation.mutate_toggle_enable(genomes, 0, np.random.default_rng(seed))
        seen.add(tuple(genomes.genes["enabled"][0, :4].tolist()))
    assert seen == {(False, True, True, False), (True, False, True, False), (True, True, True, False), (True,) * 4}


def test_the_first_disabled_gene_is_enabled():
    genomes = crafted([(0, 2, 1.0, True), (0, 3, 1.0, False), (1, 2, 1.0, False)])
    mutation.mutate_gene_reenable(genomes, 0)
    assert genomes.genes["enabled"][0, :3].tolist() == [True, True, False]


def test_structural_and_weight_mutation_exclude_each_other():
    for add_node, add_link, structural in ((1, 0, True), (0, 1, True), (0, 0, False)):
        changed = []
        for seed in range(50):
            genomes = crafted([(0, 2, 1.0, True), (0, 3, 1.0, True)])
            options = settings(add_node=add_node, add_link=add_link, mutate_weights=1)
            record = innovation.new_record()
            assert mutation.mutate(genomes, 0, record, options, np.random.default_rng(seed)) == structural
            changed.append((genomes.genes["weight"][0, :2] != 1.0).any())
        assert sum(changed) == 0 if structural else sum(changed) > 40
