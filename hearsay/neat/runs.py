"""The runs of the experiment: every replicate of every arm, split over jobs by replicate."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hearsay import seeds
from hearsay.neat import innovation, reproduction
from hearsay.neat.arms import PARITY, POLES, WITHOUT, XOR, Cell, cells
from hearsay.neat.evolve import Task, evolve
from hearsay.neat.genome import hidden_nodes
from hearsay.neat.logic import Parity
from hearsay.neat.poles import Poles, PolesWithoutVelocities
from hearsay.progress import progress
from hearsay.tables import Table

COUNTED = {
    "links": (innovation.LINKS, "links made by mutation, the two of a split included"),
    "links_matched": (innovation.LINKS_MATCHED, "of them, given a number that was remembered"),
    "splits": (innovation.SPLITS, "node mutations"),
    "splits_matched": (innovation.SPLITS_MATCHED, "of them, given a node that was remembered"),
    "splits_held": (innovation.SPLITS_HELD, "of them, given a new node because the genome held the remembered one"),
}
HAPPENED = {
    "crossovers": (reproduction.CROSSOVERS, "crossovers"),
    "self": (reproduction.SELF, "of them, of a genome with itself"),
    "equal": (reproduction.EQUAL, "of them, between two equally fit genomes"),
    "equal_same": (reproduction.EQUAL_SAME, "of these, with the same genes and weights"),
    "delta": (reproduction.DELTA, "times that only the two best species went on"),
    "largest": (reproduction.LARGEST, "most genes of any genome"),
}

RUNS = Table(
    "neat/runs",
    "Every run",
    key=("task", "group", "arm", "replicate"),
    columns={
        "task": "the task",
        "group": "settings beside the scheme: main, a mediator, a tie rule, a place in the grid, or ablation",
        "arm": "the identity scheme, or the ablation",
        "replicate": "number of the run within its arm, from 0; its random numbers depend on it and the arm alone",
        "evaluations": "evaluations to solution; the budget where not solved",
        "solved": "whether the task was solved within the budget",
        "budget": "evaluations after which a run stops",
        "generations": "generations begun",
        "hidden": "hidden nodes that an enabled gene of the champion touches",
        "connections": "enabled genes of the champion",
        "generalisation": "double poles without velocities: of the 625 starts, those that the genome tested last, in a "
        "solved run the solution, holds for 1,000 steps",
        **{name: meaning for counts in (COUNTED, HAPPENED) for name, (_, meaning) in counts.items()},
    },
    text=("task", "group", "arm"),
)


def task_of(name: str) -> Task:
    """Return the task of this name, new, with nothing counted yet."""
    return {XOR: lambda: Parity(2), PARITY: lambda: Parity(3), POLES: Poles, WITHOUT: PolesWithoutVelocities}[name]()


def run(cell: Cell, replicate: int, seed: int) -> tuple:
    """Return one run as a row of `RUNS`; `seed` is the root seed."""
    task = task_of(cell.task)
    rng = seeds.generator(seed, "neat", f"{cell.task}, {cell.group}, {cell.arm}", replicate)
    done = evolve(task, cell.settings, rng, cell.budget, cell.start)
    row = (cell.task, cell.group, cell.arm, replicate, done.evaluations, done.solved, cell.budget, done.generations)
    hidden = hidden_nodes(done.genes, task.inputs + 1 + task.outputs)
    generalisation = getattr(task, "generalisation", 0)
    counted = [int(done.counts[place]) for place, _ in COUNTED.values()]
    happened = [int(done.happened[place]) for place, _ in HAPPENED.values()]
    return (*row, hidden, int(done.genes["enabled"].sum()), generalisation, *counted, *happened)


def shard(config: Mapping[str, Any], seed: int, number: int, shards: int) -> pd.DataFrame:
    """Return every `shards`-th replicate of each cell, from `number` on, as `RUNS`."""
    rows: list[tuple] = []
    for cell in progress(cells(config), f"runs, part {number + 1} of {shards}"):
        rows += (run(cell, replicate, seed) for replicate in range(number, cell.n, shards))
    return pd.DataFrame(rows, columns=list(RUNS.columns))
