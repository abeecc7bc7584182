"""One's own fitness function, plain or compiled; champions that survive JSON; errors of one line."""

import doctest
import json
import subprocess
import sys
from math import cos, sin

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from hearsay.errors import HearsayError
from hearsay.neat import own
from hearsay.neat.champion import Champion, from_plain
from hearsay.neat.genome import GENE
from hearsay.neat.network import sigmoid
from hearsay.neat.own import XOR, FitnessTask, Parity, Poles, evolve, settle_all, step

CASES = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
WANTED = np.array([0.0, 1.0, 1.0, 0.0])


def xor(network):
    """Stanley's fitness; 16, its highest, where every answer is on its side of .5."""
    answers = network(CASES)[:, 0]
    error = 0.0
    for k in range(4):
        error += abs(WANTED[k] - answers[k])
    return 16.0 if ((answers > 0.5) == (WANTED > 0.5)).all() else (4 - error) ** 2


@numba.njit
def xor_compiled(network):
    answers = settle_all(network, CASES)[:, 0]
    error, right = 0.0, True
    for k in range(4):
        error += abs(WANTED[k] - answers[k])
        right &= (answers[k] > 0.5) == (WANTED[k] > 0.5)
    return 16.0 if right else (4 - error) ** 2


def same(one, other):
    return (
        one[2:4] == other[2:4]
        and one.solved == other.solved
        and np.array_equal(one.champion.genes, other.champion.genes)
        and np.array_equal(one.champion.nodes, other.champion.nodes)
    )


def test_the_example_in_the_documentation_is_true():
    found = doctest.testmod(own)
    assert found.attempted >= 5
    assert found.failed == 0


@pytest.mark.parametrize("seed", range(3))
def test_a_plain_and_a_compiled_fitness_give_the_engines_own_run(seed):
    runs = [evolve(task, seed=seed) for task in (XOR, FitnessTask(xor, 2, 1, 16), FitnessTask(xor_compiled, 2, 1, 16))]
    assert runs[0].solved
    assert same(runs[0], runs[1])
    assert same(runs[0], runs[2])


def test_a_run_depends_on_the_seed_alone():
    task = FitnessTask(xor, 2, 1, 16)
    assert same(evolve(task, seed=1), evolve(task, seed=np.random.default_rng(1)))
    assert not same(evolve(task, seed=1), evolve(task, seed=2))


def test_every_generation_is_seen_and_the_best_of_all_is_kept():
    seen = []
    task = FitnessTask(xor, 2, 1)
    result = evolve(task, {"population": 20}, 3, budget=200, watch=lambda *look: seen.append((look[0], look[2].max())))
    assert [generation for generation, _ in seen] == list(range(1, 11))
    assert not result.solved
    assert result.fitness == max(best for _, best in seen)
    assert xor(result.champion) == result.fitness


# Control: one pole on a cart, as in Gym's CartPole


@numba.njit
def push(x, v, theta, omega, force):
    pull = (force + 0.05 * omega * omega * sin(theta)) / 1.1
    alpha = (9.8 * sin(theta) - cos(theta) * pull) / (0.5 * (4 / 3 - 0.1 * cos(theta) ** 2 / 1.1))
    return x + 0.02 * v, v + 0.02 * (pull - 0.05 * alpha * cos(theta) / 1.1), theta + 0.02 * omega, omega + 0.02 * alpha


def cart_pole(network):
    network.reset()
    x, v, theta, omega = 0.0, 0.0, 0.05, 0.0
    for held in range(200):
        right = network.step((x, v, theta, omega))[0] > 0.5
        x, v, theta, omega = push(x, v, theta, omega, 10.0 if right else -10.0)
        if abs(x) > 2.4 or abs(theta) > 0.2:
            return held
    return 200


@numba.njit
def cart_pole_compiled(network):
    x, v, theta, omega = 0.0, 0.0, 0.05, 0.0
    for held in range(200):
        right = step(network, (x, v, theta, omega))[0] > 0.5
        x, v, theta, omega = push(x, v, theta, omega, 10.0 if right else -10.0)
        if abs(x) > 2.4 or abs(theta) > 0.2:
            return float(held)
    return 200.0


def test_control_is_learned_and_plain_and_compiled_agree():
    setting = {"population": 50, "recurrent": 0.2, "add_link": 0.3}
    runs = [evolve(FitnessTask(f, 4, 1, 200), setting, 5, 5000) for f in (cart_pole, cart_pole_compiled)]
    assert same(*runs)
    assert runs[0].solved
    assert cart_pole(runs[0].champion) == 200


def test_a_champion_of_double_poles_is_asked_with_the_tasks_bias():
    assert evolve(Poles(10), {"population": 10}, 0, 1000).champion.bias == 0.5


# Champions


@pytest.fixture(scope="module")
def grown():
    """Champions with hidden nodes, disabled genes and links back."""
    rates = {"add_node": 0.3, "add_link": 0.5, "recurrent": 0.3, "population": 30, "threshold": 50.0}
    task = FitnessTask(lambda network: len(network.network.weight), 2, 1)
    return [evolve(task, rates, seed, 900).champion for seed in range(4)]


def test_champions_survive_json_and_answer_the_same(grown):
    assert any(len(one.nodes) > 6 for one in grown)
    assert any(not one.genes["enabled"].all() for one in grown)
    assert any(one.genes["recurrent"].any() for one in grown)
    for one in grown:
        again = from_plain(json.loads(json.dumps(one.plain())))
        assert again.plain() == one.plain()
        assert np.array_equal(again(CASES), one(CASES))
        inputs = np.random.default_rng(0).uniform(-1, 1, (20, 2))
        assert np.array_equal([again.step(x) for x in inputs], [one.step(x) for x in inputs])


def test_resetting_forgets(grown):
    for one in grown:
        one.reset()
        first = [one.step(x).tolist() for x in CASES]
        one.reset()
        assert [one.step(x).tolist() for x in CASES] == first


@examples(max_examples=50, deadline=None)
@given(st.data())
def test_a_network_without_cycles_answers_as_written_down(data):
    """Two inputs, bias, two outputs, three hidden nodes; links lead from lower to higher in this order of depth."""
    order = [0, 1, 2, 5, 6, 7, 3, 4]
    links = [(s, t) for i, s in enumerate(order) for t in order[max(i + 1, 3) :]]
    chosen = data.draw(st.lists(st.sampled_from(links), unique=True, max_size=12))
    genes = np.zeros(len(chosen), GENE)
    for gene, (source, target) in zip(genes, chosen, strict=True):
        gene["source"], gene["target"], gene["weight"] = source, target, data.draw(st.floats(-2, 2))
        gene["enabled"] = data.draw(st.booleans())
    inputs = [data.draw(st.floats(-2, 2)) for _ in range(2)]
    value, reached = dict(zip(range(3), (*inputs, 0.5), strict=True)), {0, 1, 2}
    for node in order[3:]:
        into = [g for g in genes if g["target"] == node and g["enabled"] and int(g["source"]) in reached]
        value[node] = sigmoid(sum(g["weight"] * value[int(g["source"])] for g in into)) if into else 0.0
        reached |= {node} if into else set()
    champion = Champion(genes, np.arange(8), 2, 2, bias=0.5)
    assert champion(inputs) == pytest.approx([value[3], value[4]])
    assert np.array_equal(champion([inputs, inputs])[1], champion(inputs))


# One clear line


def line(call, *words):
    with pytest.raises(HearsayError) as caught:
        call()
    said = str(caught.value)
    assert "\n" not in said
    assert len(said) < 500
    for word in words:
        assert word in said


@numba.njit
def three_inputs(network):
    return settle_all(network, np.zeros((1, 3)))[0, 0]


@numba.njit
def does_not_compile(network):
    return network.nothing


@numba.njit
def nan_compiled(network):
    return np.nan


@pytest.mark.parametrize(
    ("fitness", "words"),
    [
        (lambda network: float("nan"), ["nan", "finite"]),
        (nan_compiled, ["nan", "finite"]),
        (lambda network: -1.0, ["-1.0", "0"]),
        (lambda network: None, ["None", "number"]),
        (lambda network: network([0, 1, 1])[0], ["2 inputs", "3"]),
        (lambda network: network([0, "x"])[0], ["2 inputs", "numbers"]),
        (three_inputs, ["inputs"]),
        (does_not_compile, ["does_not_compile", "numba"]),
    ],
)
def test_a_bad_fitness_gets_one_line(fitness, words):
    line(lambda: evolve(FitnessTask(fitness, 2, 1)), *words)


def test_bad_arguments_get_one_line():
    task = FitnessTask(xor, 2, 1)
    line(lambda: FitnessTask(3, 2, 1), "fitness", "function", "3")
    line(lambda: FitnessTask(xor, 2, 0), "outputs", "1 or more")
    line(lambda: FitnessTask(xor, 2.5, 1), "inputs", "2.5")
    line(lambda: FitnessTask(xor, 2, 1, solved_at="all"), "solved_at", "all")
    line(lambda: evolve(task, {"population": 1}), "population", "2")
    line(lambda: evolve(task, own.Settings(population=1)), "population", "2")
    line(lambda: evolve(task, {"add_nodes": 0.1}), "add_nodes")
    line(lambda: evolve(task, {"add_node": 1.1}), "add_node", "1.1")
    line(lambda: evolve(task, 150), "settings", "150")
    line(lambda: evolve(task, seed=-1), "seed", "-1")
    line(lambda: evolve(task, budget=10), "budget", "150")
    line(lambda: evolve(task, start="empty"), "start", "minimal")
    line(lambda: evolve(xor), "task", "inputs")


def test_bad_plain_data_get_one_line(grown):
    good = grown[0].plain()
    line(lambda: from_plain({}), "nodes", "missing")
    line(lambda: from_plain({**good, "nodes": good["nodes"][1:]}), "gene", "0")
    line(lambda: from_plain({**good, "nodes": [*good["nodes"], good["nodes"][-1]]}), "different numbers")
    line(lambda: from_plain({**good, "nodes": [{"number": 0, "kind": "sensor"}]}), "sensor")
    line(lambda: from_plain({**good, "genes": [{**good["genes"][0], "out": 0}]}), "gene", "0")
    line(lambda: from_plain([]), "nodes")


def test_importing_the_package_does_not_import_numba_or_matplotlib():
    code = "import sys, hearsay.neat; assert not {'numba', 'matplotlib'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_drawing_is_imported_when_something_is_drawn():
    code = "import sys, hearsay.neat.own; assert not {'matplotlib', 'networkx'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_parity_is_a_task_like_any_other():
    assert evolve(Parity(2), seed=1).champion(CASES).shape == (4, 1)
