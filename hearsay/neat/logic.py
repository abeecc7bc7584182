"""Tasks that map bits to a bit: XOR (section 4.1 of the paper) and parity of three bits."""

import itertools
import math

import numpy as np

from hearsay.jit import njit
from hearsay.neat.checks import whole
from hearsay.neat.network import SLOPE, activate, express

CYCLIC = -2  # no node's level, not even that of one without a signal


@njit
def levels(genes, n, level, sensors):
    """Set each node's `level`, the longest way from the sensors over enabled links; -1: no way leads to it.

    Returns the highest level, or CYCLIC where a way leads back into itself.
    """
    level[:] = -1
    level[:sensors] = 0
    highest, more = 0, True
    while more:
        more, all_reached = False, True
        for j in range(n):
            gene = genes[j]
            if gene.enabled and level[gene.source] >= level[gene.target] and level[gene.source] >= 0:
                all_reached &= level[gene.target] >= 0
                level[gene.target] = level[gene.source] + 1
                highest = max(highest, level[gene.target])
                more = True
        if highest > len(level) and all_reached:
            return CYCLIC
    return highest


@njit
def respond(genes, n, level, highest, value):
    """Let the signals run through level by level: value (nodes, cases) holds the sensors', and gets the others'."""
    nodes, cases = value.shape
    for now in range(1, highest + 1):
        for j in range(n):
            gene = genes[j]
            if gene.enabled and level[gene.target] == now and level[gene.source] >= 0:
                for case in range(cases):
                    value[gene.target, case] += gene.weight * value[gene.source, case]
        for node in range(nodes):
            if level[node] == now:
                for case in range(cases):
                    value[node, case] = 1.0 / (1.0 + math.exp(-SLOPE * value[node, case]))


@njit
def settle(genomes, k, value):
    """The same for a network with cycles: case by case it is activated from rest as often as it has nodes."""
    network = express(genomes, k)
    for case in range(value.shape[1]):
        network.value[:] = 0.0
        for sensor in range(network.sensors):
            network.value[sensor] = value[sensor, case]
        for step in range(1, len(network.value) + 1):
            activate(network, step)
        for node in range(len(network.value)):
            value[node, case] = network.value[node]


@njit
def answer(genomes, k, inputs, level, value):
    """Set the values (nodes, cases) of genome k's nodes for the sensors' `inputs`; return whether it has a cycle.

    level: (nodes,) scratch.
    """
    nodes = genomes.n_nodes[k]
    value[: genomes.sensors] = inputs
    value[genomes.sensors : nodes] = 0.0
    highest = levels(genomes.genes[k], genomes.n_genes[k], level[:nodes], genomes.sensors)
    if highest == CYCLIC:
        settle(genomes, k, value[:nodes])
    else:
        respond(genomes.genes[k], genomes.n_genes[k], level[:nodes], highest, value[:nodes])
    return highest == CYCLIC


@njit
def evaluate(genomes, inputs, wanted, fitness, cyclic):
    """Set the fitness of all genomes, (cases - sum of errors)^2; return the first with every answer right, or -1.

    inputs: (sensors, cases); wanted: (cases,) of 0 and 1; cyclic: (1,), counts networks with cycles.
    """
    cases, out = inputs.shape[1], genomes.sensors
    value, level = np.zeros((genomes.nodes.shape[1], cases)), np.empty(genomes.nodes.shape[1], np.int64)
    solver = -1
    for k in range(len(fitness)):
        cyclic[0] += answer(genomes, k, inputs, level, value)
        error, right = 0.0, True
        for case in range(cases):
            error += abs(wanted[case] - value[out, case])
            right &= (value[out, case] > 0.5) == (wanted[case] > 0.5)
        fitness[k] = (cases - error) ** 2
        if right and solver < 0:
            solver = k
    return solver


class Parity:
    """Say whether an odd number of inputs is on: for two inputs, XOR. Solved when every answer is on its side of .5."""

    outputs = 1

    def __init__(self, bits: int):
        """Take the number of input bits, 2 or more."""
        bits = whole("Parity: bits", bits, 2)
        cases = np.array(list(itertools.product((0.0, 1.0), repeat=bits)))
        self.inputs = bits
        self.cases = np.ascontiguousarray(np.column_stack([cases, np.ones(len(cases))]).T)
        self.wanted = cases.sum(axis=1) % 2
        self.cyclic = np.zeros(1, np.int64)

    def evaluate(self, genomes, fitness: np.ndarray) -> int:
        """Set `fitness`; return the place of the first genome that solves the task, or -1."""
        return evaluate(genomes, self.cases, self.wanted, fitness, self.cyclic)


XOR = Parity(2)
