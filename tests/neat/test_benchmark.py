"""The benchmark runs the engine and its peers, counts their work right, and its summary is right on planted timings."""

import numpy as np
import pandas as pd
import pytest

from hearsay import tables
from hearsay.neat import benchmark, peers_multineat, peers_neat_python
from hearsay.neat.benchmark import PLAIN, POLES_TASK, TIMINGS, XOR_TASK, compare, peers
from hearsay.neat.peers_tasks import Counts
from hearsay.peers import PEERS

GENERATIONS, REPEATS = 2, 2
OURS = {"hearsay", "hearsay, compiling", "hearsay, from the cache", "hearsay: reproduction", "hearsay: evaluation"}
ONCE = {"hearsay, compiling", "hearsay, from the cache"}


@pytest.fixture
def small(monkeypatch):
    """The least work, and no process of its own that compiles."""
    monkeypatch.setattr(benchmark, "HERE", 3)
    monkeypatch.setattr(benchmark, "PUSHES", 1000)
    monkeypatch.setattr(benchmark, "LIMIT", 10)
    monkeypatch.setattr(benchmark, "_BEGIN", "import sys; assert sys.argv[1]")


class Peer:
    """A peer that notes what it was asked for."""

    NAME = "Planted"

    def __init__(self, name="", version="7.1"):
        self.NAME, self.version, self.asked = name or self.NAME, version, []

    def installed(self):
        return self.version

    def xor(self, generations, seed):
        self.asked.append(("xor", generations, seed))
        return Counts(150 * generations, 0, (), (), 0)

    def double_poles(self, generations, seed, numba, limit):
        self.asked.append(("poles", generations, seed, numba, limit))
        return Counts(150 * generations, 1234, (), (), 0)


def planted_peers(monkeypatch, *versions):
    found = [Peer(f"peer {k}", version) for k, version in enumerate(versions)]
    monkeypatch.setattr(benchmark, "peers_neat_python", found[0])
    monkeypatch.setattr(benchmark, "peers_multineat", found[1])
    return found


def test_every_tool_runs_once_a_round_and_the_counts_are_right(small, monkeypatch, tmp_path):
    one, absent = planted_peers(monkeypatch, "7.1", "")
    raw = compare(REPEATS, GENERATIONS, seed=1)
    TIMINGS.check(raw)
    assert (raw[["wall", "cpu", "units"]] > 0).all(axis=None)
    np.testing.assert_allclose(raw["cpu_each"] * raw["units"], raw["cpu"])
    for (_, tool), part in raw.groupby(["task", "tool"]):
        assert part["repeat"].tolist() == ([0] if tool in ONCE else list(range(REPEATS))), tool
    units = raw.groupby(["task", "tool"])["units"].agg(["min", "max"])
    for tool, count in (
        ("hearsay", 20 * GENERATIONS * 150),
        ("hearsay: reproduction", 3 * 150),
        ("ceiling", 3 * 150),
        ("peer 0", GENERATIONS * 150),
    ):
        assert units.loc[(XOR_TASK, tool)].tolist() == [count, count]
    assert units.loc[(POLES_TASK, "ceiling")].tolist() == [1000, 1000]
    assert units.loc[(POLES_TASK, f"peer 0, {PLAIN}")].tolist() == [1234, 1234]
    assert units.loc[(POLES_TASK, "hearsay"), "max"] <= 5 * GENERATIONS * 150 * 10
    assert units.loc[(POLES_TASK, "hearsay: evaluation"), "max"] <= 20 * 150 * 10
    # the peer did as many generations, from other seeds in every round, under the same limit
    assert {row[1] for row in one.asked} == {GENERATIONS} and not absent.asked
    assert {row[-1] for row in one.asked if row[0] == "poles"} == {10}
    for numba in (False, True):
        assert {row[2] for row in one.asked if row[0] == "poles" and row[3] == numba} == {1, 2, 3}
    tables.write(raw, TIMINGS, tmp_path / "raw.csv")
    again = tables.read(tmp_path / "raw.csv", TIMINGS)
    tables.write(peers(again), PEERS, tmp_path / "peers.csv")
    pd.testing.assert_frame_equal(peers(again), peers(raw))
    assert set(peers(raw)["peer"]) == {"peer 0 (7.1)", *(f"peer 0, {n} (7.1)" for n in (PLAIN, benchmark.COMPILED))}


def test_a_peer_that_is_not_installed_is_left_out(small, monkeypatch):
    planted_peers(monkeypatch, "", "")
    raw = compare(1, GENERATIONS, seed=1)
    assert set(raw["tool"]) == OURS | {"ceiling"}
    assert (raw["version"] == "").all()
    assert len(peers(raw)) == 0 and list(peers(raw).columns) == list(PEERS.columns)


@pytest.mark.skipif(not peers_neat_python.installed(), reason="neat-python is not installed")
def test_the_real_peers_take_part(small, monkeypatch):
    raw = compare(1, GENERATIONS, seed=1)
    there = [peer for peer in (peers_neat_python, peers_multineat) if peer.installed()]
    found = peers(raw)
    PEERS.check(found[list(PEERS.columns)])
    assert len(found) == 3 * len(there)
    for peer in there:
        rows = found[found["peer"].str.startswith(peer.NAME)]
        assert rows["peer"].str.endswith(f"({peer.installed()})").all()
    assert set(found["study"]) == {"neat"}
    assert (found["ratio"] > 1).all() and (found["ceiling"] > 0).all()
    evaluations = raw[(raw["task"] == XOR_TASK) & (raw["tool"] == peers_neat_python.NAME)]["units"]
    assert evaluations.tolist() == [150 * GENERATIONS]
    steps = raw[(raw["task"] == POLES_TASK) & raw["tool"].str.startswith(peers_neat_python.NAME)]["units"]
    assert steps.nunique() == 1 and steps.between(150, 10 * 150 * GENERATIONS).all()  # the same run, twice


def timings(walls):
    rows = [
        (task, tool, repeat, "" if tool in OURS or tool == "ceiling" else "1.0", 100, 9.0, 100 * each, each)
        for (task, tool), values in walls.items()
        for repeat, each in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=list(TIMINGS.columns))


def test_the_summary_of_planted_timings():
    summary = peers(
        timings(
            {
                ("a", "hearsay"): [1, 2, 4],
                ("a", "hearsay, compiling"): [500],
                ("a", "hearsay: reproduction"): [0.1, 0.1, 0.1],
                ("a", "ceiling"): [0.5, 1, 1.5],
                ("a", "other"): [50, 100, 200],
                ("b", "hearsay"): [1, 1, 1],
                ("b", "ceiling"): [1, 1, 1],
                ("b", "other"): [20, 30, 40],
                ("b", "another"): [2, 2, 2],
            }
        )
    ).set_index(["task", "peer"])
    assert list(summary.index) == [("a", "other (1.0)"), ("b", "another (1.0)"), ("b", "other (1.0)")]
    row = summary.loc[("a", "other (1.0)")]
    assert row[["ours", "theirs", "ratio", "ratio_low", "ratio_high", "ceiling"]].tolist() == [2, 100, 50, 50, 50, 1]
    assert summary.loc[("b", "other (1.0)"), ["ratio", "ratio_low", "ratio_high"]].tolist() == [30, 20, 40]


def test_a_timed_run_is_never_cut_short(monkeypatch):
    """Solutions do not end a run: so many generations are evaluated, and every genome of each."""
    seen = []

    class Solved(benchmark.Parity):
        def evaluate(self, genomes, fitness):
            seen.append(len(fitness))
            super().evaluate(genomes, fitness)
            return 0

    benchmark._evolved(Solved(2), 7, np.random.default_rng(1))
    assert seen == [150] * 7


def test_every_round_has_other_random_numbers():
    """Two repetitions of the same work are two samples of it; the same one is the same."""
    task = benchmark.Parity(2)
    one, again, other = (
        benchmark._evolved(task, 5, benchmark.seeds.generator(1, "neat", "benchmark XOR 0", repeat))[1]
        for repeat in (0, 0, 1)
    )
    assert (one == again).all() and (one != other).any()


def test_making_a_generation_again_and_again_leaves_it_alone(monkeypatch):
    """What is timed starts from the same population each time."""
    monkeypatch.setattr(benchmark, "HERE", 2)
    state, fitness = benchmark._evolved(benchmark.Parity(2), 5, np.random.default_rng(1))
    before = [value.copy() for value in (state.genomes.genes, state.belongs, state.species, state.progress)]
    counts = state.record.counts.copy()
    assert benchmark._reproduction(state, fitness, 1)(0) == 300
    for value, was in zip((state.genomes.genes, state.belongs, state.species, state.progress), before, strict=True):
        assert (value == was).all()
    assert (state.record.counts == counts).all()
