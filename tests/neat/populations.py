"""What the tests of NEAT share: schemes, random settings, grown and crafted genomes, and the reference beside them."""

import copy
import itertools

import numpy as np
from hypothesis import strategies as st

from hearsay.neat import evolve, genome, innovation, start
from hearsay.neat.settings import FOREVER, NUMBER, TIES, settings
from tests.neat import reference, reference_run

EVER = {"link_memory": FOREVER, "node_memory": FOREVER}
SCHEMES = {
    "a": {"link_memory": 0, "node_memory": 0},
    "b": {"link_memory": 1, "node_memory": 1},
    "k5": {"link_memory": 5, "node_memory": 5},
    "c": EVER,
    "d1": {"identity": "pair", "link_memory": FOREVER, "node_memory": 0},
    "d2": dict(identity="pair", **EVER),
    "d3": {"identity": "position", "link_memory": FOREVER, "node_memory": 0},
}
FAST = {"add_node": 0.2, "add_link": 0.4}
MEMORIES = st.sampled_from([0, 1, 2, 5, FOREVER])
SEEDS = st.integers(0, 2**32 - 1)


class Shape:
    """A task that is never evaluated."""

    def __init__(self, inputs=2, outputs=1):
        self.inputs, self.outputs = inputs, outputs


@st.composite
def any_settings(draw, **fixed):
    """Settings of every kind, most of them with much structural mutation."""
    rate = st.sampled_from([0.0, 0.3, 0.7])
    chosen = dict(
        population=draw(st.integers(2, 16)),
        link_memory=draw(MEMORIES),
        node_memory=draw(MEMORIES),
        identity=draw(st.sampled_from(["number", "number", "pair", "position"])),
        tie=draw(st.sampled_from(list(TIES))),
        threshold=draw(st.sampled_from([0.0, 1.0, 3.0, np.inf])),
        species=draw(st.sampled_from([0, 0, 3])),
        add_node=draw(st.sampled_from([0.05, 0.3])),
        add_link=draw(st.sampled_from([0.0, 0.1, 0.5])),
        **{name: draw(rate) for name in ("mutate_only", "mate_only", "interspecies", "multipoint", "disable")},
        **{name: draw(rate) for name in ("recurrent", "toggle", "reenable", "mutate_weights")},
        **{name: draw(st.sampled_from([0.5, 1.0, 2.0])) for name in ("c1", "c2", "c3")},
        **{
            name: draw(st.booleans())
            for name in ("copy_weight", "scattered", "refuse_doubles", "normalise", "random_representative")
        },
        **{name: draw(st.booleans()) for name in ("delta_coding", "uniform_weights")},
        survival=draw(st.sampled_from([0.2, 0.6, 1.0])),
        champion=draw(st.integers(0, 5)),
        stagnation=draw(st.sampled_from([1, 2, 15])),
        weight_cap=draw(st.sampled_from([1.0, 8.0])),
    )
    return settings(**{**chosen, **fixed})


def some_fitness(rng, n):
    """Fitness (n,) with many ties, some of it zero or negative."""
    return rng.integers(-1, 6, n).astype(float)


def generations(options, seed, number, shape=None, kind=start.MINIMAL, score=some_fitness):
    """Yield states of a run whose fitness is drawn, each with the random generator and the fitness that comes next."""
    rng, chance = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    state = evolve.start(shape or Shape(), options, rng, kind)
    spare = genome.like(state.genomes)
    for _ in range(number):
        fitness = score(chance, options.population)
        yield state, rng, fitness
        state, spare = evolve.advance(state, spare, fitness, options, rng)
    yield state, rng, None


def grown(options, seed, number=6, shape=None, kind=start.MINIMAL):
    """The last state of `generations`, and its random generator."""
    *_, (state, rng, _) = generations(options, seed, number, shape, kind)
    return state, rng


# The reference beside the engine


def key(number, options):
    """An innovation as the reference names it."""
    return int(number) if options.identity == NUMBER else (int(number) >> 31, int(number) & (2**31 - 1))


def plain(genomes, k, options):
    """Genome k as the reference has it."""
    genes, nodes = genome.one(genomes, k)
    numbers = nodes.tolist()
    return reference.Genome(
        [
            reference.Gene(key(g[0], options), g[1], g[2], numbers[g[3]], numbers[g[4]], g[5], g[6])
            for g in genes.tolist()
        ],
        numbers,
        genomes.sensors,
        genomes.outputs,
    )


def everyone(genomes, options):
    return [plain(genomes, k, options) for k in range(len(genomes.n_genes))]


def plain_record(record, options):
    """The record as the reference has it, with what the tables still hold."""
    counts = record.counts

    def entries(table, what):
        kept = table[table["key"] != innovation.EMPTY]
        return [reference.Issued(what(e), number, float(w), int(born)) for e, number, w, born in kept.tolist()]

    links = entries(record.links, lambda e: (e >> 31, e & (2**31 - 1)))
    for one in links:
        one.number = key(one.number, options)
    splits = entries(record.splits, lambda e: key(e, options))
    numbers, nodes, events, generation = (
        int(counts[place]) for place in (innovation.NUMBERS, innovation.NODES, innovation.EVENTS, innovation.GENERATION)
    )
    return reference.Record(options, numbers, nodes, events, generation, links, splits)


def plain_population(state, rng, options):
    """The whole state as the reference has it, with a generator of its own in the same state."""
    genomes = everyone(state.genomes, options)
    species = [
        reference_run.Species(
            int(one["number"]),
            genomes[one["representative"]],
            np.flatnonzero(state.belongs == s).tolist(),
            bool(one["new"]),
            int(one["age"]),
            int(one["last_improved"]),
            float(one["best"]),
        )
        for s, one in enumerate(state.species[: state.n_species])
    ]
    threshold, best, since, begun = state.progress.tolist()
    record = plain_record(state.record, options)
    return reference_run.Population(
        options, copy.deepcopy(rng), record, genomes, species, threshold, best, int(since), int(begun)
    )


# Crafted genomes

LINKS = st.lists(
    st.tuples(st.integers(0, 7), st.integers(2, 7), st.floats(-8, 8), st.booleans()),
    max_size=24,
    unique_by=lambda link: link[:2],
)


def crafted(links, sensors=2, outputs=1, hidden=5, population=1):
    """A population of one genome: links are (source, target, weight, enabled) between places."""
    genomes = genome.empty(population, sensors, outputs, len(links) + 4, sensors + outputs + hidden + 2)
    for k, (j, link) in itertools.product(range(population), enumerate(links)):
        source, target, weight, enabled = link
        genomes.genes[k, j] = (j, j, weight, source, target, enabled, False)
    genomes.n_genes[:] = len(links)
    nodes = sensors + outputs + hidden
    genomes.nodes[:, :nodes] = np.arange(nodes)
    genomes.n_nodes[:] = nodes
    return genomes
