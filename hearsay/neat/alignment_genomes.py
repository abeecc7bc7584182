"""Genomes to align: grown by the engine, chosen in pairs."""

from typing import NamedTuple

import numpy as np

from hearsay import seeds
from hearsay.errors import HearsayError
from hearsay.neat import genome
from hearsay.neat.arms import SCHEMES, C
from hearsay.neat.evolve import State, advance, start
from hearsay.neat.settings import settings

MATES, ANY = CHOSEN = ("of one species", "any two")
GENERATIONS = 20_000  # to grow in, at most
# Many new links and nodes, so that growing is quick; species of mates as in a run, whatever the size.
GROWING = {"add_node": 0.1, "add_link": 0.3, "normalise": True, "species": 10, "delta_coding": False}


class Pairs(NamedTuple):
    """Genomes to align: genes and node numbers of each, the pairs (n, 2), and the places that all genomes share."""

    genes: list[np.ndarray]
    nodes: list[np.ndarray]
    pairs: np.ndarray
    fixed: int


class _Task:
    inputs, outputs = 2, 1


def grow(sizes: tuple[int, ...], seed: int) -> dict[int, State]:
    """Return populations whose genomes have so many genes on the mean; the fitness is chance."""
    given = settings(**SCHEMES[C], **GROWING)
    rng = seeds.generator(seed, "neat", "alignment", 0)
    state, grown = start(_Task, given, rng), {}
    spare = genome.like(state.genomes)
    for _ in range(GENERATIONS):
        for size in sizes:
            if size not in grown and state.genomes.n_genes.mean() >= size:
                grown[size] = _copied(state)
        if len(grown) == len(sizes):
            return grown
        state, spare = advance(state, spare, 1 + rng.random(given.population), given, rng)
    raise HearsayError(f"alignment: no genomes of {max(sizes)} genes after {GENERATIONS} generations")


def _copied(state: State) -> State:
    copies = (part.copy() if isinstance(part, np.ndarray) else part for part in state.genomes)
    return state._replace(genomes=genome.Genomes(*copies), belongs=state.belongs.copy())


def choose(state: State, which: str, n: int, rng: np.random.Generator) -> Pairs:
    """Return n pairs of different genomes, of one species or any."""
    population = len(state.belongs)
    first, second = np.triu_indices(population, 1)
    if which == MATES:
        together = state.belongs[first] == state.belongs[second]
        first, second = first[together], second[together]
    chosen = rng.choice(len(first), n, replace=len(first) < n)
    genomes = [genome.one(state.genomes, k) for k in range(population)]
    pairs = np.column_stack([first[chosen], second[chosen]])
    fixed = state.genomes.sensors + state.genomes.outputs
    return Pairs([genes for genes, _ in genomes], [nodes for _, nodes in genomes], pairs, fixed)
