"""The exact identities hold, and an engine that draws by numbers does not pass them."""

import numpy as np
import pytest

from hearsay import tables
from hearsay.neat import evolve, genome, identities
from hearsay.neat.arms import D1, D2, D3, K5, PARITY, POLES, XOR, A, B, C
from hearsay.neat.identities import CHRONOLOGY, IDENTITIES, NO_USE, PARTITION, POWER, check, digest
from hearsay.neat.logic import Parity
from hearsay.neat.settings import settings
from tests.neat.planted_tables import SEED, tiny


@pytest.fixture(scope="module")
def found():
    return tiny()["identities"]


def by_check(frame):
    return frame.groupby("check")[["runs", "same"]].sum()


def test_the_identities_hold_and_the_check_can_fail(found, tmp_path):
    IDENTITIES.check(found)
    sums = by_check(found)
    for name in (NO_USE, PARTITION, CHRONOLOGY):
        assert sums.loc[name, "same"] == sums.loc[name, "runs"] > 0
    assert sums.loc[POWER, "same"] < sums.loc[POWER, "runs"]
    tables.write(found, IDENTITIES, tmp_path / "i.csv")


def test_every_scheme_and_task_is_checked(found):
    rows = dict(list(found.groupby("check")))
    assert set(rows[NO_USE]["scheme"]) == {B, K5, C, D1, D2, D3} and set(rows[NO_USE]["against"]) == {A}
    assert set(rows[NO_USE]["task"]) == {POLES}
    for name, schemes in ((PARTITION, {C}), (CHRONOLOGY, {A, B, C})):
        assert set(rows[name]["scheme"]) == schemes
        assert len(rows[name]) == 3 * len(schemes) and set(rows[name]["task"]) == {XOR, PARITY, POLES}


def test_structure_grows_where_it_is_checked(found):
    """Of two bare networks it would say nothing that they are the same."""
    grown = found["genes"] - found["task"].map({XOR: 3, PARITY: 4, POLES: 7})
    asked = found["check"] != NO_USE
    assert (grown > 1).all() and (found["hidden"] > 0.5).all()
    assert (grown[asked] > 5).all() and (found.loc[asked, "hidden"] > 2).all()


def test_checks_depend_on_the_seed_alone(monkeypatch):
    monkeypatch.setattr(identities, "GENERATIONS", 4)
    one, again, other = check(1, 5), check(1, 5), check(1, 6)
    assert one.equals(again)
    assert not one["genes"].equals(other["genes"])
    assert (check(3, 5)["runs"] == 3).all()


def planted(fault):
    """An engine with a fault: fault(state, rng) happens after every generation."""

    def advance(state, spare, fitness, given, rng):
        state, spare = evolve.advance(state, spare, fitness, given, rng)
        fault(state, rng)
        return state, spare

    return advance


def draws_by_number(state, rng):
    """As many draws as the largest number, counted modulo seven."""
    genes = state.genomes.genes["innovation"]
    rng.random(int(genes.max() % 7))


def weighs_by_order(state, rng):
    """The gene with the largest number of the first genome gets heavier."""
    n = state.genomes.n_genes[0]
    genes = state.genomes.genes[0, :n]
    genes["weight"][np.argmax(genes["innovation"])] += 1e-9


def sorts_by_number(state, rng):
    """Genes stand in the order of their numbers, as in most implementations, and draws go by that order."""
    genomes = state.genomes
    for k, n in enumerate(genomes.n_genes):
        genomes.genes[k, :n] = np.sort(genomes.genes[k, :n], order="innovation")


@pytest.mark.parametrize("fault", [draws_by_number, weighs_by_order, sorts_by_number])
def test_an_engine_whose_runs_depend_on_numbers_is_caught(monkeypatch, fault):
    monkeypatch.setattr(identities, "GENERATIONS", 8)
    assert (check(1, SEED).loc[lambda f: f["check"] != POWER, "same"] == 1).all()  # enough to hold
    monkeypatch.setattr(identities, "advance", planted(fault))
    sums = by_check(check(1, SEED))
    assert sums.loc[CHRONOLOGY, "same"] < sums.loc[CHRONOLOGY, "runs"]
    if fault is draws_by_number:  # the others see an order only, which the schemes have in common
        for name in (NO_USE, PARTITION):
            assert sums.loc[name, "same"] < sums.loc[name, "runs"], name


def test_an_engine_that_asks_for_numbers_without_crossover_is_caught(monkeypatch):
    """Speciation that is not off: the schemes part where nothing should."""
    monkeypatch.setattr(identities, "GENERATIONS", 12)

    def advance(state, spare, fitness, given, rng):
        return evolve.advance(state, spare, fitness, given._replace(threshold=1.0, mutate_only=0.25), rng)

    monkeypatch.setattr(identities, "advance", advance)
    sums = by_check(check(1, SEED))
    assert sums.loc[NO_USE, "same"] < sums.loc[NO_USE, "runs"]


def one_generation(**changes):
    task, given = Parity(2), settings(population=5)
    state, fitness = evolve.start(task, given, np.random.default_rng(1)), np.zeros(5)
    task.evaluate(state.genomes, fitness)
    for name, value in changes.items():
        state.genomes.genes[name][3, 1] = value
    return state, fitness


def test_a_digest_is_of_all_but_numbers():
    state, fitness = one_generation()
    same = digest(state, fitness)
    for name, changed in (("weight", 0.123), ("enabled", False), ("source", 2), ("target", 0)):
        assert digest(*one_generation(**{name: changed})) != same, name
    for name in ("innovation", "origin"):
        assert digest(*one_generation(**{name: 77})) == same
    state.genomes.nodes[:] += 5
    assert digest(state, fitness) == same
    fitness[2] += 1e-12
    assert digest(state, fitness) != same


def test_what_lies_behind_a_genome_does_not_enter():
    state, fitness = one_generation()
    same = digest(state, fitness)
    roomy = genome.with_room(genome.like(state.genomes), 50, 50)
    for k in range(5):
        genome.copy(state.genomes, k, roomy, k)
    roomy.genes["weight"][:, 40] = 9
    assert digest(state._replace(genomes=roomy), fitness) == same
