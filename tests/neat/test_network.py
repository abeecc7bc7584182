"""Networks and logical tasks against recursion and plain time steps; cycles; silence; solvers by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from hearsay.neat import logic
from hearsay.neat.network import activate, express, latency, sigmoid
from hearsay.neat.settings import settings
from tests.neat import reference
from tests.neat.populations import LINKS, SEEDS, crafted, grown, plain

OPTIONS = settings()
SMALL = st.lists(
    st.tuples(st.integers(0, 7), st.integers(2, 7), st.floats(-8, 8), st.booleans()),
    max_size=12,
    unique_by=lambda link: link[:2],
)
FORWARD = st.permutations(range(3, 8)).flatmap(
    lambda order: SMALL.map(lambda links: [link for link in links if rank(order, link[0]) < rank(order, link[1])])
)


def rank(order, node):
    """A place in an order in which no link leads back: sensors, hidden nodes as drawn, the output."""
    return -1 if node < 2 else len(order) if node == 2 else order.index(node)


def levels(genomes, k=0):
    found = np.empty(genomes.n_nodes[k], np.int64)
    return logic.levels(genomes.genes[k], genomes.n_genes[k], found, genomes.sensors), found.tolist()


def responses(genomes, k, inputs):
    """The nodes' values (nodes,) that the logical tasks take for inputs (sensors,)."""
    nodes = genomes.n_nodes[k]
    value, level = np.zeros((nodes, 1)), np.empty(nodes, np.int64)
    logic.answer(genomes, k, np.array(inputs)[:, None], level, value)
    return value[:, 0]


def expected(one, inputs):
    """The same by the reference: by recursion, or in time steps where the network has a cycle."""
    if reference.cyclic(one):
        return list(reference.activate(one, lambda step: inputs, len(one.nodes)).values())
    return [reference.answer(one, node, inputs) or 0.0 for node in one.nodes]


@given(FORWARD, st.floats(-1, 1))
@hypothesis(max_examples=150, deadline=None)
def test_a_network_without_cycles_answers_as_recursion_does(links, x):
    genomes = crafted(links)
    one = plain(genomes, 0, OPTIONS)
    assert not reference.cyclic(one)
    depths = [reference.depth(one, node) for node in one.nodes]
    assert levels(genomes) == (max(d or 0 for d in depths), [-1 if d is None else d for d in depths])
    assert responses(genomes, 0, [x, 1.0]) == pytest.approx(expected(one, [x, 1.0]), rel=1e-12, abs=1e-300)


@given(LINKS, st.floats(-1, 1))
@hypothesis(max_examples=300, deadline=None)
def test_any_network_answers_as_the_reference(links, x):
    genomes = crafted(links)
    one = plain(genomes, 0, OPTIONS)
    highest, found = levels(genomes)
    assert (highest == logic.CYCLIC) == reference.cyclic(one)
    assert [node for node, level in enumerate(found) if level >= 0] == sorted(reference.hops(one))
    assert responses(genomes, 0, [x, 1.0]) == pytest.approx(expected(one, [x, 1.0]), rel=1e-9, abs=1e-300)


def test_behind_a_cycle_every_node_is_reached():
    """Levels climb fast in a cycle whose genes stand in its order, slowly on a way whose genes stand against it."""
    cycle = [(0, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 8), (8, 3)]
    way = [(13, 2), (12, 13), (11, 12), (10, 11), (9, 10), (0, 9)]
    genomes = crafted([(*link, 1.0, True) for link in cycle + way], hidden=11)
    highest, found = levels(genomes)
    assert highest == logic.CYCLIC
    assert [node for node, level in enumerate(found) if level < 0] == []
    assert responses(genomes, 0, [1.0, 1.0])[2] > 0.9


@given(SEEDS, st.sampled_from(["smaller", "both"]), st.sampled_from([0.0, 0.5]))
@hypothesis(max_examples=30, deadline=None)
def test_grown_networks_answer_as_the_reference(seed, tie, recurrent):
    options = settings(population=8, add_node=0.3, add_link=0.5, recurrent=recurrent, tie=tie, toggle=0.2)
    state, _ = grown(options, seed, 10)
    for k in range(8):
        one = plain(state.genomes, k, options)
        for inputs in ([0.0, 1.0, 1.0], [1.0, 1.0, 1.0]):
            found = responses(state.genomes, k, inputs)
            assert found == pytest.approx(expected(one, inputs), rel=1e-9, abs=1e-300)


def test_a_silent_output_is_zero_also_beside_a_cycle():
    genomes = crafted([(0, 3, 1.0, True), (3, 4, 1.0, True), (4, 3, 1.0, True), (0, 2, 1.0, False)], hidden=2)
    assert levels(genomes)[0] == logic.CYCLIC
    assert responses(genomes, 0, [1.0, 1.0])[2] == 0


# Time steps


@given(LINKS, st.integers(0, 10), st.lists(st.floats(-1, 1), min_size=11, max_size=11))
@hypothesis(max_examples=150, deadline=None)
def test_in_time_steps_nodes_take_up_what_others_held_before_and_sleep_until_a_signal_comes(links, steps, signal):
    genomes = crafted(links)
    one, network = plain(genomes, 0, OPTIONS), express(genomes, 0)
    for step in range(1, steps + 1):
        network.value[:2] = signal[step], 1.0
        activate(network, step)
    slow = reference.activate(one, lambda step: [signal[step], 1.0], steps)
    assert network.value == pytest.approx(list(slow.values()), rel=1e-9, abs=1e-300)


@given(LINKS)
@hypothesis(deadline=None)
def test_a_network_is_the_enabled_genes(links):
    network = express(crafted(links), 0)
    enabled = [link for link in links if link[3]]
    assert network.source.tolist() == [link[0] for link in enabled]
    assert network.target.tolist() == [link[1] for link in enabled]
    assert network.weight.tolist() == [link[2] for link in enabled]
    one = plain(crafted(links), 0, OPTIONS)
    hops = reference.hops(one)
    assert network.wakes.tolist() == [hops.get(node, -1) for node in one.nodes]
    assert latency(network) == hops.get(2, -1)


def test_the_latency_is_the_slowest_outputs():
    links = [(0, 2, 1.0, True), (0, 4, 1.0, True), (4, 3, 1.0, True)]
    assert latency(express(crafted(links, outputs=2, hidden=1), 0)) == 2
    assert latency(express(crafted(links[:2], outputs=2, hidden=1), 0)) == -1, "one output never gets a signal"


def test_the_sigmoid():
    assert sigmoid(0.0) == 0.5
    assert sigmoid(1.0) == pytest.approx(1 / (1 + math.exp(-4.9)), rel=1e-15)
    assert sigmoid(-1e4) == 0
    assert sigmoid(1e4) == 1


# Logical tasks

# h1 = or, h2 = and, output = h1 and not h2; nodes: two inputs, bias, output, two hidden
SOLVER = [
    *((0, 4, 4.0, True), (1, 4, 4.0, True), (2, 4, -2.0, True)),
    *((0, 5, 4.0, True), (1, 5, 4.0, True), (2, 5, -6.0, True)),
    *((4, 3, 4.0, True), (5, 3, -8.0, True), (2, 3, -2.0, True)),
]


def scored(task, genomes):
    fitness = np.full(len(genomes.n_genes), np.nan)
    return task.evaluate(genomes, fitness), fitness


def test_a_solver_of_xor_is_found_and_a_spoilt_one_is_not():
    genomes = crafted(SOLVER, sensors=3, hidden=2, population=3)
    genomes.genes["enabled"][0, 7] = False
    solver, fitness = scored(logic.XOR, genomes)
    assert solver == 1, "the first that solves it"
    assert fitness[1] == fitness[2] == pytest.approx(16, rel=1e-3)
    assert fitness[0] < 10
    genomes.genes["enabled"][:, 7] = False
    assert scored(logic.XOR, genomes)[0] == -1


@given(SEEDS, st.sampled_from([2, 3]))
@hypothesis(max_examples=20, deadline=None)
def test_the_fitness_is_the_papers(seed, bits):
    options, task = settings(population=6, add_node=0.3, add_link=0.5, reenable=0.3), logic.Parity(bits)
    state, _ = grown(options, seed, 8, task)
    solver, fitness = scored(task, state.genomes)
    right = []
    for k in range(6):
        one = plain(state.genomes, k, options)
        answers = [expected(one, inputs)[bits + 1] for inputs in task.cases.T]
        error = sum(abs(wanted - answer) for wanted, answer in zip(task.wanted, answers, strict=True))
        assert fitness[k] == pytest.approx((2**bits - error) ** 2, rel=1e-9)
        right.append(all((a > 0.5) == (w == 1) for a, w in zip(answers, task.wanted, strict=True)))
    assert solver == (right.index(True) if any(right) else -1)


def test_the_cases_of_parity():
    assert logic.XOR.cases.tolist() == [[0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1]]
    assert logic.XOR.wanted.tolist() == [0, 1, 1, 0]
    three = logic.Parity(3)
    assert three.cases.shape == (4, 8)
    assert three.wanted.tolist() == [0, 1, 1, 0, 1, 0, 0, 1]
    assert (three.inputs, three.outputs) == (3, 1)


def test_networks_with_cycles_are_counted():
    task = logic.Parity(2)
    genomes = crafted([*SOLVER, (4, 4, 1.0, True)], sensors=3, hidden=2, population=2)
    genomes.genes["enabled"][1, 9] = False
    scored(task, genomes)
    assert task.cyclic.tolist() == [1]


def test_what_a_genome_of_before_left_behind_does_not_matter():
    """Silent nodes are silent also where the last genome's spoke."""
    both = crafted(SOLVER, sensors=3, hidden=2, population=2)
    both.genes["enabled"][1, :6] = False
    alone = crafted(SOLVER, sensors=3, hidden=2)
    alone.genes["enabled"][0, :6] = False
    assert scored(logic.XOR, both)[1][1] == scored(logic.XOR, alone)[1][0]
