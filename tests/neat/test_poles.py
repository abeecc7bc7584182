"""Double poles: the engine's loop against plain Python, fitness, the further test, and what counts as solved."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis

from hearsay.errors import HearsayError
from hearsay.neat import double_poles, poles
from hearsay.neat.evolve import evolve
from hearsay.neat.network import express
from hearsay.neat.settings import settings
from hearsay.neat.start import STARTS
from tests.neat import reference
from tests.neat.populations import FAST, SEEDS, crafted, grown, plain

OPTIONS = settings(population=10, **FAST, recurrent=0.2)
WITH, WITHOUT = poles.Poles(60, stop=False), poles.PolesWithoutVelocities()


def plain_balance(one, velocities, state, limit):
    """Steps held and the shaking of the last hundred, with a network of plain dictionaries."""
    links, wakes, out = reference.incoming(one), reference.hops(one), one.nodes[one.sensors]
    values, shaken, passes = dict.fromkeys(one.nodes, 0.0), [], 0
    if out not in wakes:
        return 0, 0.0
    for step in range(limit):
        x, v, theta_1, omega_1, theta_2, omega_2 = state
        sensed = [x / 4.8, v / 2, theta_1 / 0.52, omega_1 / 2, theta_2 / 0.52, omega_2 / 2, 0.5]
        if not velocities:
            sensed = sensed[::2]
            assert len(sensed) == 4
        values |= dict(zip(one.nodes, sensed, strict=False))
        for _ in range(1 if step else wakes[out]):
            passes += 1
            before = dict(values)
            for node in one.nodes[one.sensors :]:
                if wakes.get(node, math.inf) <= passes:
                    total = 0.0
                    for gene in links[node]:
                        total += gene.weight * before[gene.source]
                    values[node] = reference.sigmoid(total)
        state = double_poles.push(*state, values[out])
        if double_poles.failed(*state[::2]):
            return step, sum(shaken[-100:])
        shaken.append(sum(abs(part) for part in state[:4]))
    return limit, sum(shaken[-100:])


@pytest.mark.parametrize("velocities", [True, False])
@given(SEEDS)
@hypothesis(max_examples=15, deadline=None)
def test_the_loop_is_the_plain_one(velocities, seed):
    # from a full start the first signal takes two steps
    state, _ = grown(OPTIONS, seed, 6, WITH if velocities else WITHOUT, STARTS[seed % 3])
    for k in range(10):
        held, _ = poles.balance(express(state.genomes, k), velocities, *double_poles.START, 150)
        assert held == plain_balance(plain(state.genomes, k, OPTIONS), velocities, double_poles.START, 150)[0]


class Unproved:
    """Balancing without velocities, but without the further test."""

    inputs, outputs = 3, 1

    def evaluate(self, genomes, fitness):
        return WITHOUT.evaluate(genomes, fitness)


@pytest.fixture(scope="module")
def balancers():
    """The thirtieth generation of a run without velocities; many of its genomes hold more than a hundred steps."""
    seen = []
    options = settings(population=150, recurrent=0.2, add_link=0.3)
    rng = np.random.default_rng(3)
    evolve(Unproved(), options, rng, 150 * 30, watch=lambda generation, state, fitness: seen.append(state.genomes))
    return seen[-1]


def test_the_shaking_is_that_of_the_last_hundred_steps(balancers):
    more = 0
    for k in range(0, 150, 3):
        held, shaking = poles.balance(express(balancers, k), False, *double_poles.START, 250)
        slow = plain_balance(plain(balancers, k, OPTIONS), False, double_poles.START, 250)
        assert held == slow[0]
        if held >= 100:
            assert shaking == pytest.approx(slow[1], rel=1e-6)
            more += held > 101
    assert more > 5


def lefty(push, population=1, velocities=True):
    """Genomes whose output is the sigmoid of bias * push and of the long pole's angle."""
    sensors = 7 if velocities else 4
    angle = 2 if velocities else 1
    links = [(sensors - 1, sensors, push, True), (angle, sensors, 0.0, True)]
    return crafted(links, sensors=sensors, hidden=0, population=population)


def test_steps_held_and_one_more_are_the_fitness_with_velocities():
    genomes = lefty(0.0, 3)
    genomes.genes["weight"][1, 0] = 1.0
    genomes.genes["enabled"][2] = False
    fitness, task = np.zeros(3), poles.Poles()
    assert task.evaluate(genomes, fitness) == -1
    held = [poles.balance(express(genomes, k), True, *double_poles.START, 1000)[0] for k in range(3)]
    assert fitness.tolist() == [h + 1 for h in held]
    assert fitness[2] == 1, "a silent network has not held a step"
    assert held[0] > held[1] > 0
    assert task.steps[0] == sum(held)


def test_the_first_to_hold_the_limit_solves_the_task():
    genomes = lefty(0.0, 4)
    genomes.genes["weight"][0, 0] = 8.0
    held = poles.balance(express(genomes, 1), True, *double_poles.START, 1000)[0]
    fitness = np.zeros(4)
    assert poles.Poles(held).evaluate(genomes, fitness) == 1
    assert fitness[:2].tolist() == [fitness[0], held + 1]
    assert fitness[0] < held
    assert fitness[2:].tolist() == [0, 0], "the others are left"
    assert poles.Poles(held, stop=False).evaluate(genomes, fitness) == 1
    assert fitness[1:].tolist() == [held + 1] * 3
    assert poles.Poles(held + 1).evaluate(genomes, fitness) == -1


@pytest.mark.parametrize("limit", [0, -1, 2.0, "x", None])
def test_steps_to_hold_are_a_whole_number(limit):
    with pytest.raises(HearsayError, match=r"^Poles: limit: expected a whole number of 1 or more; got "):
        poles.Poles(limit)


def test_gruaus_fitness(balancers):
    fitness = np.zeros(150)
    assert WITHOUT.evaluate(balancers, fitness) == -1
    longer = []
    for k in range(150):
        held, shaking = poles.balance(express(balancers, k), False, *double_poles.START, 1000)
        wanted = 0.1 * held / 1000 + (0.9 * 0.75 / shaking if held > 100 else 0)
        assert fitness[k] == pytest.approx(wanted if held else 0.0001, rel=1e-12)
        longer.append(held > 100)
    assert 20 < sum(longer) < 130
    for limit, rewarded in ((100, False), (101, True)):
        poles.evaluate_gruau(balancers, double_poles.START, limit, fitness, np.zeros(1, np.int64))
        assert fitness[longer] == pytest.approx(0.1) if not rewarded else fitness[longer].min() > 0.1001


def test_a_silent_network_gets_next_to_nothing():
    genomes, fitness = lefty(0.0, velocities=False), np.zeros(1)
    genomes.genes["enabled"] = False
    WITHOUT.evaluate(genomes, fitness)
    assert fitness.tolist() == [0.0001]


def standing(monkeypatch, falls_after):
    """Let every network hold as many steps as `falls_after(start, limit)` says."""

    def balance(network, velocities, x, v, theta_1, omega_1, theta_2, omega_2, limit):
        return min(falls_after((x, v, theta_1, omega_1, theta_2, omega_2), limit), limit), 0.0

    monkeypatch.setattr(poles, "balance", balance)
    monkeypatch.setattr(poles, "holds", poles.holds.py_func)


@pytest.mark.parametrize("long, starts, passes", [(100_000, 200, True), (100_000, 199, False), (99_999, 625, False)])
def test_a_champion_must_hold_long_and_hold_200_of_625_starts(monkeypatch, long, starts, passes):
    tried = []

    def falls_after(state, limit):
        tried.append((state, limit))
        if len(tried) == 1:
            return long
        return 1000 if len(tried) <= 1 + starts else 999

    standing(monkeypatch, falls_after)
    task = poles.PolesWithoutVelocities()
    task.generalisation = 300  # of another genome
    assert task.prove(lefty(0.0, velocities=False), 0) == passes
    assert task.generalisation == (starts if long == 100_000 else 0)
    assert tried[0] == (double_poles.START, 100_000)
    if long == 100_000:
        assert [state for state, _ in tried[1:]] == [tuple(start) for start in double_poles.generalisation_starts()]
        assert {limit for _, limit in tried[1:]} == {1000}
    else:
        assert len(tried) == 1


def test_no_champion_of_the_first_generation_passes():
    task = poles.PolesWithoutVelocities()
    state, _ = grown(settings(population=10), 0, 0, task)
    assert not any(task.prove(state.genomes, k) for k in range(10))
    assert poles.holds(state.genomes, 0, poles.STARTS[:50], 1000, task.steps) == sum(
        poles.balance(express(state.genomes, 0), False, *start, 1000)[0] == 1000 for start in poles.STARTS[:50]
    )
