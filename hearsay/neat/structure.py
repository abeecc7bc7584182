"""Structure without numbers: which networks are the same, and where one link or path stands twice.

A network is here what a genome expresses, its set of enabled links without weights. Two are the same if renaming hidden
nodes turns one into the other; sensors and outputs keep their names, hidden nodes without an enabled link are left out.

Sameness is decided by a hash: hidden nodes begin alike, and each takes on a colour that mixes its own with those of
the nodes that lead to it and that it leads to, until no more nodes differ (colour refinement). Where nodes remain
alike, each is singled out in turn and the colours are refined again. Networks that are the same have the same hash.
Others can share one only where this cannot tell them apart either, as among strongly regular graphs of many hidden
nodes, or where 64-bit numbers collide.
"""

from typing import NamedTuple

import numpy as np

from hearsay.jit import njit
from hearsay.neat.genome import Genomes

NODE_BITS, NODE_MASK = 31, (1 << 31) - 1
UNUSED, HIDDEN = np.uint64(0), np.uint64(1)
ODD, STEP_1, STEP_2 = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
SHIFT_1, SHIFT_2, SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)
INTO, OUT_OF, ALONE, NAMED = (np.uint64(n) for n in (0xD1B54A32D192ED03, 0xAEF17502108EF2D9, 0xDB4F0B9175AE2165, 3))


class Survey(NamedTuple):
    """The structure of every genome of a population, (population,) each.

    network: hash of what is expressed, equal where two networks are the same. innovations: hash of the innovations of
    the enabled genes, whatever their order. enabled: genes. doubled: genes beyond the first between the same two nodes,
    enabled or not. twins: pairs of hidden nodes with the same in-neighbours and the same out-neighbours, at least one
    of each, over enabled links.
    """

    network: np.ndarray
    innovations: np.ndarray
    enabled: np.ndarray
    doubled: np.ndarray
    twins: np.ndarray


def structures(genomes: Genomes, belongs: np.ndarray, fitness: np.ndarray) -> dict[str, float]:
    """Return sizes, and the shares of twins and doubles among genomes and among the champions of species."""
    n, found = len(fitness), survey(genomes)
    hidden = genomes.n_nodes - genomes.sensors - genomes.outputs
    # the champion of a species represents it in the next generation
    best = np.lexsort((np.arange(n), -fitness, belongs))
    champions = best[np.unique(belongs[best], return_index=True)[1]]
    networks, same, alike = _holders(found.network, found.innovations)
    _, same_species, alike_species = _holders(found.network[champions], found.innovations[champions])
    pairs, pairs_alike = (same - 1).sum(), (alike - 1).sum()
    return {
        "species_twins": (same_species > 1).mean(),
        "species_twins_apart": (same_species > alike_species).mean(),
        "genomes_twins": (same > alike).mean(),
        "networks_apart": (pairs - pairs_alike) / pairs if pairs else np.nan,
        "networks": networks / n,
        "doubled_genomes": (found.doubled > 0).mean(),
        "doubled_genes": found.doubled.mean(),
        "twin_nodes_genomes": (found.twins > 0).mean(),
        "twin_nodes": found.twins.mean(),
        "genes": genomes.n_genes.mean(),
        "genes_largest": genomes.n_genes.max(),
        "enabled": found.enabled.mean(),
        "enabled_largest": found.enabled.max(),
        "hidden": hidden.mean(),
        "hidden_largest": hidden.max(),
    }


def _holders(network: np.ndarray, innovations: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    """Return the number of networks and, for each genome, how many have its network, and its innovations besides."""
    networks, at, same = np.unique(network, return_inverse=True, return_counts=True)
    both = np.column_stack([at.astype(np.uint64), innovations])
    _, kind, alike = np.unique(both, axis=0, return_inverse=True, return_counts=True)
    return len(networks), same[at], alike[kind.ravel()]


@njit
def survey(genomes):
    """Return the `Survey` of a population."""
    population = len(genomes.n_genes)
    network, innovations = np.zeros(population, np.uint64), np.zeros(population, np.uint64)
    enabled, doubled = np.zeros(population, np.int64), np.zeros(population, np.int64)
    twins = np.zeros(population, np.int64)
    named = genomes.sensors + genomes.outputs
    for k in range(population):
        genes, n, n_nodes = genomes.genes[k], genomes.n_genes[k], genomes.n_nodes[k]
        doubled[k] = n - len(links(genes, n, False))
        expressed = links(genes, n, True)
        network[k] = network_hash(expressed, n_nodes, named)
        twins[k] = twin_nodes(expressed, n_nodes, named)
        for j in range(n):
            if genes[j].enabled:
                enabled[k] += 1
                innovations[k] += mix(np.uint64(genes[j].innovation))
    return Survey(network, innovations, enabled, doubled, twins)


@njit
def mix(x):
    """Return a 64-bit number that looks random and stands for x: the finaliser of SplitMix64."""
    x = x + ODD
    x = (x ^ (x >> SHIFT_1)) * STEP_1
    x = (x ^ (x >> SHIFT_2)) * STEP_2
    return x ^ (x >> SHIFT_3)


@njit
def links(genes, n, enabled_only):
    """Return the distinct links of n genes as sorted keys: place of the in-node, then of the out-node, 31 bits each."""
    keys, kept = np.empty(n, np.int64), 0
    for j in range(n):
        if genes[j].enabled or not enabled_only:
            keys[kept] = (np.int64(genes[j].source) << NODE_BITS) | np.int64(genes[j].target)
            kept += 1
    keys = np.sort(keys[:kept])
    distinct = 0
    for j in range(kept):
        if j == 0 or keys[j] != keys[j - 1]:
            keys[distinct] = keys[j]
            distinct += 1
    return keys[:distinct]


@njit
def network_hash(keys, n_nodes, named):
    """Return the hash of the network with the distinct links `keys`, of whose nodes the first `named` have a name."""
    colour = np.zeros(n_nodes, np.uint64)
    for node in range(named):
        colour[node] = mix(np.uint64(node) + NAMED)
    for key in keys:
        source, target = key >> NODE_BITS, key & NODE_MASK
        colour[source] = max(colour[source], HIDDEN)
        colour[target] = max(colour[target], HIDDEN)
    distinct = refine(keys, colour)
    used = 0
    for node in range(n_nodes):
        used += colour[node] != UNUSED
    total = summed(colour)
    if distinct == used:
        return total
    order = np.sort(colour)
    for node in range(named, n_nodes):
        at = np.searchsorted(order, colour[node])
        if colour[node] == UNUSED or at + 1 == n_nodes or order[at + 1] != colour[node]:
            continue
        singled = colour.copy()
        singled[node] = mix(colour[node] + ALONE)
        refine(keys, singled)
        total += mix(summed(singled))
    return total


@njit
def refine(keys, colour):
    """Refine the colours of the nodes, in place, until no more of them differ; return how many do.

    UNUSED nodes keep that colour and do not count.
    """
    distinct = differing(colour)
    while True:
        mixed = np.zeros(len(colour), np.uint64)
        for key in keys:
            source, target = key >> NODE_BITS, key & NODE_MASK
            mixed[target] += mix(colour[source] ^ INTO)
            mixed[source] += mix(colour[target] ^ OUT_OF)
        for node in range(len(colour)):
            if colour[node] != UNUSED:
                colour[node] = mix(mix(colour[node]) + mixed[node])
        more = differing(colour)
        if more == distinct:
            return distinct
        distinct = more


@njit
def differing(colour):
    """Return the number of different colours in use."""
    order = np.sort(colour)
    count = 0
    for i in range(len(order)):
        count += order[i] != UNUSED and (i == 0 or order[i] != order[i - 1])
    return count


@njit
def summed(colour):
    """Return one number for a multiset of colours."""
    total = UNUSED
    for one in colour:
        if one != UNUSED:
            total += mix(one)
    return total


@njit
def twin_nodes(keys, n_nodes, named):
    """Return the number of pairs of hidden nodes with the same in-neighbours and the same out-neighbours."""
    into, out_of = np.zeros(n_nodes, np.uint64), np.zeros(n_nodes, np.uint64)
    for key in keys:
        source, target = key >> NODE_BITS, key & NODE_MASK
        into[target] += mix(np.uint64(source))
        out_of[source] += mix(np.uint64(target))
    pairs = 0
    for a in range(named, n_nodes):
        for b in range(a):
            if b >= named and into[a] != UNUSED and out_of[a] != UNUSED:
                pairs += into[a] == into[b] and out_of[a] == out_of[b]
    return pairs
