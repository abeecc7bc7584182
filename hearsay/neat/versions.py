"""Several numbers for one link: which of them is left in the end, and whether it is the first."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from hearsay import seeds
from hearsay.neat.arms import Cell
from hearsay.neat.collisions import COUNTED, Log, Mutated, gene_pairs, mean_and_error
from hearsay.neat.evolve import State, evolve
from hearsay.neat.runs import task_of
from hearsay.progress import progress
from hearsay.tables import Table

COUNTED_VERSIONS = Table(
    "neat/counted-versions",
    "Links with several numbers at the end of a run, every run",
    key=("task", "group", "arm", "replicate"),
    columns={
        "task": "the task",
        "group": "settings beside the scheme",
        "arm": "the identity scheme",
        "replicate": "number of the run within its arm",
        "several": "pairs of nodes whose link mutations were given several numbers",
        "left": "of them, pairs with a living gene at the end of the run",
        "one": "of these, pairs of which one number is left",
        "first": "of these (`left`), pairs of which the number that was issued first is the most frequent; where "
        "several are as frequent, its part of one",
        "chance": "how many that would be if every number of a pair were as likely: the sum of one over its numbers",
    },
    text=("task", "group", "arm"),
)
VERSIONS = Table(
    "neat/versions",
    "Links with several numbers: what is left of them at the end",
    key=("task", "group", "arm"),
    columns={
        **{name: COUNTED_VERSIONS.columns[name] for name in ("task", "group", "arm")},
        "runs": "runs in which such a pair was left",
        "pairs": "pairs with several numbers, in all runs",
        "left": "of them, pairs with a living gene at the end of their run",
        "one": "of these, share of which one number is left; mean over runs",
        "one_error": "its Monte Carlo standard error",
        "first": "of these, share of which the first number is the most frequent; mean over runs",
        "first_error": "its Monte Carlo standard error",
        "lead": "of these, share of which the first number is the most frequent, less that by chance; mean over runs",
        "lead_error": "its Monte Carlo standard error",
    },
    text=("task", "group", "arm"),
)


class _Versions(Log):
    """Note the mutations of a run and the genes of its last generation."""

    def __call__(self, generation: int, state: State, fitness: np.ndarray) -> Mutated:
        """Note a generation."""
        new = super().__call__(generation, state, fitness)
        _, self.pairs, self.numbers = gene_pairs(state.genomes)
        return new

    def versions(self) -> tuple[int, int, int, float, float]:
        """Return the counts of `COUNTED_VERSIONS`; numbers are issued in their order."""
        several = {pair: numbers for pair, numbers in self.links.items() if len(numbers) > 1 and pair in self.made}
        living = pd.DataFrame({"pair": self.pairs, "number": self.numbers})
        living = living[living["pair"].isin(list(several))].value_counts().reset_index()
        by_pair = living.groupby("pair")
        most = living[living["count"] == by_pair["count"].transform("max")]
        shared = most.groupby("pair")["number"].agg(["min", "size"])  # numbers that are as frequent share the place
        first = sum(1 / size for pair, number, size in shared.itertuples() if number == min(several[pair]))
        chance = sum(1 / len(several[pair]) for pair in shared.index)
        return len(several), len(shared), int((by_pair.size() == 1).sum()), float(first), float(chance)


def count(cell: Cell, seed: int, replicates: Iterable[int], generations: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return `COUNTED` and `COUNTED_VERSIONS` of the experiment's own runs, up to so many generations of each."""
    budget = min(cell.budget, generations * cell.settings.population)
    where, collided, versions = (cell.task, cell.group, cell.arm), [], []
    for replicate in progress(replicates, f"numbers: {', '.join(where)}"):
        log = _Versions()
        rng = seeds.generator(seed, "neat", ", ".join(where), replicate)
        evolve(task_of(cell.task), cell.settings, rng, budget, cell.start, log)
        collided += ((*where, kind, replicate, *counts) for kind, counts in log.counted().items())
        versions.append((*where, replicate, *log.versions()))
    found = pd.DataFrame(collided, columns=list(COUNTED.columns))
    return found, pd.DataFrame(versions, columns=list(COUNTED_VERSIONS.columns))


def summarise(counted: pd.DataFrame) -> pd.DataFrame:
    """Sum up `COUNTED_VERSIONS` as `VERSIONS`; an arm none of whose pairs has several numbers has no row."""
    rows = []
    for where, runs in counted[counted["left"] > 0].groupby(list(VERSIONS.key), sort=True):
        lead = runs["first"] - runs["chance"]
        shares = [mean_and_error(counts / runs["left"]) for counts in (runs["one"], runs["first"], lead)]
        found = [value for share in shares for value in share]
        rows.append((*where, len(runs), int(runs["several"].sum()), int(runs["left"].sum()), *found))
    return pd.DataFrame(rows, columns=list(VERSIONS.columns))
