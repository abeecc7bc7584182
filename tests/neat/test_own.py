"""One's own fitness function, plain or compiled; champions that survive JSON; errors of one line."""

import doctest
import inspect
import json
import logging
import re
import subprocess
import sys
from math import cos, sin
from pathlib import Path

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
from hearsay.neat.own import XOR, FitnessTask, Parity, Poles, evolve, settle, settle_all, step

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


def test_the_example_in_the_readme_is_true_and_draws(tmp_path, monkeypatch, capsys):
    import matplotlib

    matplotlib.use("agg")
    monkeypatch.chdir(tmp_path)
    section = (Path(own.__file__).parents[2] / "README.md").read_text(encoding="utf-8").split("## Your own NEAT")[1]
    code = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    exec(code, {})
    said = re.search(r"# Result\((.*?), \.\.\., (.*)\)", code)
    assert said[1] in (printed := capsys.readouterr().out)
    assert said[2] in printed
    assert (tmp_path / "champion.png").read_bytes().startswith(b"\x89PNG")
    matplotlib.pyplot.close("all")


def test_every_setting_is_explained_where_help_shows_it():
    for name in own.Settings._fields:
        assert f"`{name}`" in own.Settings.__doc__
    for word in ("number", "pair", "position", "nothing", "smaller", "both", "either", "forever"):
        assert f'"{word}"' in own.Settings.__doc__
    assert "recurrent" in inspect.getdoc(evolve)


def test_nothing_is_printed_and_the_wait_is_logged(capsys, caplog):
    own._announce.cache_clear()
    with caplog.at_level(logging.INFO, logger="hearsay"):
        for _ in range(2):
            evolve(XOR, {"population": 10}, budget=20)
    assert [record.getMessage() for record in caplog.records if "compiles" in record.getMessage()][1:] == []
    assert "compiles the engine" in caplog.text
    assert capsys.readouterr() == ("", "")


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
    result = evolve(task, {"population": 20}, 3, budget=200, watch=lambda *look: seen.append((look[0], look[1].max())))
    assert [generation for generation, _ in seen] == list(range(1, 11))
    assert not result.solved
    assert result.fitness == max(best for _, best in seen)
    assert xor(result.champion) == result.fitness


def test_what_watch_is_given_stays_as_it_was():
    seen = []
    result = evolve(FitnessTask(xor, 2, 1, 16), {"population": 20}, 3, 2000, watch=lambda *look: seen.append(look))
    best = [fitness.max() for _, fitness, _ in seen]
    assert len({id(fitness) for _, fitness, _ in seen}) == len(seen) > 5
    assert len(set(best)) > 3
    for (_, _, champion), so_far in zip(seen, np.maximum.accumulate(best), strict=True):
        assert xor(champion) == so_far
    assert seen[-1][2] is result.champion


def test_watch_may_spoil_its_copy():
    def spoil(generation, fitness, champion):
        fitness[:] = generation

    task = FitnessTask(xor, 2, 1, 16)
    assert same(evolve(task, seed=1), evolve(task, seed=1, watch=spoil))


def test_watch_may_end_the_run():
    result = evolve(FitnessTask(xor, 2, 1), {"population": 20}, 3, watch=lambda generation, *_: generation == 4)
    whole = evolve(FitnessTask(xor, 2, 1), {"population": 20}, 3, budget=80)
    assert (result.solved, result.evaluations, result.generations) == (False, 80, 4)
    assert same(result, whole)
    assert result.fitness == whole.fitness


@pytest.mark.parametrize("task", [XOR, FitnessTask(xor, 2, 1, 16)])
def test_a_run_that_is_solved_stays_so_whatever_watch_returns(task):
    solved = evolve(task, seed=1)
    ended = evolve(task, seed=1, watch=lambda generation, *_: generation == solved.generations)
    assert ended.solved
    assert same(ended, solved)


class Proved:
    """A task whose further test passes in its third generation."""

    inputs, outputs = 2, 1

    def __init__(self):
        self.tested = 0

    def evaluate(self, genomes, fitness):
        XOR.evaluate(genomes, fitness)
        return -1

    def prove(self, genomes, k):
        self.tested += 1
        return self.tested == 3


def test_a_further_test_is_made_and_its_genome_is_the_champion():
    seen = []
    result = evolve(Proved(), seed=1, watch=lambda *look: seen.append(look))
    assert (result.solved, result.generations) == (True, 3)
    assert result.fitness in seen[-1][1]
    right = 4 - np.abs(result.champion(CASES)[:, 0] - WANTED).sum()
    assert right**2 == pytest.approx(result.fitness)


def test_an_interrupted_run_is_interrupted_and_watch_has_its_champion():
    kept = []

    def interrupt(network):
        if len(kept) == 3:
            raise KeyboardInterrupt
        return xor(network)

    with pytest.raises(KeyboardInterrupt):
        evolve(FitnessTask(interrupt, 2, 1), seed=1, watch=lambda *look: kept.append(look[2]))
    assert xor(kept[-1]) > 0


def test_memory_for_ever_and_a_budget_with_an_exponent():
    forever = {"population": 20, "link_memory": "forever", "node_memory": "forever"}
    given = own.Settings(population=20, link_memory=own.FOREVER, node_memory=own.FOREVER)
    assert same(evolve(XOR, forever, 1, 1e3), evolve(XOR, given, 1, 1000))


def test_words_in_settings_given_as_a_whole_are_understood():
    assert same(evolve(XOR, own.Settings(identity="pair"), 1, 600), evolve(XOR, {"identity": "pair"}, 1, 600))


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


def test_a_champion_says_how_large_it_is():
    assert repr(Champion(np.zeros(2, GENE), np.arange(8), 2, 1)) == "Champion(4 hidden nodes, 2 genes)"
    assert repr(Champion(np.zeros(1, GENE), np.arange(5), 2, 1)) == "Champion(1 hidden node, 1 gene)"


def test_a_compiled_fitness_is_called_on_the_network_of_a_champion(grown):
    for one in grown:
        assert xor_compiled(one.network) == xor_compiled.py_func(one.network) == pytest.approx(xor(one))


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


@numba.njit
def plain_interface(network):
    network.reset()
    return network(CASES)[0, 0]


@numba.njit
def called(network):
    return network(CASES)[0, 0]


@numba.njit
def two_arguments(network, more):
    return 1.0


@numba.njit
def inputs_of_inputs(network):
    return settle(network, CASES)[0]


@numba.njit
def returns_none(network):
    settle(network, CASES[0])


@numba.njit
def returns_outputs(network):
    return settle(network, CASES[0])


@numba.njit
def sometimes_none(network):
    if settle(network, CASES[0])[0] >= 0:
        return None
    return 1.0


@numba.njit
def sometimes_text(network):
    if settle(network, CASES[0])[0] >= 0:
        return "good"
    return 1.0


LISTS = CASES.tolist()


@numba.njit
def lists(network):
    return settle_all(network, LISTS)[0, 0]


@numba.njit
def unsupported(network):
    with open("log") as log:
        return float(len(log.read()))


INTERFACE = ["settle(network, inputs)", "settle_all(network, cases)", "step(network, inputs)", "reset(network)"]


@pytest.mark.parametrize(
    ("fitness", "words"),
    [
        (lambda network: float("nan"), ["<lambda>", "nan", "finite", "generation 1"]),
        (nan_compiled, ["nan_compiled", "nan", "finite", "generation 1"]),
        (lambda network: np.inf, ["<lambda>", "inf", "finite"]),
        (lambda network: -1.0, ["-1.0", "0 or more", "add a constant"]),
        (lambda network: None, ["None", "number"]),
        (lambda network: "3.5", ["'3.5'", "number"]),
        (lambda network: network([0, "1"])[0], ["2 inputs", "numbers"]),
        (lambda network: network([0, None])[0], ["2 inputs", "numbers"]),
        (lambda network: network([[0, 1], [1]])[0], ["2 inputs", "numbers"]),
        (plain_interface, ["plain_interface", *INTERFACE]),
        (called, ["called", *INTERFACE]),
        (two_arguments, ["two_arguments", *INTERFACE]),
        (inputs_of_inputs, ["inputs_of_inputs", *INTERFACE]),
        (returns_none, ["returns_none", "expected a number"]),
        (returns_outputs, ["returns_outputs", "expected a number"]),
        (sometimes_none, ["sometimes_none", "expected a number"]),
        (sometimes_text, ["sometimes_text", "expected a number"]),
        (lists, ["lists", "NumPy array"]),
        (unsupported, ["unsupported", "numba"]),
        (lambda network: network([0, 1, 1])[0], ["2 inputs", "3"]),
        (lambda network: network([0, "x"])[0], ["2 inputs", "numbers"]),
        (three_inputs, ["inputs"]),
        (does_not_compile, ["does_not_compile", *INTERFACE]),
    ],
)
def test_a_bad_fitness_gets_one_line(fitness, words):
    line(lambda: evolve(FitnessTask(fitness, 2, 1)), *words)


@numba.njit
def not_defined(network):
    return nothing_of_the_kind(network)  # noqa: F821


def test_what_a_fitness_says_itself_is_left_and_what_numba_says_is_one_line():
    @numba.njit
    def falls(network):
        if settle(network, CASES[0])[0] >= 0:
            raise TypeError("the pole fell")
        return 1.0

    with pytest.raises(TypeError, match="the pole fell"):
        evolve(FitnessTask(falls, 2, 1))
    line(lambda: evolve(FitnessTask(not_defined, 2, 1)), "not_defined", "nothing_of_the_kind")


def test_nan_later_names_the_generation():
    calls = []

    def later(network):
        calls.append(network)
        return 1.0 if len(calls) < 330 else float("nan")

    line(lambda: evolve(FitnessTask(later, 2, 1)), "later", "genome 29 in generation 3", "nan")


def test_a_champion_handed_to_compiled_code_gets_one_line(grown):
    for call in (lambda: settle(grown[0], CASES[0]), lambda: xor_compiled(grown[0]), lambda: own.reset(grown[0])):
        line(call, "champion.network")


def test_bad_tasks_get_one_line():
    for bits in (1, 2.5, "3", True, None):
        line(lambda bits=bits: Parity(bits), "Parity: bits", "2 or more", repr(bits))
    for limit in (0, -1, "x", 10.0):
        line(lambda limit=limit: Poles(limit), "Poles: limit", "1 or more", repr(limit))
    assert Parity(np.int64(3)).inputs == 3
    assert Poles(np.int32(5)).limit == 5


def test_bad_arguments_get_one_line():
    task = FitnessTask(xor, 2, 1)
    line(lambda: FitnessTask(3, 2, 1), "fitness", "function", "3")
    line(lambda: FitnessTask(xor, 2, 0), "outputs", "1 or more")
    line(lambda: FitnessTask(xor, 2.5, 1), "inputs", "2.5")
    line(lambda: FitnessTask(xor, 2, 1, solved_at="all"), "solved_at", "all")
    line(lambda: evolve(task, {"population": 1}), "population", "2")
    line(lambda: evolve(task, own.Settings(population=1)), "population", "2")
    line(lambda: evolve(task, {"add_nodes": 0.1}), "add_nodes", "did you mean add_node?")
    line(lambda: evolve(task, {3: 4}), "settings", "{3: 4}")
    line(lambda: evolve(task, {"c1": np.ones((3, 3))}), "c1", "array")
    line(lambda: evolve(task, {"c1": "0.1"}), "c1", "'0.1'")
    line(lambda: evolve(task, {"population": 5000}, budget=1000), "budget", "1000", "5000", "population")
    for budget in (1e5 + 0.5, np.inf, np.nan, "x", None):
        line(lambda budget=budget: evolve(task, budget=budget), "budget", "whole number")
    line(lambda: evolve(task, watch=3), "watch", "function", "3")
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
    line(lambda: from_plain([]), "plain()")
    line(lambda: from_plain(grown[0]), "plain()", "Champion(")
    line(lambda: from_plain(json.dumps(good)), "json.loads it first")
    line(lambda: from_plain({**good, "bias": "1"}), "bias", "finite", "'1'")
    line(lambda: from_plain({**good, "nodes": [{**good["nodes"][0], "number": "0"}]}), "number", "whole")


@pytest.mark.parametrize(
    ("field", "values", "word"),
    [
        ("weight", ["1", None, True, float("nan"), float("inf")], "finite number"),
        ("enabled", ["no", 1, None], "true or false"),
        ("recurrent", [0.0], "true or false"),
        ("innovation", ["1", 1.5, -1, 2**70, True], "whole number"),
        ("in", ["0", [0], None, -1, 2**31], "whole number"),
        ("out", [3.0], "whole number"),
    ],
)
def test_bad_genes_in_plain_data_get_one_line(grown, field, values, word):
    good = grown[0].plain()
    for value in values:
        genes = [good["genes"][0], {**good["genes"][1], field: value}]
        line(lambda genes=genes: from_plain({**good, "genes": genes}), f"genes[1]: {field}", word)


def test_importing_the_package_does_not_import_numba_or_matplotlib():
    code = "import sys, hearsay.neat; assert not {'numba', 'matplotlib'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_drawing_is_imported_when_something_is_drawn():
    code = "import sys, hearsay.neat.own; assert not {'matplotlib', 'networkx'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_parity_is_a_task_like_any_other():
    assert evolve(Parity(2), seed=1).champion(CASES).shape == (4, 1)
