"""Networks: what a genome expresses, and how it is activated.

Every node's activation is the paper's steepened sigmoid of its inputs, 1 / (1 + exp(-4.9 x)). A node that no active
node leads to stays silent (0), as in the C++ release.
"""

import math
from typing import NamedTuple

import numpy as np

from hearsay.jit import njit

SLOPE = 4.9
RELAXATIONS = 20  # activations in which the first signal must reach the output


class Network(NamedTuple):
    """The enabled links of a genome, and room for its activations.

    source, target, weight: (links,), sorted by target in the order of activation where the network has no cycle. value,
    total: (nodes,). wakes: (nodes,) the activation in which a signal first reaches a node; negative: never.
    """

    source: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    value: np.ndarray
    total: np.ndarray
    wakes: np.ndarray
    sensors: int
    outputs: int


@njit
def sigmoid(x):
    """Return the paper's activation of x."""
    return 1.0 / (1.0 + math.exp(-SLOPE * x))


@njit
def express(genomes, k):
    """Return the network of genome k, its links in the order of the genes."""
    n_nodes, n_links = genomes.n_nodes[k], 0
    for j in range(genomes.n_genes[k]):
        n_links += genomes.genes[k, j].enabled
    source, target, weight = np.empty(n_links, np.int32), np.empty(n_links, np.int32), np.empty(n_links)
    i = 0
    for j in range(genomes.n_genes[k]):
        gene = genomes.genes[k, j]
        if gene.enabled:
            source[i], target[i], weight[i] = gene.source, gene.target, gene.weight
            i += 1
    wakes = _wakes(source, target, n_nodes, genomes.sensors)
    value, total = np.zeros(n_nodes), np.zeros(n_nodes)
    return Network(source, target, weight, value, total, wakes, genomes.sensors, genomes.outputs)


@njit
def _wakes(source, target, n_nodes, sensors):
    wakes = np.full(n_nodes, -1, np.int32)
    wakes[:sensors] = 0
    more, step = True, 0
    while more:
        more = False
        step += 1
        for i in range(len(source)):
            if wakes[target[i]] < 0 and 0 <= wakes[source[i]] < step:
                wakes[target[i]] = step
                more = True
    return wakes


@njit
def latency(network):
    """Return the activations until every output has a signal; -1 where one never gets any."""
    longest = 0
    for o in range(network.sensors, network.sensors + network.outputs):
        if network.wakes[o] < 0:
            return -1
        longest = max(longest, network.wakes[o])
    return longest


@njit
def activate(network, step):
    """Let every node take up what the others held before: one time step, the `step`-th since the network was at rest.

    The sensors' values are set by the caller in `network.value`.
    """
    total, value = network.total, network.value
    total[:] = 0.0
    for i in range(len(network.source)):
        total[network.target[i]] += network.weight[i] * value[network.source[i]]
    for node in range(network.sensors, len(value)):
        if 0 < network.wakes[node] <= step:
            value[node] = sigmoid(total[node])
