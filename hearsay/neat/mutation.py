"""Mutation: connection weights, new links, new nodes, and genes switched on and off.

The paper names weight mutation, add connection and add node (section 3.1); how they draw is the C++ release's.
"""

import numpy as np

from hearsay.jit import njit
from hearsay.neat.genome import has_link
from hearsay.neat.innovation import EVENTS, link_innovation, pair, split_node
from hearsay.neat.settings import POSITION

FEW_GENES = 15  # below, the release splits older links rather than any, so that splits do not chain
SPLIT_TRIES = 20
LONG = 10  # from so many genes on, the release mutates the newest fifth more severely


@njit
def mutate(genomes, k, record, settings, rng):
    """Mutate genome k: its structure, or else its weights and switches. Returns whether its structure was to change."""
    if rng.random() < settings.add_node:
        mutate_add_node(genomes, k, record, settings, rng)
        return True
    if rng.random() < settings.add_link:
        mutate_add_link(genomes, k, record, settings, rng)
        return True
    if rng.random() < settings.mutate_weights:
        mutate_link_weights(genomes, k, settings, rng)
    if rng.random() < settings.toggle:
        mutate_toggle_enable(genomes, k, rng)
    if rng.random() < settings.reenable:
        mutate_gene_reenable(genomes, k)
    return False


@njit
def either_sign(power, rng):
    """Draw a number uniformly from -power to power."""
    return (2 * rng.random() - 1) * power


@njit(forceinline=True)
def mutate_link_weights(genomes, k, settings, rng):
    """Perturb or replace the weights.

    As the paper says it, nine in ten weights are perturbed uniformly and the others new. In the release half the
    genomes change severely (70 % perturbed, 20 % new); of the others the newest fifth of a long genome does (50 %,
    20 %), and all other weights are perturbed.
    """
    genes, n = genomes.genes[k], genomes.n_genes[k]
    severe = not settings.uniform_weights and rng.random() > 0.5
    for j in range(n):
        if settings.uniform_weights:
            perturbed, new = 0.9, 0.1
        elif severe:
            perturbed, new = 0.7, 0.2
        elif n >= LONG and j > 0.8 * n:
            perturbed, new = 0.5, 0.2
        else:
            perturbed, new = 1.0, 0.0
        change = either_sign(settings.weight_power, rng)
        choice = rng.random()
        if choice < perturbed:
            weight = genes[j].weight + change
        elif choice < perturbed + new:
            weight = change
        else:
            continue
        genes[j].weight = min(max(weight, -settings.weight_cap), settings.weight_cap)


@njit
def mutate_add_link(genomes, k, record, settings, rng):
    """Add a connection with a random weight between two nodes that had none; recurrent or not, as is drawn first."""
    genes, n, n_nodes = genomes.genes[k], genomes.n_genes[k], genomes.n_nodes[k]
    recurrent = rng.random() < settings.recurrent
    for _ in range(settings.tries):
        target = genomes.sensors + int(rng.random() * (n_nodes - genomes.sensors))
        source = int(rng.random() * n_nodes)
        if recurrent and rng.random() < 0.5:
            source = target
        if has_link(genes, n, source, target) or leads_to(genes, n, n_nodes, target, source) != recurrent:
            continue
        nodes = genomes.nodes[k]
        drawn = either_sign(settings.link_power, rng)
        innovation, weight = link_innovation(record, settings, nodes[source], nodes[target], drawn)
        append(genomes, k, record, innovation, weight, source, target, recurrent)
        return


@njit
def leads_to(genes, n, n_nodes, start, end):
    """Say whether enabled links that are not recurrent lead from node `start` to node `end`, or they are the same."""
    reached = np.zeros(n_nodes, np.bool_)
    reached[start] = True
    more = True
    while more and not reached[end]:
        more = False
        for j in range(n):
            gene = genes[j]
            if reached[gene.source] and gene.enabled and not gene.recurrent and not reached[gene.target]:
                reached[gene.target] = True
                more = True
    return reached[end]


@njit
def append(genomes, k, record, innovation, weight, source, target, recurrent):
    """Give genome k one more gene, made by a mutation of its own."""
    gene = genomes.genes[k, genomes.n_genes[k]]
    gene.innovation = innovation
    gene.origin = record.counts[EVENTS]
    gene.weight = weight
    gene.source = source
    gene.target = target
    gene.enabled = True
    gene.recurrent = recurrent
    genomes.n_genes[k] += 1
    record.counts[EVENTS] += 1


@njit
def mutate_add_node(genomes, k, record, settings, rng):
    """Split a connection: disable it, and lead through a new node with weight 1 in and the old weight out."""
    genes, n_nodes = genomes.genes[k], genomes.n_nodes[k]
    j = _gene_to_split(genes, genomes.n_genes[k], genomes.sensors - 1, rng)
    if j < 0:
        return
    genes[j].enabled = False
    source, target, weight = genes[j].source, genes[j].target, genes[j].weight
    node = split_node(record, settings, genes[j].innovation, genomes.nodes[k, :n_nodes])
    genomes.nodes[k, n_nodes] = node
    genomes.n_nodes[k] += 1
    if settings.identity == POSITION:
        place_node(genomes, k, target)
    nodes = genomes.nodes[k]
    first, _ = link_innovation(record, settings, nodes[source], nodes[n_nodes], 1.0)
    append(genomes, k, record, first, 1.0, source, n_nodes, genes[j].recurrent)
    second, _ = link_innovation(record, settings, nodes[n_nodes], nodes[target], weight)
    append(genomes, k, record, second, weight, n_nodes, target, False)


@njit
def _gene_to_split(genes, n, bias, rng):
    """Draw the place of an enabled gene that does not come from the bias; -1 where none was found."""
    if n < FEW_GENES:
        j = 0
        while j < n and (not genes[j].enabled or genes[j].source == bias):
            j += 1
        while j < n and (genes[j].source == bias or rng.random() < 0.3):
            j += 1
        return j if j < n and genes[j].enabled else -1
    for _ in range(SPLIT_TRIES):
        j = int(rng.random() * n)
        if genes[j].enabled and genes[j].source != bias:
            return j
    return -1


@njit
def place_node(genomes, k, target):
    """Number the nodes of genome k by position, the last one just before node `target`; then its genes by the pairs.

    Neataptic's way: sensors, hidden nodes, outputs. A node added shifts every position behind it.
    """
    sensors, outputs, n_nodes = genomes.sensors, genomes.outputs, genomes.n_nodes[k]
    nodes = genomes.nodes[k]
    first_hidden = sensors + outputs
    first_output = n_nodes - 1 - outputs  # before the node came
    place = min(nodes[target], first_output) if target >= first_hidden else first_output
    for i in range(sensors, n_nodes - 1):
        nodes[i] += nodes[i] >= place
    nodes[n_nodes - 1] = place
    for j in range(genomes.n_genes[k]):
        gene = genomes.genes[k, j]
        gene.innovation = pair(nodes[gene.source], nodes[gene.target])


@njit
def mutate_toggle_enable(genomes, k, rng):
    """Switch a gene: on, or off if another enabled gene leaves the same node."""
    genes, n = genomes.genes[k], genomes.n_genes[k]
    chosen = int(rng.random() * n)
    if not genes[chosen].enabled:
        genes[chosen].enabled = True
        return
    for j in range(n):
        if j != chosen and genes[j].enabled and genes[j].source == genes[chosen].source:
            genes[chosen].enabled = False
            return


@njit
def mutate_gene_reenable(genomes, k):
    """Enable the first gene that is disabled."""
    for j in range(genomes.n_genes[k]):
        if not genomes.genes[k, j].enabled:
            genomes.genes[k, j].enabled = True
            return
