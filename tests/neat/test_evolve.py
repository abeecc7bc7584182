"""Whole runs: identities between the schemes bit for bit, what a run depends on, invariants, budget and censoring."""

import hashlib
import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from hearsay.errors import HearsayError
from hearsay.neat import evolve, genome, innovation
from hearsay.neat.logic import XOR, Parity
from hearsay.neat.poles import Poles
from hearsay.neat.reproduction import EQUAL, LARGEST
from hearsay.neat.settings import FOREVER, settings
from hearsay.neat.start import STARTS
from tests.neat.populations import FAST, SCHEMES, SEEDS, Shape, any_settings, generations

TASKS = {"xor": XOR, "poles": Poles(200, stop=False), "parity": Parity(3)}
STRUCTURE = ("weight", "source", "target", "enabled", "recurrent", "origin")


def content(state, fitness):
    """What a generation is, apart from numbers: genomes, species and fitness."""
    parts = [state.belongs, fitness, state.genomes.n_genes, state.genomes.n_nodes]
    for k, n in enumerate(state.genomes.n_genes):
        parts += [state.genomes.genes[name][k, :n] for name in STRUCTURE]
    return b"".join(part.tobytes() for part in parts)


def steps(task, options, seed):
    """Yield every generation's content and state for ever, solved or not."""
    rng = np.random.default_rng(seed)
    state = evolve.start(task, options, rng)
    spare, fitness = genome.like(state.genomes), np.zeros(options.population)
    while True:
        task.evaluate(state.genomes, fitness)
        yield content(state, fitness), state
        state, spare = evolve.advance(state, spare, fitness, options, rng)


def history(task, options, seed, number=15):
    """A hash of so many generations, and the last state."""
    found = hashlib.sha256()
    state = None
    for part, state in itertools.islice(steps(task, options, seed), number):  # noqa: B007
        found.update(part)
    return found.hexdigest(), state


# Identities

RATES = {"default": {}, "fast": FAST, "fast, loops": {**FAST, "recurrent": 0.2, "toggle": 0.1, "reenable": 0.05}}


@pytest.mark.parametrize("rates", RATES)
def test_without_crossover_and_speciation_all_schemes_are_the_same(rates):
    found = set()
    for scheme in SCHEMES.values():
        options = settings(**scheme, **RATES[rates], mutate_only=1, threshold=np.inf, population=40)
        digest, state = history(TASKS["poles"], options, 11, 60 if rates == "default" else 25)
        found.add(digest)
        grown = state.genomes.n_genes.max(), state.genomes.n_nodes.max() - 8
        assert grown >= ((9, 1) if rates == "default" else (16, 4)), "structure has grown from 7 links"
    assert len(found) == 1


@pytest.mark.parametrize("change", [{"mutate_only": 0.25}, {"threshold": 1.0}, {"copy_weight": True}])
def test_else_they_differ(change):
    found = set()
    for scheme in ("a", "b", "c", "d3"):
        alone = {**FAST, "mutate_only": 1, "threshold": np.inf, "population": 40, "recurrent": 0.3}
        found.add(history(TASKS["poles"], settings(**SCHEMES[scheme], **{**alone, **change}), 11, 25)[0])
    assert len(found) > 1


RULES = {
    "default": {},
    "fast": FAST,
    "both": {**FAST, "tie": "both", "refuse_doubles": False},
    "either": {**FAST, "tie": "either", "species": 5, "recurrent": 0.3, "normalise": True},
    "loops": {**FAST, "tie": "both", "recurrent": 0.5, "copy_weight": True, "random_representative": True},
}


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("task", TASKS)
def test_numbers_and_pairs_kept_for_ever_are_the_same(task, rules):
    for seed in range(2):
        number, pair = (
            history(TASKS[task], settings(**SCHEMES[scheme], **RULES[rules], population=50), seed)
            for scheme in ("c", "d2")
        )
        assert number[0] == pair[0]
    assert number[1].happened[EQUAL] > 0, "also crossovers of equally fit parents"


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("scheme", ["a", "b", "k5", "c"])
def test_numbers_without_chronology_change_nothing(scheme, rules):
    task = TASKS["parity" if rules == "both" else "xor"]
    plain, scattered = (
        history(task, settings(**SCHEMES[scheme], **RULES[rules], population=50, scattered=scattered), 5)
        for scattered in (False, True)
    )
    assert plain[0] == scattered[0]
    ours, theirs = ({int(n) for n in one[1].genomes.genes["innovation"][0, :9]} for one in (plain, scattered))
    assert ours != theirs


@pytest.mark.parametrize("scheme", ["a", "b", "c"])
def test_but_they_do_where_disjoint_and_excess_genes_weigh_differently(scheme):
    found = {
        history(XOR, settings(**SCHEMES[scheme], **FAST, c1=3, scattered=scattered, population=50), 5, 25)[0]
        for scattered in (False, True)
    }
    assert len(found) == 2


# What a run depends on

CODE = """
from tests.neat.test_evolve import PROVED, TASKS, history
for task in TASKS:
    print(history(TASKS[task], PROVED, 3)[0])
"""
PROVED = settings(**FAST, tie="both", population=30, interspecies=0.1)


def test_a_run_is_the_same_again_and_in_another_process():
    ours = [history(task, PROVED, 3)[0] for task in TASKS.values()]
    assert ours == [history(task, PROVED, 3)[0] for task in TASKS.values()]
    assert len(set(ours)) == 3
    assert history(XOR, PROVED, 4)[0] != ours[0]
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONHASHSEED": "7"}
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=root, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ours


def test_interleaved_runs_do_not_touch_each_other():
    other = settings(**SCHEMES["c"], **FAST, population=20)
    pairs = [(XOR, PROVED, 3), (TASKS["poles"], other, 9), (XOR, PROVED, 4)]
    alone = [[part for part, _ in itertools.islice(steps(*pair), 12)] for pair in pairs]
    running = [steps(*pair) for pair in pairs]
    together = [[next(one)[0] for one in running] for _ in range(12)]
    assert [list(column) for column in zip(*together, strict=True)] == alone


@pytest.mark.parametrize("scheme", ["b", "c", "d1", "d3"])
def test_room_never_changes_a_result_and_suffices(scheme, monkeypatch):
    options = settings(**SCHEMES[scheme], population=40, add_node=0.5, add_link=0.4, tie="both", refuse_doubles=False)
    real, new_record, found, rooms = genome.empty, innovation.new_record, [], []
    for genes, slots in ((0.5, 1), (1, 1024), (100, 2**16)):

        def empty(population, sensors, outputs, room, nodes, genes=genes):
            made = real(population, sensors, outputs, int(genes * room), int(genes * nodes))
            made.genes["weight"] = np.nan  # what is read but was never written shows
            return made

        monkeypatch.setattr(genome, "empty", empty)
        monkeypatch.setattr(innovation, "new_record", lambda slots=slots: new_record(slots))
        digest = hashlib.sha256()
        for part, state in itertools.islice(steps(Parity(2), options, 8), 25):
            digest.update(part)
            genomes = state.genomes
            assert genomes.n_genes.max() <= genomes.genes.shape[1]
            assert genomes.n_nodes.max() <= genomes.nodes.shape[1]
            for k, n in enumerate(genomes.n_genes):
                assert np.isfinite(genomes.genes["weight"][k, :n]).all()
        found.append(digest.hexdigest())
        rooms.append(genomes.genes.shape[1])
    assert len(set(found)) == 1
    assert rooms[2] > 2 * max(rooms[:2])
    assert genomes.n_genes.max() > 30
    assert state.happened[LARGEST] >= genomes.n_genes.max()


# Invariants


@given(any_settings(), SEEDS, st.sampled_from(STARTS))
@hypothesis(max_examples=60, deadline=None)
def test_what_always_holds(options, seed, kind):
    shape = Shape(2, 1 + seed % 2)
    for state, _, _ in generations(options, seed, 6, shape, kind):
        genomes = state.genomes
        for k in range(options.population):
            genes, nodes = genome.one(genomes, k)
            for ends in (genes["source"], genes["target"]):
                assert ((ends >= 0) & (ends < len(nodes))).all()
            assert (genes["target"] >= genomes.sensors).all(), "no gene leads to a sensor"
            assert len(set(nodes.tolist())) == len(nodes), "no node twice"
            assert len(set(genes["innovation"].tolist())) == len(genes), "no innovation twice"
            pairs = set(zip(genes["source"].tolist(), genes["target"].tolist(), strict=True))
            assert len(pairs) == len(genes) or not options.refuse_doubles, "no link twice where that is refused"
            assert (np.abs(genes["weight"]) <= max(options.weight_cap, options.link_power)).all()
            assert np.array_equal(nodes[: genomes.sensors], genomes.nodes[0, : genomes.sensors])
        assert np.bincount(state.belongs, minlength=state.n_species).tolist() == (
            state.species["members"][: state.n_species].tolist()
        )
        assert 1 <= state.n_species <= options.population
        assert ((state.parentage >= -1) & (state.parentage < options.population)).all()
        counts = state.record.counts
        assert counts[innovation.LINKS_MATCHED] <= counts[innovation.LINKS]
        assert counts[innovation.SPLITS_MATCHED] + counts[innovation.SPLITS_HELD] <= counts[innovation.SPLITS]
        if options.node_memory == 0:
            assert counts[innovation.SPLITS_MATCHED] == counts[innovation.SPLITS_HELD] == 0
        if options.link_memory == 0:
            assert counts[innovation.LINKS_MATCHED] == 0


def test_memory_is_a_scale_from_never_to_the_whole_run():
    """The same mutations, remembered longer, get fewer numbers."""
    found = []
    for memory in (0, 1, 5, 20, FOREVER):
        options = settings(
            link_memory=memory, node_memory=memory, **FAST, mutate_only=1, threshold=np.inf, population=40
        )
        state = history(Parity(2), options, 2, 40)[1]
        found.append(state.record.counts[[innovation.NUMBERS, innovation.NODES]])
    assert (np.diff(found, axis=0) < 0).all()


# Solving, budget and censoring


class Planted:
    """Solved by genome `place` of generation `generation`; fitness drawn, and the generations counted."""

    inputs, outputs = 2, 1

    def __init__(self, generation=10**9, place=0, bad=None):
        self.generation, self.place, self.bad, self.begun = generation, place, bad, 0

    def evaluate(self, genomes, fitness):
        self.begun += 1
        fitness[:] = np.random.default_rng(self.begun).random(len(fitness))
        if self.begun == self.generation and self.bad is not None:
            fitness[self.place] = self.bad
            return -1
        return self.place if self.begun == self.generation else -1


def run(task, budget, **options):
    return evolve.evolve(task, settings(population=20, **options), np.random.default_rng(0), budget)


@pytest.mark.parametrize("generation, place", [(1, 0), (1, 19), (2, 0), (5, 7)])
def test_evaluations_count_up_to_the_solver(generation, place):
    task = Planted(generation, place)
    found = run(task, 100)
    assert found.solved
    assert found.evaluations == 20 * (generation - 1) + place + 1
    assert found.generations == generation == task.begun


@pytest.mark.parametrize("budget", [20, 39, 40, 99, 100, 101])
def test_an_unsolved_run_ends_at_its_budget(budget):
    task = Planted()
    found = run(task, budget)
    assert (found.solved, found.evaluations, found.generations) == (False, budget, budget // 20)
    assert task.begun == budget // 20, "no generation that the budget does not pay for"


@given(SEEDS, st.integers(150, 2000))
@hypothesis(max_examples=30, deadline=None)
def test_no_run_exceeds_its_budget(seed, budget):
    found = evolve.evolve(XOR, settings(), np.random.default_rng(seed), budget)
    assert 0 < found.evaluations <= budget
    assert found.solved or found.evaluations == budget
    again = evolve.evolve(XOR, settings(), np.random.default_rng(seed), 3000)
    assert found.solved == (again.solved and again.generations * 150 <= budget)
    if found.solved:
        assert found.evaluations == again.evaluations, "a larger budget changes nothing that it does not end"


def test_the_champion_is_the_solver_or_the_best_of_the_last_generation():
    seen = {}

    def watch(generation, state, fitness):
        seen[generation] = [genome.one(state.genomes, k) for k in range(20)], fitness.copy()

    for task, place in ((Planted(4, 13), lambda fitness: 13), (Planted(), np.argmax)):
        seen.clear()
        found = evolve.evolve(task, settings(population=20, **FAST), np.random.default_rng(0), 100, watch=watch)
        assert sorted(seen) == list(range(1, found.generations + 1))
        genomes, fitness = seen[found.generations]
        genes, nodes = genomes[place(fitness)]
        assert np.array_equal(found.genes, genes)
        assert np.array_equal(found.nodes, nodes)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_fitness_that_is_no_number_ends_the_run_in_one_line(bad):
    with pytest.raises(HearsayError) as caught:
        run(Planted(3, 4, bad), 1000)
    said = f"Planted: the fitness of genome 4 in generation 3 is {bad}; a task must return a finite number"
    assert str(caught.value) == said


# The further test of champions


class Proving(Planted):
    """A task whose champions are put to a further test; the `passes`-th passes."""

    def __init__(self, passes=10**9):
        super().__init__()
        self.passes, self.tried = passes, []

    def evaluate(self, genomes, fitness):
        super().evaluate(genomes, fitness)
        fitness[:] = np.round(4 * fitness)  # ties, and few improvements
        return -1

    def prove(self, genomes, k):
        self.tried.append(int(k))
        return len(self.tried) == self.passes


def rotation(options, number):
    """The champions put to the test in so many generations, those expected, and the ranks of their species."""
    task, best, tested, expected, ranks = Proving(), {}, {}, [], []

    def watch(generation, state, fitness):
        champions = {}
        for s in range(state.n_species):
            name, members = int(state.species["number"][s]), np.flatnonzero(state.belongs == s).tolist()
            champions[name] = max(members, key=lambda k: (fitness[k], -k))
            if fitness[champions[name]] > best.get(name, 0.0):
                best[name], tested[name] = fitness[champions[name]], False
        ranked = sorted(champions, key=lambda name: (-fitness[champions[name]], name))
        untested = [name for name in ranked if not tested.get(name)]
        turn = (untested or ranked)[0]
        tested[turn] = True
        ranks.append(ranked.index(turn) if untested else None)
        expected.append(champions[turn])

    evolve.evolve(task, options, np.random.default_rng(1), options.population * number, watch=watch)
    return task.tried, expected, ranks


def test_the_champion_put_to_the_test_is_the_best_species_not_tested_since_it_improved():
    seen = set()
    for threshold in (1.0, 3.0, 6.0):
        options = settings(population=30, threshold=threshold, add_node=0.3, add_link=0.3)
        tried, expected, ranks = rotation(options, 60)
        assert tried == expected
        assert len(tried) == 60
        seen |= set(ranks)
    assert {0, 1, 2, None} <= seen, "not the best species alone, and the best again after all"


def test_a_champion_that_passes_solves_the_task_after_its_whole_generation():
    task = Proving(4)
    found = run(task, 1000)
    assert (found.solved, found.generations, found.evaluations) == (True, 4, 80)
    seen = []
    watched = evolve.evolve(
        *(Proving(4), settings(population=20), np.random.default_rng(0), 1000),
        watch=lambda generation, state, fitness: seen.append(genome.one(state.genomes, task.tried[generation - 1])),
    )
    assert np.array_equal(found.genes, seen[-1][0])
    assert np.array_equal(watched.genes, found.genes)


def test_one_that_solves_the_task_in_the_first_place_is_not_tested():
    class Both(Planted):
        def prove(self, genomes, k):
            raise AssertionError

    assert run(Both(1, 3), 100).evaluations == 4
