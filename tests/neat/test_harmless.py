"""Doubled connections, cycles and weights that are no numbers, planted: what is counted is what was planted."""

import numpy as np
import pytest

from hearsay import tables
from hearsay.neat import harmless
from hearsay.neat.arms import PARITY, POLES, XOR, A
from hearsay.neat.harmless import CASES, HARMLESS, _beside, _cases, check
from hearsay.neat.runs import task_of
from tests.neat.planted import plant
from tests.neat.planted_tables import SEED, TINY

XOR_CASES = _cases(task_of(XOR), None)
SENSORS = 3


def network(*links, nodes=4):
    """Genes of (source, target, weight[, enabled]) and node numbers; 0 and 1 are inputs, 2 the bias, 3 the output."""
    genes = [(j, j, source, target, on != [False]) for j, (source, target, _, *on) in enumerate(links)]
    genomes = plant((list(range(nodes)), genes), sensors=SENSORS)
    genomes.genes["weight"][0] = [weight for _, _, weight, *_ in links]
    return genomes.genes[0], genomes.nodes[0]


def beside(*links, nodes=4):
    return _beside(XOR_CASES, *network(*links, nodes=nodes))


def test_a_doubled_connection_is_one_of_both_weights():
    doubled, bad, cycle, cycle_once, difference = beside((0, 3, 0.3), (1, 3, -0.2), (0, 3, 0.4))
    assert (doubled, bad, cycle, cycle_once) == (1, False, False, False)
    assert difference == pytest.approx(0, abs=1e-15)


def test_the_response_is_that_of_the_network():
    genes, nodes = network((0, 3, 0.3), (0, 3, 0.4), (2, 3, -0.1))
    first, cycle = harmless._response(XOR_CASES, genes, len(nodes))
    assert not cycle
    expected = 1 / (1 + np.exp(-4.9 * (0.7 * XOR_CASES[0] - 0.1)))
    np.testing.assert_allclose(first, expected, rtol=1e-12)


def test_genomes_without_doubles_are_not_looked_at():
    assert beside((0, 3, 0.3), (1, 3, 0.2)) == (0, False, False, False, 0.0)
    assert beside((0, 3, 0.3), (0, 3, 0.2, False)) == (0, False, False, False, 0.0)  # only one is enabled
    assert beside((0, 3, 0.3), (3, 0, 0.2)) == (0, False, False, False, 0.0)  # back is another link


def test_every_gene_beyond_the_first_counts():
    assert beside(*[(0, 3, 0.1)] * 4, *[(1, 3, 0.1)] * 2)[0] == 4


@pytest.mark.parametrize("doubled", [(0, 4, 0.5), (4, 5, 0.5), (5, 4, 0.5)])
def test_a_cycle_is_there_with_every_link_once_too(doubled):
    loop = [(0, 4, 1.0), (4, 5, 0.7), (5, 4, -0.6), (5, 3, 0.9)]
    count, bad, cycle, cycle_once, difference = beside(*loop, doubled, nodes=6)
    assert (count, bad, cycle, cycle_once) == (1, False, True, True)
    assert difference < 1e-12


def test_a_loop_of_one_node_is_a_cycle():
    assert beside((0, 4, 1.0), (4, 4, 0.5), (4, 3, 1.0), (4, 3, 1.0), nodes=5)[:4] == (1, False, True, True)


def test_no_signal_and_no_cycle():
    """Two nodes that feed each other and are fed by none stay silent."""
    assert beside((4, 5, 1.0), (5, 4, 1.0), (0, 3, 1.0), (0, 3, 1.0), nodes=6)[:4] == (1, False, False, False)


@pytest.mark.parametrize("weight", [np.nan, np.inf])
def test_a_weight_that_is_no_number_shows(weight):
    """An infinite weight times an input of nothing is none, either."""
    doubled, bad, _, _, difference = beside((0, 3, weight), (0, 3, 1.0))
    assert (doubled, bad) == (1, True)
    assert np.isnan(difference)


def test_planted_genomes_are_counted(monkeypatch):
    twice, loop = (1, 1, 0, "out", True), [(2, 2, 0, "new", True), (3, 3, "new", "new", True)]

    def engine(task, settings, rng, budget, watch):
        assert budget == settings.population * TINY["mechanism"]["generations"]
        assert (settings.link_memory, settings.refuse_doubles) == (0, False)
        out = task.inputs + 1
        place = {"out": out, "new": out + 1}
        genes = [[(i, o, place.get(s, s), place.get(t, t), on) for i, o, s, t, on in row] for row in
                 ([twice], [twice, twice], [twice, *loop], loop, [])]  # fmt: skip
        first = (0, 0, 0, out, True)
        nodes = list(range(out + 2))
        made = plant(*[(nodes, [first, *row]) for row in genes], *[(nodes, [first])] * 145, sensors=out)
        made.genes["weight"] = 0.5
        watch(1, type("State", (), {"genomes": made}), np.zeros(settings.population))

    monkeypatch.setattr(harmless, "evolve", engine)
    found = check(TINY, SEED)
    assert found["task"].tolist() == [XOR, PARITY, POLES]
    runs = TINY["mechanism"]["runs"]
    for row in found.to_dict("records"):
        assert (row["runs"], row["networks"], row["doubled"]) == (runs, 3 * runs, 4 * runs)
        assert (row["not_finite"], row["cycles"], row["cycles_once"]) == (0, runs, runs)
        assert row["difference"] < 1e-12


@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_planted_failure_is_counted(monkeypatch):
    def engine(task, settings, rng, budget, watch):
        out = task.inputs + 1
        links = [(0, 0, out - 1, out, True), (1, 1, out - 1, out, True)]  # from the bias, which is never nothing
        made = plant(*[(list(range(out + 1)), links)] * 150, sensors=out)
        made.genes["weight"] = 0.5
        made.genes["weight"][7, 1] = np.nan
        watch(1, type("State", (), {"genomes": made}), np.zeros(150))

    monkeypatch.setattr(harmless, "evolve", engine)
    found = check(TINY | {"mechanism": TINY["mechanism"] | {"runs": 1}}, SEED)
    assert found["not_finite"].tolist() == [1, 1, 1] and found["networks"].tolist() == [150] * 3


def test_no_double_at_all(monkeypatch, tmp_path):
    def engine(task, settings, rng, budget, watch):
        made = plant(*[(list(range(task.inputs + 2)), [])] * 150, sensors=task.inputs + 1)
        watch(1, type("State", (), {"genomes": made}), np.zeros(150))

    monkeypatch.setattr(harmless, "evolve", engine)
    found = check(TINY, SEED)
    assert (found[["networks", "doubled", "not_finite", "cycles", "cycles_once", "difference"]] == 0).all(axis=None)
    tables.write(found, HARMLESS, tmp_path / "h.csv")


def test_the_engine_s_own_doubles_are_harmless(monkeypatch):
    """With rates at which doubles and cycles come soon: networks answer as with the same links once."""
    often = {
        "add_node": 0.1,
        "add_link": 0.5,
        "recurrent": 0.3,
        "mutate_weights": 0.0,
        "mutate_only": 0.0,
        "survival": 1.0,
    }
    monkeypatch.setitem(harmless.SCHEMES, A, harmless.SCHEMES[A] | often)
    found = check(TINY | {"mechanism": {"runs": 2, "generations": 15}}, SEED)
    assert found["networks"].sum() > 5 and found["cycles"].sum() > 5
    assert found["not_finite"].sum() == 0
    assert (found["cycles"] == found["cycles_once"]).all()
    assert found["difference"].max() < 1e-9


def test_the_cases_of_a_task():
    assert XOR_CASES.tolist() == [[0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1]]
    cases = _cases(task_of(POLES), np.random.default_rng(0))
    assert cases.shape == (7, CASES) and (cases[-1] == 1).all() and len(np.unique(cases[:-1])) == 6 * CASES
