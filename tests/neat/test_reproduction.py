"""Reproduction against the slow reference, generation by generation and bit for bit; offspring counts; refocusing."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from hearsay.neat import reproduction
from hearsay.neat.settings import settings
from hearsay.neat.speciation import SPECIES
from hearsay.neat.start import MINIMAL, STARTS
from tests.neat import reference
from tests.neat.populations import (
    SCHEMES,
    SEEDS,
    Shape,
    any_settings,
    everyone,
    generations,
    plain_population,
    plain_record,
)

COMPARED = ("numbers", "nodes", "events", "generation")


def keep_step(options, seed, number, shape=None, kind=MINIMAL):
    """Run the engine and the reference side by side; returns the last state."""
    slow = None
    for state, rng, fitness in generations(options, seed, number, shape, kind):
        genomes = everyone(state.genomes, options)
        if slow is None:
            slow = plain_population(state, rng, options)
        assert slow.genomes == genomes
        assert [one.members for one in slow.species] == [
            np.flatnonzero(state.belongs == s).tolist() for s in range(state.n_species)
        ]
        for one, species in zip(slow.species, state.species, strict=False):
            assert [one.number, one.new, one.age, one.last_improved, one.best] == [
                species[name] for name in ("number", "new", "age", "last_improved", "best")
            ]
        assert [slow.threshold, slow.best, slow.since, slow.begun] == state.progress.tolist()
        record = plain_record(state.record, options)
        assert [getattr(slow.record, name) for name in COMPARED] == [getattr(record, name) for name in COMPARED]
        assert slow.rng.bit_generator.state == rng.bit_generator.state
        if fitness is not None:
            slow.record.generation += 1
            slow.next_generation(fitness.tolist())
    return state


@given(any_settings(), SEEDS, st.sampled_from(STARTS))
@hypothesis(max_examples=60, deadline=None)
def test_a_run_is_the_references_bit_for_bit(options, seed, kind):
    keep_step(options, seed, 5, Shape(2, 1 + seed % 2), kind)


@pytest.mark.parametrize("tie", ["smaller", "both", "either"])
@pytest.mark.parametrize("scheme", SCHEMES)
def test_so_it_is_in_every_scheme_where_genomes_grow_large(scheme, tie):
    options = settings(**SCHEMES[scheme], tie=tie, population=30, add_node=0.3, add_link=0.5, interspecies=0.1)
    state = keep_step(options, 5, 25)
    assert state.genomes.n_genes.max() > 25
    assert state.genomes.n_nodes.max() > 8
    assert state.happened[reproduction.EQUAL] > 10
    assert state.happened[reproduction.OUTSIDE] > 0


def test_a_fault_in_the_reference_is_noticed(monkeypatch):
    """The comparison has power: of two equally fit parents the longer one's genes instead of the shorter one's."""
    options = settings(population=16, add_node=0.3, add_link=0.5)
    keep_step(options, 1, 8)
    right = reference.mate

    def wrong(mom, dad, mom_fitness, dad_fitness, *rest):
        return right(*((dad, mom) if mom_fitness == dad_fitness else (mom, dad)), mom_fitness, dad_fitness, *rest)

    monkeypatch.setattr("tests.neat.reference_run.mate", wrong)
    with pytest.raises(AssertionError):
        keep_step(options, 1, 8)


# Offspring


def counted(adjusted, belongs, n_species):
    species = np.zeros(n_species, SPECIES)
    reproduction.count_offspring(np.array(adjusted), np.array(belongs), species, n_species)
    return species["offspring"].tolist()


@given(st.data(), st.integers(1, 6), st.integers(2, 30))
@hypothesis(deadline=None)
def test_offspring_in_proportion_to_shared_fitness(data, n_species, population):
    belongs = data.draw(st.lists(st.integers(0, n_species - 1), min_size=population, max_size=population))
    adjusted = data.draw(st.lists(st.floats(0, 1e6), min_size=population, max_size=population))
    counts = counted(adjusted, belongs, n_species)
    members = [[i for i in range(population) if belongs[i] == s] for s in range(n_species)]
    assert sum(counts) == population
    if sum(adjusted) == 0 or sum(adjusted) > 1e-300:
        assert counts == reference.offspring(adjusted, members)
    due = [sum(adjusted[i] for i in one) / sum(adjusted) * population for one in members] if sum(adjusted) else []
    assert all(abs(count - share) < 2 for count, share in zip(counts, due, strict=False))


def test_offspring_by_hand():
    assert counted([1.0, 1.0, 2.0, 4.0], [0, 0, 1, 2], 3) == [1, 1, 2]
    assert counted([3.0, 1.0, 0.0, 0.0], [0, 1, 1, 2], 3) == [3, 1, 0]
    assert counted([0.0] * 4, [0, 1, 1, 1], 2) == [1, 3], "without fitness every genome counts the same"
    assert counted([1.0, 1.0, 1.0], [0, 1, 1], 2) == [1, 2]


@given(any_settings(), SEEDS)
@hypothesis(max_examples=30, deadline=None)
def test_every_genome_is_in_one_species_and_offspring_fill_the_population(options, seed):
    for state, _, fitness in generations(options, seed, 4):
        species = state.species[: state.n_species]
        assert 1 <= state.n_species <= options.population
        assert np.array_equal(np.bincount(state.belongs, minlength=state.n_species), species["members"])
        assert species["members"].min() > 0
        assert species["members"].sum() == options.population
        assert np.all(np.diff(species["number"]) > 0)
        if fitness is not None:
            adjusted = reproduction.adjust_fitness(fitness, state.belongs, species.copy(), state.n_species, options)
            assert adjusted.min() >= 0
            assert sum(counted(adjusted, state.belongs, state.n_species)) == options.population


# Fitness sharing, champions, stagnation


def one_step(options, fitness):
    """The first generation and the second, for a given fitness."""
    steps = generations(options, 0, 1, score=lambda rng, n: np.array(fitness, float))
    state, after = (copy.deepcopy(state) for state, _, _ in steps)
    return state, after


def test_a_species_shares_its_fitness_and_pays_for_stagnation():
    species = np.zeros(2, SPECIES)
    species["members"], species["age"], species["best"] = [2, 1], [1, 20], [0.0, 5.0]
    species["last_improved"] = [0, 5]
    belongs = np.array([0, 1, 0])
    adjusted = reproduction.adjust_fitness(np.array([4.0, 5.0, -2.0]), belongs, species, 2, settings())
    assert adjusted.tolist() == [2.0, 0.05, 0.00005]
    assert species["best"].tolist() == [4.0, 5.0]
    assert species["last_improved"].tolist() == [1, 5]
    assert species["stagnant"].tolist() == [False, True]


def test_a_large_species_passes_its_champion_on_unchanged():
    fitness = [1.0] * 6 + [3.0] + [1.0] * 5
    for champion, kept in ((5, True), (11, True), (12, False)):
        options = settings(population=12, threshold=np.inf, champion=champion, mutate_weights=1, mutate_only=1)
        state, after = one_step(options, fitness)
        same = [
            np.array_equal(state.genomes.genes[6, :3], after.genomes.genes[k, :3]) and after.genomes.n_genes[k] == 3
            for k in range(12)
        ]
        assert same == [kept] + [False] * 11


def test_only_the_best_have_offspring():
    options = settings(
        population=10,
        threshold=np.inf,
        survival=0.2,
        champion=20,
        mutate_only=1,
        mutate_weights=0,
        add_node=0,
        add_link=0,
    )
    state, after = one_step(options, range(10))
    weights = state.genomes.genes["weight"][:, :3].tolist()
    assert {weights.index(w) for w in after.genomes.genes["weight"][:, :3].tolist()} == {9, 8, 7}  # int(.2 * 10 + 1)


def test_after_long_stagnation_the_two_best_species_share_the_offspring():
    options = settings(population=11, stagnation=1, threshold=0, add_node=0, add_link=0)
    fitness = np.roll(np.arange(11.0), 3)  # every genome is a species; the best stand at 2 and 1
    states = [copy.deepcopy(state) for state, _, _ in generations(options, 0, 8, score=lambda rng, n: fitness)]
    happened = [int(state.happened[reproduction.DELTA]) for state in states]
    assert happened == [0] * 7 + [1, 1]  # better once, 6 generations without progress, and again some
    before, after = states[6], states[7]
    assert after.parentage.tolist() == [[1, -1]] * 6 + [[2, -1]] * 5
    found = after.genomes.genes["weight"][:, :3].tolist()
    for champion, places in ((1, range(6)), (2, range(6, 11))):
        kept = [found[k] == before.genomes.genes["weight"][champion, :3].tolist() for k in places]
        assert kept == [False] * (len(places) - 1) + [True], "all but the last copy vary"
    off = options._replace(delta_coding=False)
    *_, (state, _, _) = generations(off, 0, 8, score=lambda rng, n: fitness)
    assert state.happened[reproduction.DELTA] == 0


@given(st.lists(st.integers(-3, 3), max_size=30))
@hypothesis(deadline=None)
def test_ranking_keeps_equals_in_their_order(values):
    order = reproduction.descending(np.array(values, float))
    assert order.tolist() == sorted(range(len(values)), key=lambda i: -values[i])


def test_the_number_of_species_aimed_at_is_approached():
    options = settings(population=60, species=6, threshold=50.0, add_node=0.1, add_link=0.2)
    found = [(state.n_species, state.progress[0]) for state, _, _ in generations(options, 3, 200)]
    assert found[0][0] == 1
    assert 4 <= np.mean([n for n, _ in found[-40:]]) <= 8
    assert min(threshold for _, threshold in found) >= 0.3
