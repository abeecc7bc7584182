"""Phenotypes: the network of one genome, to be asked by a fitness function of one's own, plain or compiled.

Plain Python writes `network(inputs)`, or, for control, `network.reset()` and `network.step(inputs)`; a compiled
function writes `settle(network, inputs)`, `reset(network)` and `step(network, inputs)`. The numbers are the same.
Compiled code does not notice an index outside an array: it reads what stands in memory. Try a compiled function plain
first, as `fitness.py_func`, or compile it by `@njit(boundscheck=True)`.
"""

from typing import NamedTuple

import numpy as np

from hearsay.errors import HearsayError
from hearsay.jit import njit
from hearsay.neat.checks import shown
from hearsay.neat.network import Network, activate, express


class Phenotype(NamedTuple):
    """A network with what it needs to be asked.

    passes: (1,) activations since it was at rest. bias: the value of the bias sensor. depth: activations after which
    the outputs for constant inputs are final; where there is a cycle, the number of nodes, as in `logic`.
    """

    network: Network
    passes: np.ndarray
    bias: float
    depth: int

    def __call__(self, inputs) -> np.ndarray:
        """Return the outputs (outputs,) for `inputs` (inputs,), or (cases, outputs) for (cases, inputs).

        The network starts each case at rest and is activated until every signal has arrived.
        """
        values = _numbers(inputs, self.network.sensors - 1, (1, 2))
        return settle(self, values) if values.ndim == 1 else settle_all(self, values)

    def step(self, inputs) -> np.ndarray:
        """Return the outputs one time step later; the first step from rest lasts until a signal is out."""
        return step(self, _numbers(inputs, self.network.sensors - 1, (1,)))

    def reset(self) -> None:
        """Bring the network to rest."""
        reset(self)


def _numbers(inputs, wanted: int, dimensions: tuple[int, ...]) -> np.ndarray:
    try:
        given = np.asarray(inputs)
    except ValueError:  # rows of unlike lengths
        given = np.array(None)
    if given.dtype.kind not in "biuf":
        raise HearsayError(f"network: expected {wanted} inputs, all of them numbers; got {shown(inputs)}")
    values = np.ascontiguousarray(given, dtype=np.float64)
    if values.ndim not in dimensions or values.shape[-1] != wanted:
        got = f"an array of shape {values.shape}" if values.ndim != 1 else f"{len(values)}"
        raise HearsayError(f"network: expected {wanted} inputs; got {got}")
    return values


@njit
def phenotype(genomes, k, bias):
    """Return the phenotype of genome k, at rest."""
    network = express(genomes, k)
    return Phenotype(network, np.zeros(1, np.int64), bias, _depth(network))


@njit
def _depth(network):
    """Return the longest way from the sensors to any node, or the number of nodes where a way leads into itself."""
    nodes = len(network.value)
    level = np.full(nodes, -1, np.int64)
    level[: network.sensors] = 0
    highest, more = 0, True
    while more and highest < nodes:
        more = False
        for i in range(len(network.source)):
            source, target = network.source[i], network.target[i]
            if level[source] >= level[target] and level[source] >= 0:
                level[target] = level[source] + 1
                highest = max(highest, level[target])
                more = True
    return min(highest, nodes)


@njit
def reset(phenotype):
    """Bring the network to rest."""
    phenotype.network.value[:] = 0.0
    phenotype.passes[0] = 0


@njit
def _sense(phenotype, inputs):
    network = phenotype.network
    if len(inputs) != network.sensors - 1:
        raise HearsayError("network: the fitness function gives another number of inputs than the task has")
    for i in range(len(inputs)):
        network.value[i] = inputs[i]
    network.value[network.sensors - 1] = phenotype.bias


@njit
def _advance(phenotype, activations):
    for _ in range(activations):
        phenotype.passes[0] += 1
        activate(phenotype.network, phenotype.passes[0])
    network = phenotype.network
    return network.value[network.sensors : network.sensors + network.outputs].copy()


@njit
def settle(phenotype, inputs):
    """Return the outputs (outputs,) for `inputs`, a sequence of numbers, from rest and after every signal arrived."""
    reset(phenotype)
    _sense(phenotype, inputs)
    return _advance(phenotype, phenotype.depth)


@njit
def settle_all(phenotype, cases):
    """Return the outputs (cases, outputs) for each of `cases` (cases, inputs)."""
    outputs = np.empty((len(cases), phenotype.network.outputs))
    for i in range(len(cases)):
        outputs[i] = settle(phenotype, cases[i])
    return outputs


@njit
def step(phenotype, inputs):
    """Return the outputs (outputs,) one time step later; the first step from rest lasts until all signals are out.

    An output that no signal ever reaches stays 0.
    """
    network, activations = phenotype.network, 1
    _sense(phenotype, inputs)
    if phenotype.passes[0] == 0:
        for o in range(network.sensors, network.sensors + network.outputs):
            activations = max(activations, network.wakes[o])
    return _advance(phenotype, activations)
