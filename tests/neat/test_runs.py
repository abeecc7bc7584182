"""A run depends on root seed, cell and replicate only, and its row says what happened in it."""

import numpy as np
import pandas as pd
import pytest

from hearsay import seeds, tables
from hearsay.neat import genome, innovation, mechanism, reproduction, runs, versions
from hearsay.neat.arms import ABLATION, AGAIN, D1, D3, GRID, MAIN, MEMORY, PARITY, POLES, TASKS, WITHOUT, XOR, A, B, C
from hearsay.neat.arms import cells as all_cells
from hearsay.neat.evolve import Run, evolve
from hearsay.neat.runs import COUNTED, HAPPENED, RUNS, run, shard
from tests.neat.planted_tables import SEED, TINY, tiny_runs

CELLS = {cell[:3]: cell for cell in all_cells(TINY)}
FEW = TINY | {"runs": dict.fromkeys(TINY["runs"], 2)}


@pytest.fixture(scope="module")
def frame():
    """Every run of the tiny size."""
    return tiny_runs()


def written(parts, folder):
    """The bytes of the parts of a table, written apart, read back, and written together."""
    paths = [folder / f"{k}.csv" for k in range(len(parts))]
    for part, path in zip(parts, paths, strict=True):
        tables.write(part, RUNS, path)
    tables.write(tables.read_whole(paths, RUNS), RUNS, folder / "whole.csv")
    return (folder / "whole.csv").read_bytes()


def test_the_number_of_shards_changes_nothing(tmp_path, monkeypatch):
    some = list(CELLS)[::4]  # of every task and kind
    monkeypatch.setattr(runs, "cells", lambda config: [cell for cell in all_cells(config) if cell[:3] in some])
    found = []
    for shards in (1, 2, 3):  # the last has a shard without any run
        folder = tmp_path / str(shards)
        folder.mkdir()
        found.append(written([shard(FEW, SEED, k, shards) for k in range(shards)], folder))
    assert found[1:] == found[:1] * 2
    assert len(found[0].splitlines()) == 1 + 2 * len(some)


def test_every_replicate_of_every_cell_is_there(frame, tmp_path):
    RUNS.check(frame)
    sizes = frame.groupby(["task", "group", "arm"]).size()
    assert {where: sizes[where] for where in CELLS} == {where: cell.n for where, cell in CELLS.items()}
    tables.write(frame, RUNS, tmp_path / "runs.csv")
    pd.testing.assert_frame_equal(
        tables.read(tmp_path / "runs.csv", RUNS), frame.sort_values(list(RUNS.key), ignore_index=True)
    )


def test_a_run_does_not_depend_on_the_runs_before_it(frame):
    rows = {row[:4]: row for row in frame.itertuples(index=False, name=None)}
    for where in ((XOR, MAIN, B), (POLES, MAIN, C), (PARITY, MAIN, D1), (POLES, ABLATION, "no growth")):
        cell = CELLS[where]
        assert run(cell, 1, SEED) == rows[*where, 1]
        assert run(cell._replace(n=99), 1, SEED) == rows[*where, 1]
        assert run(cell, 1, SEED) == rows[*where, 1]  # and once more


def streams(cells, seed=SEED, replicates=(0, 1), monkeypatch=None):
    """The first random number of every run, none of which is run."""
    first = {}

    def caught(task, settings, rng, budget, kind, watch=None):
        first[cell[:3], replicate] = rng.random()
        return Run(False, budget, 1, np.zeros(0, genome.GENE), np.zeros(0, int), np.zeros(11, int), np.zeros(7, int))

    monkeypatch.setattr(runs, "evolve", caught)
    for cell in cells:
        for replicate in replicates:
            run(cell, replicate, seed)
    return first


def test_no_two_runs_share_random_numbers(monkeypatch):
    """Neither do arms of the same settings: `b again`, the middle of the grid, a group that changes little."""
    found = streams(CELLS.values(), monkeypatch=monkeypatch)
    assert len(set(found.values())) == len(found) == 2 * len(CELLS)
    other = streams(CELLS.values(), seed=SEED + 1, monkeypatch=monkeypatch)
    assert not set(found.values()) & set(other.values())
    again = streams(reversed(CELLS.values()), replicates=(1, 0), monkeypatch=monkeypatch)
    assert again == found


def test_the_sizes_of_the_experiment_do_not_enter_a_run(monkeypatch):
    """More runs, another budget or other settings of the same arm leave its random numbers alone."""
    found = streams(CELLS.values(), monkeypatch=monkeypatch)
    changed = [c._replace(n=7, budget=9999, settings=c.settings._replace(add_node=0.5)) for c in CELLS.values()]
    assert streams(changed, monkeypatch=monkeypatch) == found


def test_other_seeds_give_other_runs(frame):
    cell = CELLS[POLES, MAIN, B]
    rows = {run(cell, replicate, seed)[4:] for replicate in range(3) for seed in (1, 2)}
    assert len(rows) == 6


def test_an_arm_and_its_twin_are_independent(frame):
    """`b again` has b's settings: same law, other runs."""
    twins = frame[(frame["task"] == XOR) & (frame["group"] == MAIN)].set_index("arm")
    columns = ["links", "splits", "crossovers", "connections"]
    assert not (twins.loc[B, columns].to_numpy() == twins.loc[AGAIN, columns].to_numpy()).all(axis=1).any()


def test_watched_runs_are_runs_of_the_experiment(monkeypatch):
    """Mechanism, collisions and versions look at the same random numbers as `run`."""
    cell = CELLS[XOR, MAIN, A]
    expected = streams([cell], monkeypatch=monkeypatch)

    def first(module, watch):
        caught = []

        def stop(task, settings, rng, *rest):
            caught.append((rng.random(), settings))
            raise StopIteration

        monkeypatch.setattr(module, "evolve", stop)
        for replicate in (0, 1):
            with pytest.raises(StopIteration):
                watch(replicate)
        assert {settings for _, settings in caught} == {cell.settings}
        return [number for number, _ in caught]

    for module, watch in (
        (mechanism, lambda k: mechanism.watch_runs(cell, SEED, [k])),
        (versions, lambda k: versions.count(cell, SEED, [k], 5)),
    ):
        assert first(module, watch) == list(expected.values())


def test_what_a_row_says_is_consistent(frame):
    solved = frame["solved"]
    population = pd.Series(
        [CELLS[row].settings.population for row in frame[["task", "group", "arm"]].itertuples(False, None)]
    )
    assert solved.any() and not solved.all()
    assert (frame.loc[~solved, "evaluations"] == frame.loc[~solved, "budget"]).all()
    assert (frame["evaluations"] <= frame["budget"]).all() and (frame["evaluations"] > 0).all()
    whole = frame["generations"] * population
    assert (whole <= frame["budget"]).all()  # no generation exceeds the budget
    assert (whole[~solved] + population[~solved] > frame.loc[~solved, "budget"]).all()  # and none that fits is spared
    assert (whole[solved] >= frame.loc[solved, "evaluations"]).all()
    assert (whole[solved] - population[solved] < frame.loc[solved, "evaluations"]).all()
    for part, whole in (
        ("links_matched", "links"),
        ("splits_matched", "splits"),
        ("splits_held", "splits"),
        ("equal", "crossovers"),
        ("equal_same", "equal"),
        ("self", "crossovers"),
    ):
        assert (frame[part] <= frame[whole]).all(), part
    assert (frame["links"] >= 2 * frame["splits"]).all()  # a split makes two
    assert (frame["connections"] <= frame["largest"]).all()
    growing = frame[frame["arm"] != "no growth"]
    assert (growing["splits"] > 0).mean() > 0.9 and (frame["crossovers"] > 0).mean() > 0.7


def test_what_each_arm_must_show(frame):
    rows = frame.set_index("arm")
    alone = rows.loc[A]
    assert (alone[["links_matched", "splits_matched", "splits_held"]] == 0).all(axis=None)
    assert (rows.loc[[D1, D3], ["splits_matched"]] == 0).all(axis=None)
    assert rows.loc[C, "links_matched"].sum() > 0
    assert (frame.loc[frame["group"] == "no crossover", "crossovers"] == 0).all()
    ablation = frame[frame["group"] == ABLATION].set_index("arm")
    assert (ablation.loc["no growth", ["links", "splits"]] == 0).all(axis=None)
    assert (ablation.loc["no mating", "crossovers"] == 0).all()


def test_matching_grows_with_memory(frame):
    """Over all runs of one task: the longer the record is kept, the more mutations match."""
    rows = frame[(frame["task"] == XOR) & frame["group"].str.startswith(f"{GRID}: structure x 3")]
    sums = rows.groupby("arm")[["links_matched", "links"]].sum().loc[list(MEMORY)]
    share = (sums["links_matched"] / sums["links"]).tolist()
    assert share[0] == 0 and share[1] < share[2] < share[4] and share[3] < share[4] + 0.1


def test_every_count_stands_in_its_column(monkeypatch):
    genes = np.zeros(4, genome.GENE)
    genes["source"], genes["target"], genes["enabled"] = [0, 1, 0, 4], [3, 3, 4, 3], [True, True, True, False]
    places = {**COUNTED, **HAPPENED}

    def caught(*arguments):
        return Run(True, 77, 5, genes, np.arange(5), np.arange(innovation.N_COUNTS), 100 + np.arange(7))

    monkeypatch.setattr(runs, "evolve", caught)
    row = dict(zip(RUNS.columns, run(CELLS[XOR, MAIN, B], 4, SEED), strict=True))
    assert [row[name] for name in ("task", "group", "arm", "replicate")] == [XOR, MAIN, B, 4]
    assert [row[name] for name in ("evaluations", "solved", "generations", "hidden", "connections")] == [
        77,
        True,
        5,
        1,
        3,
    ]
    assert row["budget"] == TINY["budgets"]["xor"]
    assert {name: row[name] for name in places} == {
        name: place + 100 * (name in HAPPENED) for name, (place, _) in places.items()
    }
    assert places["links"][0] == innovation.LINKS and places["equal_same"][0] == reproduction.EQUAL_SAME


@pytest.mark.parametrize("name", TASKS)
def test_tasks_begin_anew(name):
    one, other = runs.task_of(name), runs.task_of(name)
    assert one is not other
    assert one.inputs == {XOR: 2, PARITY: 3, POLES: 6, WITHOUT: 3}[name] and one.outputs == 1


def test_a_solution_solves(frame):
    """The champion of a run that counts as solved gives the answers, in plain Python."""
    row = frame[(frame["task"] == XOR) & (frame["group"] == MAIN) & frame["solved"]].iloc[0]
    cell = CELLS[XOR, MAIN, row["arm"]]
    rng = seeds.generator(SEED, "neat", ", ".join(cell[:3]), int(row["replicate"]))
    done = evolve(runs.task_of(XOR), cell.settings, rng, cell.budget, cell.start)
    assert (done.solved, done.evaluations) == (True, row["evaluations"])
    links = [(g["source"], g["target"], g["weight"]) for g in done.genes if g["enabled"]]
    for a, b in ((0, 0), (0, 1), (1, 0), (1, 1)):
        value = [float(a), float(b), 1.0] + [0.0] * (len(done.nodes) - 3)
        silent = [False] * 3 + [True] * (len(done.nodes) - 3)
        for _ in done.nodes:  # long enough for the signal to reach every node
            total, heard = [0.0] * len(value), [False] * len(value)
            for source, target, weight in links:
                total[target] += weight * value[source]
                heard[target] |= not silent[source]
            for node in range(3, len(value)):
                if heard[node]:
                    value[node], silent[node] = 1 / (1 + np.exp(-4.9 * total[node])), False
        assert (value[3] > 0.5) == (a != b)
