"""Genomes: connection genes and node genes of a whole population in flat arrays.

The nodes of a genome stand in the order: inputs, bias, outputs, then hidden nodes as they came. A gene names its nodes
by their place in that order. Genes stand in the order in which the genome, or the fitter parent, got them: nothing
that is drawn depends on a number.
"""

from typing import NamedTuple

import numpy as np

from hearsay.jit import njit

GENE = np.dtype(
    [
        ("innovation", np.int64),  # what genes are matched by
        ("origin", np.int64),  # the mutation that made the gene, never shared: equal means inherited
        ("weight", np.float64),
        ("source", np.int32),  # place of the in-node
        ("target", np.int32),  # place of the out-node
        ("enabled", np.bool_),
        ("recurrent", np.bool_),  # made as a recurrent link
    ],
    align=True,
)


class Genomes(NamedTuple):
    """A population of genomes.

    genes: (population, room) of GENE; n_genes: (population,); nodes: (population, room) numbers of the nodes; n_nodes:
    (population,); sensors: inputs and the bias, which is the last of them; outputs.
    """

    genes: np.ndarray
    n_genes: np.ndarray
    nodes: np.ndarray
    n_nodes: np.ndarray
    sensors: int
    outputs: int


def empty(population: int, sensors: int, outputs: int, genes: int, nodes: int) -> Genomes:
    """Return a population without genes, with room for so many genes and nodes in each genome."""
    return Genomes(
        np.zeros((population, genes), GENE),
        np.zeros(population, np.int64),
        np.zeros((population, nodes), np.int64),
        np.zeros(population, np.int64),
        sensors,
        outputs,
    )


def like(genomes: Genomes) -> Genomes:
    """Return an empty population with the room of `genomes`."""
    n, genes = genomes.genes.shape
    return empty(n, genomes.sensors, genomes.outputs, genes, genomes.nodes.shape[1])


def one(genomes: Genomes, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return copies of the genes and of the node numbers of genome k."""
    return genomes.genes[k, : genomes.n_genes[k]].copy(), genomes.nodes[k, : genomes.n_nodes[k]].copy()


def hidden_nodes(genes: np.ndarray, first: int) -> int:
    """Count the hidden nodes, those from place `first` on, that an enabled gene touches."""
    used = genes[genes["enabled"]]
    touched = np.union1d(used["source"], used["target"])
    return int((touched >= first).sum())


def with_room(genomes: Genomes, genes: int, nodes: int) -> Genomes:
    """Return `genomes`, or an empty population in its place, with room for so many genes and nodes in each."""
    (n, had), (_, had_nodes) = genomes.genes.shape, genomes.nodes.shape
    if had >= genes and had_nodes >= nodes:
        return genomes
    return empty(n, genomes.sensors, genomes.outputs, max(had, 2 * genes), max(had_nodes, 2 * nodes))


@njit
def copy(parents, i, children, k):
    """Make child k a copy of parent i."""
    children.n_genes[k] = parents.n_genes[i]
    children.n_nodes[k] = parents.n_nodes[i]
    for j in range(parents.n_genes[i]):
        children.genes[k, j] = parents.genes[i, j]
    for j in range(parents.n_nodes[i]):
        children.nodes[k, j] = parents.nodes[i, j]


@njit
def has_link(genes, n, source, target):
    """Say whether one of n genes leads from `source` to `target`, enabled or not."""
    for j in range(n):  # noqa: SIM110 (numba has no generators)
        if genes[j].source == source and genes[j].target == target:
            return True
    return False
