"""Mechanism by generation: what an identity scheme does to a population, watched without touching the run.

A watched run is the experiment's own, draw for draw: what the watch draws comes from a generator of its own.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.neat import innovation, reproduction
from hearsay.neat.arms import Cell
from hearsay.neat.collisions import Log, Mutated, gene_pairs
from hearsay.neat.evolve import State, evolve
from hearsay.neat.pairs import ALIGNED, align_pairs, draw_pairs
from hearsay.neat.runs import task_of
from hearsay.neat.settings import POSITION, Settings
from hearsay.neat.structure import structures
from hearsay.progress import progress
from hearsay.tables import Table

ANY, WITHIN, BETWEEN = PAIRS = ("any", "within", "between")
_AMONG = {ANY: "random pairs of genomes", WITHIN: "pairs of one species", BETWEEN: "pairs of two species"}

# What is watched: name -> meaning and unit. A share is nan where there is nothing to take it of.
QUANTITIES: dict[str, str] = {
    "species": "species",
    "species_new": "species begun since the last generation",
    "species_lost": "species died out since the last generation",
    **{
        f"{name}_{pairs}": f"{words}, {among}"
        for pairs, among in _AMONG.items()
        for name, words in (
            ("matching", "matching pairs of genes, share of all places of the alignments"),
            ("disjoint", "disjoint genes, share of all places of the alignments"),
            ("excess", "excess genes, share of all places of the alignments"),
            ("independent", "matching pairs of genes that two mutations made, share of all matching pairs"),
            ("independent_new", "the same, share of matching pairs that are not both of the first generation"),
        )
    },
    "kin_unmatched": "pairs of genes of one mutation that do not match, share of all, random pairs of genomes",
    "links_matched": "share of the generation's link mutations, the two of a split included, given a remembered number",
    "added_links_matched": "share of its link mutations, those of splits apart, whose number was there before",
    "splits_matched": "share of its node mutations given a remembered node",
    "pairs_several_links": "pairs (in, out) of node numbers with several innovations in the population, share of pairs",
    "pairs_several_nodes": "pairs split by several node numbers in the population, share of pairs whose split lives",
    "species_twins": "species whose champion's network is that of another species' champion, share of species",
    "species_twins_apart": "of them, those whose twin's enabled genes have other innovations, share of species",
    "genomes_twins": "genomes whose network another has under other innovations, share of genomes",
    "networks_apart": "pairs of genomes of one network whose enabled genes have other innovations, share of such pairs",
    "networks": "different networks, share of genomes",
    "doubled_genomes": "genomes with several genes from one node to another, share of genomes",
    "doubled_genes": "genes beyond the first from one node to another, mean of a genome",
    "twin_nodes_genomes": "genomes with parallel paths through hidden nodes of the same neighbours, share of genomes",
    "twin_nodes": "pairs of hidden nodes of the same neighbours, mean of a genome",
    "crossovers": "crossovers, share of the generation's genomes",
    "crossovers_self": "crossovers of a genome with itself, share of crossovers",
    "crossovers_same": "between two genomes with the same genes and weights, share of crossovers",
    "crossovers_equal": "between equally fit genomes with different genes or weights, share of crossovers",
    "genes": "genes of a genome, mean",
    "genes_largest": "genes of the largest genome",
    "enabled": "enabled genes of a genome, mean",
    "enabled_largest": "enabled genes, most of any genome",
    "hidden": "hidden nodes of a genome, mean",
    "hidden_largest": "hidden nodes, most of any genome",
    "innovations_issued": "innovations issued so far; none with pairs of positions, which change",
    "innovations_alive": "innovations in the population",
    "nodes_issued": "node numbers issued so far; none with pairs of positions",
    "nodes_alive": "node numbers in the population",
    "champion_children": "children of the last generation's best genome and another, those with a new node apart",
    "champion_lost": "genes of that genome whose innovation such a child lacks, share of its genes",
    "champion_replaced": "genes that such a child has from the other parent's mutation of the same innovation, share",
}

_WHERE = {
    "task": "the task",
    "group": "settings beside the scheme",
    "arm": "the identity scheme",
    "generation": "generation, from 1",
    "quantity": "what was watched; " + "; ".join(f"{name}: {meaning}" for name, meaning in QUANTITIES.items()),
}
WATCHED = Table(
    "neat/watched",
    "Mechanism by generation, every watched run",
    key=("task", "group", "arm", "replicate", "generation", "quantity"),
    columns={
        **{name: _WHERE[name] for name in ("task", "group", "arm")},
        "replicate": "number of the run within its arm",
        **{name: _WHERE[name] for name in ("generation", "quantity")},
        "value": "its value in this generation of the run; empty where it is a share of nothing",
    },
    text=("task", "group", "arm", "quantity"),
)
MECHANISM = Table(
    "neat/mechanism",
    "Mechanism by generation",
    key=("task", "group", "arm", "generation", "quantity"),
    columns={
        **_WHERE,
        "mean": "mean over the runs that still go on in this generation and have a value. A run that solved its task "
        "has left, so late generations speak of slow runs only",
        "error": "its Monte Carlo standard error; empty for one run",
        "runs": "those runs",
    },
    text=("task", "group", "arm", "quantity"),
)


class Watch:
    """What `evolve` calls in every generation; `rows` gathers (generation, values in the order of QUANTITIES)."""

    def __init__(self, settings: Settings, rng: np.random.Generator, every: int = 1, pairs: int = 200):
        """Watch generations 1, 1 + every, ... of a run with these settings.

        rng: the watch's own, never the run's. pairs: pairs of genomes drawn to be aligned, of each of PAIRS. Raises
        HearsayError where `every` or `pairs` is below 1.
        """
        if min(every, pairs) < 1:
            raise HearsayError(f"neat mechanism: every and pairs: expected 1 or more; got {every} and {pairs}")
        self.settings, self.rng, self.every, self.pairs = settings, rng, every, pairs
        self.log, self.rows, self.first_events = Log(), [], 0
        self._before: _Before | None = None

    def __call__(self, generation: int, state: State, fitness: np.ndarray) -> None:
        """Look at a generation after its evaluation.

        Where a task stops at the genome that solves it, later genomes still have the fitness of the generation before;
        of what is watched, only the species' champions in that last generation depend on it.
        """
        new = self.log(generation, state, fitness)
        if self._before is None:
            self.first_events = self.log.events
        if (generation - 1) % self.every == 0:
            self.rows.append((generation, self._look(state, fitness, new)))
        self._before = _Before(state, fitness)

    def _look(self, state: State, fitness: np.ndarray, new: Mutated) -> list[float]:
        values = {
            "species": state.n_species,
            **_aligned(state, self.rng, self.pairs, self.first_events),
            **_numbers(state, self.log, self.settings),
            **structures(state.genomes, state.belongs, fitness),
            "added_links_matched": _share(self.log.added_matched, self.log.added),
        }
        if self._before is not None:
            values |= self._before.changes(state) | self._before.inherited(state, new)
        return [float(values.get(name, np.nan)) for name in QUANTITIES]


class _Before:
    """What the next generation is held against."""

    def __init__(self, state: State, fitness: np.ndarray):
        self.species = state.species["number"][: state.n_species].copy()
        self.counts, self.happened = state.record.counts.copy(), state.happened.copy()
        self.champion = int(np.argmax(fitness))
        n = state.genomes.n_genes[self.champion]
        self.genes = state.genomes.genes[self.champion, :n].copy()

    def changes(self, state: State) -> dict[str, float]:
        """Return what came and went, and what the generation's mutations and crossovers were."""
        species = state.species["number"][: state.n_species]
        counts, happened = state.record.counts - self.counts, state.happened - self.happened
        crossovers, same = happened[reproduction.CROSSOVERS], happened[reproduction.EQUAL_SAME]
        return {
            "species_new": np.isin(species, self.species, invert=True).sum(),
            "species_lost": np.isin(self.species, species, invert=True).sum(),
            "links_matched": _share(counts[innovation.LINKS_MATCHED], counts[innovation.LINKS]),
            "splits_matched": _share(counts[innovation.SPLITS_MATCHED], counts[innovation.SPLITS]),
            "crossovers": crossovers / len(state.belongs),
            "crossovers_self": _share(happened[reproduction.SELF], crossovers),
            "crossovers_same": _share(same, crossovers),
            "crossovers_equal": _share(happened[reproduction.EQUAL] - same, crossovers),
        }

    def inherited(self, state: State, new: Mutated) -> dict[str, float]:
        """Return what the champion's children by crossover with another genome lack of its genes."""
        by_champion = (state.parentage == self.champion).any(axis=1)
        other = (state.parentage[:, 0] != state.parentage[:, 1]) & (state.parentage[:, 1] >= 0)
        children = np.flatnonzero(by_champion & other)
        # a new node shifts positions, which would look like genes lost
        children = np.setdiff1d(children, new.child[new.split])
        lost = replaced = 0
        for k in children:
            genes = state.genomes.genes[k, : state.genomes.n_genes[k]]
            there = np.isin(self.genes["innovation"], genes["innovation"])
            lost += (~there).sum()
            replaced += (there & ~np.isin(self.genes["origin"], genes["origin"])).sum()
        whole = len(children) * len(self.genes)
        return {
            "champion_children": len(children),
            "champion_lost": _share(lost, whole),
            "champion_replaced": _share(replaced, whole),
        }


def _share(part: float, whole: float) -> float:
    return part / whole if whole else np.nan


def _aligned(state: State, rng: np.random.Generator, pairs: int, first_events: int) -> dict[str, float]:
    found = {}
    # all that is drawn is drawn in every generation, whatever the species are
    draws = rng.random((len(PAIRS), 2, pairs))
    for which, (one, other) in zip(PAIRS, draw_pairs(state.belongs, draws), strict=True):
        sums = dict(zip(ALIGNED, align_pairs(state.genomes, one, other, first_events), strict=True))
        places = sums["matching"] + sums["disjoint"] + sums["excess"]
        for name in ("matching", "disjoint", "excess"):
            found[f"{name}_{which}"] = _share(sums[name], places)
        found[f"independent_{which}"] = _share(sums["independent"], sums["matching"])
        found[f"independent_new_{which}"] = _share(sums["independent"], sums["matching_new"])
        if which == ANY:
            found["kin_unmatched"] = _share(sums["kin_unmatched"], sums["kin"])
    return found


def _numbers(state: State, log: Log, settings: Settings) -> dict[str, float]:
    genomes = state.genomes
    _, keys, innovations = gene_pairs(genomes)
    different = np.unique(np.column_stack([keys, innovations]), axis=0)
    _, held = np.unique(different[:, 0], return_counts=True)
    nodes = np.unique(genomes.nodes[np.arange(genomes.nodes.shape[1]) < genomes.n_nodes[:, None]])
    found = {
        "pairs_several_links": (held > 1).mean(),
        "innovations_alive": len(np.unique(innovations)),
        "nodes_alive": len(nodes),
    }
    if settings.identity != POSITION:
        split = [log.split_pair[node] for node in nodes.tolist() if node in log.split_pair]
        numbers = np.unique(split, return_counts=True)[1]
        found["pairs_several_nodes"] = (numbers > 1).mean() if len(numbers) else np.nan
        found["innovations_issued"] = len(log.issued)
        found["nodes_issued"] = state.record.counts[innovation.NODES]
    return found


def watch_runs(
    cell: Cell, seed: int, replicates: Iterable[int], every: int = 1, generations: int | None = None, pairs: int = 200
) -> pd.DataFrame:
    """Return `WATCHED` of these replicates of a cell: the experiment's own runs, up to so many generations.

    seed: the root seed. every: generations from one look to the next. pairs: pairs of genomes aligned in each look.
    """
    budget = min(cell.budget, (generations or cell.budget) * cell.settings.population)
    parts, arm = [], f"{cell.task}, {cell.group}, {cell.arm}"
    for replicate in progress(replicates, f"watched: {arm}"):
        watch = Watch(cell.settings, seeds.generator(seed, "neat", f"watch {arm}", replicate), every, pairs)
        rng = seeds.generator(seed, "neat", arm, replicate)
        evolve(task_of(cell.task), cell.settings, rng, budget, cell.start, watch)
        parts.append(_tidy(watch, (cell.task, cell.group, cell.arm, replicate)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(WATCHED.columns))


def _tidy(watch: Watch, where: tuple) -> pd.DataFrame:
    seen = pd.DataFrame([values for _, values in watch.rows], columns=list(QUANTITIES))
    seen.insert(0, "generation", [generation for generation, _ in watch.rows])
    tidy = seen.melt("generation", var_name="quantity")
    for place, (name, value) in enumerate(zip(("task", "group", "arm", "replicate"), where, strict=True)):
        tidy.insert(place, name, value)
    return tidy[list(WATCHED.columns)]


def average(watched: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Average `WATCHED` frames over runs as `MECHANISM`.

    Generations are watched on the same grid in every run. A run that has ended is left out from there on, it is not
    carried forward; rows without a value in any run are dropped. Raises HearsayError where there are no runs.
    """
    parts = [part for part in watched if len(part)]
    if not parts:
        raise HearsayError("neat mechanism: no runs were watched; expected one or more")
    frame = pd.concat(parts, ignore_index=True).dropna(subset="value")
    found = frame.groupby(list(MECHANISM.key), sort=True)["value"].agg(["mean", "sem", "count"]).reset_index()
    found.columns = list(MECHANISM.columns)
    return found
