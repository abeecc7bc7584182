"""First populations: the paper's minimal one, and those of its ablations (section 5)."""

import numpy as np

from hearsay.neat import genome
from hearsay.neat.innovation import BITS, EVENTS, NODES, NUMBERS, Record, remember, scatter
from hearsay.neat.settings import NOTHING, PAIR, POSITION, Settings

HIDDEN = 10  # hidden nodes of the populations that do not start minimally: at most, or all
LINKED = 0.3  # share of the possible links in a random topology, as in the release

MINIMAL, FULL, RANDOM = STARTS = ("minimal", "full", "random")


def populate(kind: str, sensors: int, outputs: int, record: Record, settings: Settings, rng) -> genome.Genomes:
    """Return a first population with weights drawn uniformly from -1 to 1.

    minimal: every sensor linked to every output. full: HIDDEN hidden nodes, between all sensors and all outputs.
    random: up to HIDDEN hidden nodes, and each possible link forward with probability LINKED. Equal links have equal
    innovations, and equal origins: they were there before evolution.
    """
    hidden = 0 if kind == MINIMAL else HIDDEN
    source, target = _links(kind, sensors, outputs, hidden)
    n, links, nodes = settings.population, len(source), sensors + outputs + hidden
    genomes = genome.empty(n, sensors, outputs, 2 * links + 8, 2 * nodes + 4)
    by_position = settings.identity == POSITION
    numbers = _positions(sensors, outputs, hidden) if by_position else scatter(np.arange(nodes), settings.scattered)
    genomes.nodes[:, :nodes] = numbers
    genomes.n_nodes[:] = nodes
    pairs = (numbers[source] << BITS) | numbers[target]
    by_pair = settings.identity in (PAIR, POSITION)
    innovations = pairs if by_pair else scatter(np.arange(links), settings.scattered)
    for name, values in (
        ("innovation", innovations),
        ("origin", np.arange(links)),
        ("source", source),
        ("target", target),
    ):
        genomes.genes[name][:, :links] = values
    genomes.genes["weight"][:, :links] = rng.uniform(-1, 1, (n, links))
    genomes.genes["enabled"][:, :links] = True
    genomes.n_genes[:] = links
    record.counts[NODES], record.counts[NUMBERS], record.counts[EVENTS] = nodes, links, links
    if settings.identity == NOTHING:
        genomes.genes["innovation"][:, :links] = np.arange(n * links).reshape(n, links)
        record.counts[NUMBERS] = n * links
    if kind == RANDOM:
        # where the record is kept, a link that some have and others get by a mutation is the same link
        remember(record, pairs, innovations, genomes.genes["weight"][0, :links])
        _thin(genomes, links, by_position, rng)
    return genomes


def _positions(sensors: int, outputs: int, hidden: int) -> np.ndarray:
    """Return the position of each node: sensors, hidden nodes, outputs."""
    return np.concatenate([np.arange(sensors), sensors + hidden + np.arange(outputs), sensors + np.arange(hidden)])


def _links(kind: str, sensors: int, outputs: int, hidden: int) -> tuple[np.ndarray, np.ndarray]:
    inputs, out = np.arange(sensors), np.arange(sensors, sensors + outputs)
    middle = np.arange(sensors + outputs, sensors + outputs + hidden)
    if kind == MINIMAL:
        pairs = [(i, o) for i in inputs for o in out]
    elif kind == FULL:
        pairs = [(i, h) for i in inputs for h in middle] + [(h, o) for h in middle for o in out]
    else:
        forward = [(g, h) for g in middle for h in middle if g < h]
        pairs = [(i, t) for i in inputs for t in (*out, *middle)] + forward + [(h, o) for h in middle for o in out]
    return tuple(np.array(pairs).T)


def _thin(genomes: genome.Genomes, links: int, by_position: bool, rng) -> None:
    first = genomes.sensors + genomes.outputs
    for k in range(len(genomes.n_genes)):
        last = first + rng.integers(0, HIDDEN + 1)
        genes = genomes.genes[k, :links]
        inside = (genes["source"] < last) & (genes["target"] < last)
        kept = genes[inside & (rng.random(links) < LINKED)]
        if by_position:
            numbers = _positions(genomes.sensors, genomes.outputs, last - first)
            genomes.nodes[k, :last] = numbers
            kept["innovation"] = (numbers[kept["source"]] << BITS) | numbers[kept["target"]]
        genomes.genes[k, : len(kept)] = kept
        genomes.n_genes[k] = len(kept)
        genomes.n_nodes[k] = last
