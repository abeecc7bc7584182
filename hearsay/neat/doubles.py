"""How two equally fit parents, in whom the same mutation happened, make a child: under each identity scheme.

Both parents come from one ancestor. The engine's own mutation changes each of them, one after the other, in one record
of innovations, and its own crossover mates them. The ancestor is so small that the mutation can happen at one place
only; the weights are left to chance.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from hearsay import seeds
from hearsay.neat import genome
from hearsay.neat.arms import D1, D2, D3, SCHEMES, A, B, C
from hearsay.neat.champion import Champion
from hearsay.neat.crossover import mate_multipoint
from hearsay.neat.innovation import GENERATION, Record, new_record
from hearsay.neat.mutation import leads_to, mutate_add_link, mutate_add_node
from hearsay.neat.settings import Settings, settings
from hearsay.neat.start import MINIMAL, populate
from hearsay.tables import Table

DRAWN = (A, B, C, D2, D1, D3)
LINK, NODE = MUTATIONS = ("link", "node")
SAME, LATER = WHEN = ("in the same generation", "one generation later")
BOTH = "both"
TIES = {
    BOTH: {"tie": "both", "refuse_doubles": False},
    "both, doubles refused": {"tie": "both", "refuse_doubles": True},
    "either": {"tie": "either", "refuse_doubles": False},
    "smaller": {"tie": "smaller"},
}
INPUTS, OUTPUTS = 1, 1
TRIES = 1000  # a mutation may fail to find a place; so often at most

DOUBLES = Table(
    "neat/doubles",
    "Children of equally fit parents in whom the same mutation happened twice",
    key=("scheme", "mutation", "again", "ties"),
    columns={
        "scheme": "identity scheme",
        "mutation": "link: a connection between the same two nodes; node: the same connection split",
        "again": "when it happened in the second parent: in the same generation as in the first, or one later",
        "ties": "whose unmatched genes a child of equally fit parents gets: of both; of both, without those whose link "
        "the child has; of either, each with probability one half; of the smaller parent. Doubled connections are "
        "allowed unless said",
        "children": "crossovers made",
        "parent_genes": "genes of either parent",
        "matching": "genes of one parent that match one of the other",
        "genes": "mean genes of a child",
        "doubled": "share of children in which two genes connect the same two nodes",
        "twins": "share of children in which two hidden nodes have the same nodes before and behind them",
        "without": "share of children that have no gene of the mutation",
        "cut": "share of children in which no enabled genes lead from the input to the output any more",
    },
    text=("scheme", "mutation", "again", "ties"),
)


class Family(NamedTuple):
    """Two parents and a child: genomes 0 and 1 of `parents`, genome 0 of `children`; ancestor: the genes they share."""

    parents: genome.Genomes
    children: genome.Genomes
    ancestor: int
    matching: int

    def one(self, which: str) -> Champion:
        """Return the "mother", the "father" or the "child" as a genome to draw."""
        genomes = self.children if which == "child" else self.parents
        return Champion(*genome.one(genomes, int(which == "father")), INPUTS, OUTPUTS)


def parents(scheme: str, mutation: str, again: str, rng: np.random.Generator) -> tuple[genome.Genomes, int]:
    """Return two parents and the number of genes of their ancestor.

    The ancestor is the minimal network of an input and a bias; where the mutation is a link, with one hidden node, so
    that the bias and that node are the only nodes without a link.
    """
    given = settings(**SCHEMES[scheme], population=2)
    record = new_record()
    genomes = populate(MINIMAL, INPUTS + 1, OUTPUTS, record, given, rng)
    genomes.genes["weight"][1] = genomes.genes["weight"][0]
    if mutation == LINK:
        _once(genomes, 0, NODE, record, given, rng)
        genome.copy(genomes, 0, genomes, 1)
        record.counts[GENERATION] += 1
    ancestor = int(genomes.n_genes[0])
    _once(genomes, 0, mutation, record, given, rng)
    record.counts[GENERATION] += again == LATER
    _once(genomes, 1, mutation, record, given, rng)
    return genomes, ancestor


def _once(genomes: genome.Genomes, k: int, mutation: str, record: Record, given: Settings, rng) -> None:
    """Let the mutation happen in genome k; the engine's may find no place at first."""
    before = genomes.n_genes[k]
    for _ in range(TRIES):
        (mutate_add_node if mutation == NODE else mutate_add_link)(genomes, k, record, given, rng)
        if genomes.n_genes[k] > before:
            return
    raise AssertionError(f"no place for a new {mutation}")


def child(genomes: genome.Genomes, scheme: str, ties: str, rng: np.random.Generator) -> genome.Genomes:
    """Return a population whose genome 0 is a child of genomes 0 and 1, which count as equally fit."""
    given = settings(**SCHEMES[scheme], **TIES[ties], multipoint=1.0)
    children = genome.empty(1, genomes.sensors, genomes.outputs, *(2 * size for size in _room(genomes)))
    mate_multipoint(genomes, 0, 1, 1.0, 1.0, children, 0, given, rng)
    return children


def _room(genomes: genome.Genomes) -> tuple[int, int]:
    return int(genomes.n_genes.max()), int(genomes.n_nodes.max())


def family(scheme: str, mutation: str, again: str, ties: str, seed: int, replicate: int = 0) -> Family:
    """Return parents and a child for one row of `DOUBLES`; `seed` is the root seed."""
    rng = seeds.generator(seed, "neat", f"doubles {mutation}, {again}", replicate)
    made, ancestor = parents(scheme, mutation, again, rng)
    numbers = [set(genome.one(made, k)[0]["innovation"].tolist()) for k in range(2)]
    return Family(made, child(made, scheme, ties, rng), ancestor, len(numbers[0] & numbers[1]))


def doubled(genes: np.ndarray) -> list[int]:
    """Return the places of the genes that share their two nodes with another gene of the genome."""
    pairs = list(zip(genes["source"].tolist(), genes["target"].tolist(), strict=True))
    return [j for j, pair in enumerate(pairs) if pairs.count(pair) > 1]


def twins(genes: np.ndarray, nodes: int, first: int) -> list[int]:
    """Return the hidden nodes, from place `first` on, that share with another all nodes before and behind them."""
    around = {
        node: (frozenset(genes["source"][genes["target"] == node]), frozenset(genes["target"][genes["source"] == node]))
        for node in range(first, nodes)
    }
    return [node for node, ends in around.items() if list(around.values()).count(ends) > 1 and all(ends)]


def census(children: int, seed: int) -> pd.DataFrame:
    """Return `DOUBLES`, from so many families a row; `seed` is the root seed."""
    rows = []
    for scheme in DRAWN:
        for mutation in MUTATIONS:
            for again in WHEN:
                for ties in TIES:
                    found = [family(scheme, mutation, again, ties, seed, k) for k in range(children)]
                    rows.append((scheme, mutation, again, ties, children, *_summary(found)))
    return pd.DataFrame(rows, columns=list(DOUBLES.columns)).sort_values(list(DOUBLES.key), ignore_index=True)


def _summary(families: list[Family]) -> tuple[float, ...]:
    each, out = [], INPUTS + 1
    for one in families:
        genes, nodes = genome.one(one.children, 0)
        same = twins(genes, len(nodes), INPUTS + 1 + OUTPUTS)
        cut = not leads_to(genes, len(genes), len(nodes), 0, out)
        seen = bool(doubled(genes)), bool(same), len(genes) == one.ancestor, cut
        each.append((one.parents.n_genes[0], one.matching, len(genes), *seen))
    return tuple(np.mean(each, axis=0))


def cases(seed: int) -> dict[tuple[str, str], dict[str, Family]]:
    """Return the families to draw, by (mutation, again) and scheme; the child gets the unmatched genes of both."""
    return {
        (mutation, again): {scheme: family(scheme, mutation, again, BOTH, seed) for scheme in DRAWN}
        for mutation in MUTATIONS
        for again in WHEN
    }
