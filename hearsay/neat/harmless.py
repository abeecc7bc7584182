"""What doubled connections do to a network: its response beside that of the same network with each link once."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hearsay import seeds
from hearsay.neat.arms import BASE, GROUPS, KEPT, PARITY, POLES, SCHEMES, XOR, A
from hearsay.neat.evolve import State, Task, evolve
from hearsay.neat.genome import empty, one
from hearsay.neat.logic import Parity, answer
from hearsay.neat.runs import task_of
from hearsay.neat.settings import settings
from hearsay.progress import progress
from hearsay.tables import Table

EXACT = 1e-9  # a larger difference of responses is none of rounding
CASES = 16  # random inputs of a task that is not on bits

HARMLESS = Table(
    "neat/harmless",
    "Networks with doubled connections beside the same with every link once",
    key=("task",),
    columns={
        "task": "the task; scheme a, ties that keep the genes of both parents",
        "runs": "runs",
        "networks": "networks of genomes in which two enabled genes connect the same nodes, in the last generations",
        "doubled": "genes beyond the first between two nodes in them, together",
        "not_finite": "networks whose response is not a finite number, or that raised an error",
        "cycles": "networks with a cycle",
        "cycles_once": "of the same networks, with every link once, its weights added: those with a cycle",
        "apart": f"networks whose response differs between the two by more than {EXACT:g}",
        "difference": "largest difference of a response between the two",
    },
    text=("task",),
)


class _Last:
    """Keep the last generation that was evaluated."""

    def __call__(self, generation: int, state: State, fitness: np.ndarray) -> None:
        """Keep it."""
        self.genomes = state.genomes


def check(config: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Return `HARMLESS`; config: the study's section; seed: the root seed."""
    rows = []
    given = settings(**SCHEMES[A], **GROUPS[KEPT])
    for name in (XOR, PARITY, POLES):
        task, runs = task_of(name), config["mechanism"]["runs"]
        cases = _cases(task, seeds.generator(seed, "neat", f"doubled connections, cases of {name}", 0))
        found = []
        for replicate in progress(range(runs), f"doubled connections, {name}"):
            last = _Last()
            rng = seeds.generator(seed, "neat", f"doubled connections, {name}", replicate)
            budget = given.population * config["mechanism"]["generations"]
            evolve(task, given._replace(**BASE[name]), rng, budget, watch=last)
            found += (_beside(cases, *one(last.genomes, k)) for k in range(given.population))
        seen = np.array([row for row in found if row[0] > 0], float).reshape(-1, 5)
        sums = seen[:, :4].sum(axis=0).astype(int)
        worst = seen[:, 4].max() if len(seen) else 0.0
        apart = int((~(seen[:, 4] <= EXACT)).sum())  # also where it is not a number
        rows.append((name, runs, len(seen), *sums, apart, worst))
    return pd.DataFrame(rows, columns=list(HARMLESS.columns))


def _cases(task: Task, rng: np.random.Generator) -> np.ndarray:
    """Return what the sensors take up (sensors, cases): all of a task on bits, random values of any other."""
    if isinstance(task, Parity):
        return task.cases
    return np.vstack([rng.uniform(-1, 1, (task.inputs, CASES)), np.ones(CASES)])


def _beside(cases: np.ndarray, genes: np.ndarray, nodes: np.ndarray) -> tuple[int, bool, bool, bool, float]:
    """Return doubled genes, not finite, cycle, cycle with every link once, and the difference of the responses."""
    enabled = genes[genes["enabled"]]
    links = pd.DataFrame({name: enabled[name] for name in ("source", "target", "weight")})
    summed = links.groupby(["source", "target"], sort=False)["weight"].sum().reset_index()
    doubled = len(links) - len(summed)
    if not doubled:
        return 0, False, False, False, 0.0
    once = np.zeros(len(summed), genes.dtype)
    once["enabled"] = True
    for name in ("source", "target", "weight"):
        once[name] = summed[name]
    (first, cycle), (second, cycle_once) = (_response(cases, some, len(nodes)) for some in (enabled, once))
    return doubled, not np.isfinite(first).all(), cycle, cycle_once, float(np.abs(first - second).max())


def _response(cases: np.ndarray, genes: np.ndarray, nodes: int) -> tuple[np.ndarray, bool]:
    sensors = len(cases)
    alone = empty(1, sensors, 1, len(genes), nodes)
    alone.genes[0], alone.n_genes[0], alone.n_nodes[0] = genes, len(genes), nodes
    level, value = np.empty(nodes, np.int64), np.zeros((nodes, cases.shape[1]))
    cycle = answer(alone, 0, cases, level, value)
    return value[sensors], bool(cycle)
