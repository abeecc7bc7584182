"""Collisions: how often one pair (in, out) of node numbers got several numbers, of genes and of the nodes between.

Every structural mutation of a run is read off the population in which it first stands: a mutation's genes are the last
of their genome, and no two mutations share an origin.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from hearsay.errors import HearsayError
from hearsay.neat.evolve import State
from hearsay.neat.genome import Genomes
from hearsay.neat.innovation import BITS, EVENTS
from hearsay.tables import Table

LINK, NODE = "link", "node"

COUNTED = Table(
    "neat/collisions-by-run",
    "Pairs of nodes with several numbers, every run",
    key=("task", "group", "arm", "kind", "replicate"),
    columns={
        "task": "the task",
        "group": "settings beside the scheme",
        "arm": "the identity scheme",
        "kind": f"{LINK}: numbers of the genes between the two nodes; {NODE}: numbers of the nodes that split such a "
        "gene. With pairs of positions, positions as they are at the end of the generation",
        "replicate": "number of the run within its arm",
        "pairs": "different pairs (in, out) that a mutation met in the whole run",
        "repeated": "of them, pairs that two or more mutations met, or one beside a gene of the first generation",
        "several": "of these, pairs that got several numbers",
    },
    text=("task", "group", "arm", "kind"),
)
COLLISIONS = Table(
    "neat/collisions",
    "Pairs of nodes with several numbers",
    key=("task", "group", "arm", "kind"),
    columns={
        **{name: COUNTED.columns[name] for name in ("task", "group", "arm", "kind")},
        "runs": "runs",
        "pairs": "different pairs that a mutation met, in all runs; each run counts its own",
        "repeated": "of them, pairs met more than once",
        "several": "of these, pairs that got several numbers",
        "share": "several / pairs, mean over the runs that had any",
        "share_error": "its Monte Carlo standard error",
        "repeated_share": "several / repeated, mean over the runs that had any",
        "repeated_share_error": "its Monte Carlo standard error",
    },
    text=("task", "group", "arm", "kind"),
)


class Mutated(NamedTuple):
    """The structural mutations of one generation, in the order in which they happened.

    child: (n,) the genome; split: (n,) whether it was a node mutation. source, target: (n,) numbers of the nodes of the
    link, or of the split gene; node: (n,) number of the node that splits it, or -1. innovations: (n, 2) of the new
    gene, or of the two that lead to and from the new node, else the second is -1.
    """

    child: np.ndarray
    split: np.ndarray
    source: np.ndarray
    target: np.ndarray
    node: np.ndarray
    innovations: np.ndarray


def mutated(genomes: Genomes, events: int) -> Mutated:
    """Return the mutations whose origins are `events` or later: those since the record counted that many."""
    rows, n = np.arange(len(genomes.n_genes)), genomes.n_genes
    last, before = genomes.genes[rows, n - 1], genomes.genes[rows, n - 2]
    new = (n > 0) & (last["origin"] >= events)
    child = np.flatnonzero(new)
    child = child[np.argsort(last["origin"][child], kind="stable")]
    split = (n[child] > 1) & (before["origin"][child] >= events)
    last, before = last[child], before[child]
    source = genomes.nodes[child, np.where(split, before["source"], last["source"])]
    node = np.where(split, genomes.nodes[child, last["source"]], -1)
    first = np.where(split, before["innovation"], last["innovation"])
    second = np.where(split, last["innovation"], -1)
    return Mutated(child, split, source, genomes.nodes[child, last["target"]], node, np.column_stack([first, second]))


def gene_pairs(genomes: Genomes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return of all genes: the genome, the pair (in, out) of node numbers as one key, and the innovation."""
    genome, place = np.nonzero(np.arange(genomes.genes.shape[1]) < genomes.n_genes[:, None])
    genes = genomes.genes[genome, place]
    key = pair_key(genomes.nodes[genome, genes["source"]], genomes.nodes[genome, genes["target"]])
    return genome, key, genes["innovation"]


def pair_key(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return two node numbers as one key, as the record does."""
    return (source.astype(np.int64) << BITS) | target


class Log:
    """The structural mutations of a run; to be given to `evolve` as `watch`, or called in every generation of one.

    links: innovations by pair; splits: numbers of splitting nodes by pair. met_links, met_splits: mutations that met a
    pair; a gene of the first generation counts as one. issued: all innovations of new genes. split_pair: by node
    number, the pair that it split. added, added_matched: link mutations of this generation, the two of a split apart,
    and those of them whose innovation was there before.
    """

    def __init__(self) -> None:
        """Begin before the first generation."""
        self.links: dict[int, set[int]] = {}
        self.splits: dict[int, set[int]] = {}
        self.met_links: dict[int, int] = {}
        self.met_splits: dict[int, int] = {}
        self.made: set[int] = set()  # pairs whose link a mutation made
        self.issued: set[int] = set()
        self.split_pair: dict[int, int] = {}
        self.added, self.added_matched, self.events = 0, 0, -1

    def __call__(self, generation: int, state: State, fitness: np.ndarray) -> Mutated:
        """Note the mutations since the last generation, and return them."""
        self.added = self.added_matched = 0
        events, self.events = self.events, int(state.record.counts[EVENTS])
        if events < 0:
            _, keys, innovations = gene_pairs(state.genomes)
            for key, innovation in zip(keys.tolist(), innovations.tolist(), strict=True):
                self.links.setdefault(key, set()).add(innovation)
                self.met_links[key] = 1
                self.issued.add(innovation)
            return mutated(state.genomes, self.events)
        new = mutated(state.genomes, events)
        for split, source, target, node, (first, second) in zip(*(values.tolist() for values in new[1:]), strict=True):
            if split:
                self.splits.setdefault(pair := _key(source, target), set()).add(node)
                self.met_splits[pair] = self.met_splits.get(pair, 0) + 1
                self.split_pair[node] = pair
                self._link(_key(source, node), first)
                self._link(_key(node, target), second)
            else:
                self.added += 1
                self.added_matched += first in self.issued
                self._link(_key(source, target), first)
        return new

    def _link(self, key: int, innovation: int) -> None:
        self.links.setdefault(key, set()).add(innovation)
        self.met_links[key] = self.met_links.get(key, 0) + 1
        self.made.add(key)
        self.issued.add(innovation)

    def counted(self) -> dict[str, tuple[int, int, int]]:
        """Return for links and nodes: pairs that a mutation met, those met more than once, those of several numbers."""
        found = {}
        for kind, numbers, met, pairs in (
            (LINK, self.links, self.met_links, self.made),
            (NODE, self.splits, self.met_splits, self.splits),
        ):
            repeated = sum(met[pair] > 1 for pair in pairs)
            found[kind] = (len(pairs), repeated, sum(len(numbers[pair]) > 1 for pair in pairs))
        return found


def _key(source: int, target: int) -> int:
    return source << BITS | target


def collisions(counted: pd.DataFrame) -> pd.DataFrame:
    """Sum up `COUNTED` as `COLLISIONS`. Pairs of one run depend on each other, so a run is the unit of the error.

    Raises HearsayError where there are no runs.
    """
    if not len(counted):
        raise HearsayError("neat collisions: no runs were counted; expected one or more")
    rows = []
    for key, runs in counted.groupby(list(COLLISIONS.key), sort=True):
        sums = [int(runs[name].sum()) for name in ("pairs", "repeated", "several")]
        shares = [
            mean_and_error(runs["several"] / runs[whole].where(runs[whole] > 0)) for whole in ("pairs", "repeated")
        ]
        rows.append((*key, len(runs), *sums, *shares[0], *shares[1]))
    return pd.DataFrame(rows, columns=list(COLLISIONS.columns))


def mean_and_error(values: pd.Series) -> tuple[float, float]:
    """Return the mean of the values that are there and its standard error; nan for what cannot be said."""
    there = values.dropna()
    error = there.std(ddof=1) / np.sqrt(len(there)) if len(there) > 1 else np.nan
    return float(there.mean()) if len(there) else np.nan, float(error)
