"""Champions: one genome to keep, as plain data that survive JSON, and to ask again as a network."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numba.extending import typeof_impl

from hearsay.errors import HearsayError
from hearsay.neat.checks import shown, whole
from hearsay.neat.genome import GENE, Genomes
from hearsay.neat.innovation import BITS
from hearsay.neat.phenotype import Phenotype, phenotype

INPUT, BIAS, OUTPUT, HIDDEN = KINDS = ("input", "bias", "output", "hidden")  # in the order of a genome's nodes
FIELDS = ("in", "out", "weight", "enabled", "recurrent", "innovation")
NODES, INNOVATIONS = 2**BITS - 1, 2 ** (2 * BITS) - 1  # largest number of a node, and of a gene


class Champion:
    """One genome. Called with inputs it answers as `Phenotype` does, and has the same `step` and `reset`.

    A plain fitness takes a champion as it is, a compiled one takes `champion.network`: `fitness(champion.network)`,
    `settle(champion.network, inputs)`. A champion remembers its last step: call `reset()` before a fitness for control,
    unless that does so itself.

    genes: (n,) of GENE. nodes: (m,) the nodes' numbers, in the order inputs, bias, outputs, hidden. bias: the value of
    the bias sensor.
    """

    def __init__(self, genes: np.ndarray, nodes: np.ndarray, inputs: int, outputs: int, bias: float = 1.0):
        """Take the genome and what the task asks of it."""
        self.genes, self.nodes = genes, nodes
        self.inputs, self.outputs, self.bias = inputs, outputs, float(bias)

    def __repr__(self) -> str:
        """Say how large the genome is."""
        hidden, genes = len(self.nodes) - self.inputs - 1 - self.outputs, len(self.genes)
        return f"Champion({_counted(hidden, 'hidden node')}, {_counted(genes, 'gene')})"

    @cached_property
    def network(self) -> Phenotype:
        """The network that the genome expresses."""
        counts = np.array([len(self.genes)]), np.array([len(self.nodes)])
        alone = Genomes(self.genes[None], counts[0], self.nodes[None], counts[1], self.inputs + 1, self.outputs)
        return phenotype(alone, 0, self.bias)

    def __call__(self, inputs) -> np.ndarray:
        """Return the outputs for `inputs`, or for each row of them."""
        return self.network(inputs)

    def step(self, inputs) -> np.ndarray:
        """Return the outputs one time step later."""
        return self.network.step(inputs)

    def reset(self) -> None:
        """Bring the network to rest."""
        self.network.reset()

    @property
    def kinds(self) -> list[str]:
        """What each node is."""
        first = self.inputs + 1 + self.outputs
        return [INPUT] * self.inputs + [BIAS] + [OUTPUT] * self.outputs + [HIDDEN] * (len(self.nodes) - first)

    def plain(self) -> dict[str, Any]:
        """Return the genome as plain data: `bias`, `nodes` (number, kind) and `genes`, which name nodes by number."""
        numbers = self.nodes.tolist()
        nodes = [{"number": number, "kind": kind} for number, kind in zip(numbers, self.kinds, strict=True)]
        genes = [
            {
                "in": numbers[gene["source"]],
                "out": numbers[gene["target"]],
                "weight": float(gene["weight"]),
                "enabled": bool(gene["enabled"]),
                "recurrent": bool(gene["recurrent"]),
                "innovation": int(gene["innovation"]),
            }
            for gene in self.genes
        ]
        return {"bias": self.bias, "nodes": nodes, "genes": genes}


@typeof_impl.register(Champion)
def _no_type(champion: Champion, _context) -> None:
    """Say so where a champion itself is handed to compiled code, in place of numba's page on unknown types."""
    raise HearsayError("a compiled function takes champion.network, not the champion itself")


def from_plain(data: Mapping[str, Any]) -> Champion:
    """Return the champion of plain data, as `Champion.plain` gave them; nodes may stand in any order of kinds.

    Raises HearsayError where a part is missing or is not what it should be, or a gene names a node that is not there.
    """
    if not isinstance(data, Mapping):
        advice = "; json.loads it first" if isinstance(data, str | bytes) else ""
        raise HearsayError(f"champion: expected the dict that plain() returns; got {shown(data)}{advice}")
    try:
        nodes = sorted(data["nodes"], key=lambda node: _rank(node["kind"]))
        numbers, kinds = [node["number"] for node in nodes], [node["kind"] for node in nodes]
        bias, rows = data["bias"], [tuple(gene[field] for field in FIELDS) for gene in data["genes"]]
    except (KeyError, TypeError, ValueError) as error:
        raise HearsayError(
            f"champion: expected bias, nodes (number, kind) and genes ({', '.join(FIELDS)}); {_said(error)}"
        ) from None
    numbers = [whole("champion: number of a node", number, 0, NODES) for number in numbers]
    if len(set(numbers)) < len(numbers) or kinds.count(BIAS) != 1 or INPUT not in kinds or OUTPUT not in kinds:
        raise HearsayError("champion: expected nodes with different numbers: inputs, one bias, outputs, hidden nodes")
    places = {number: place for place, number in enumerate(numbers)}
    genes = np.zeros(len(rows), GENE)
    for j, (gene, row) in enumerate(zip(genes, rows, strict=True)):
        source, target, weight, enabled, recurrent, innovation = row
        where = f"champion: genes[{j}]"
        gene["innovation"] = whole(f"{where}: innovation", innovation, 0, INNOVATIONS)
        source, target = whole(f"{where}: in", source, 0, NODES), whole(f"{where}: out", target, 0, NODES)
        if source not in places or target not in places or places[target] <= kinds.count(INPUT):
            raise HearsayError(f"champion: gene {innovation} leads from {source} to {target}: no such nodes, or no way")
        gene["source"], gene["target"] = places[source], places[target]
        gene["weight"] = _finite(f"{where}: weight", weight)
        gene["enabled"], gene["recurrent"] = (
            _true(f"{where}: enabled", enabled),
            _true(f"{where}: recurrent", recurrent),
        )
    genes["origin"] = np.arange(len(rows))
    counts = kinds.count(INPUT), kinds.count(OUTPUT)
    return Champion(genes, np.array(numbers, np.int64), *counts, _finite("champion: bias", bias))


def _finite(where: str, value: Any) -> float:
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not -np.inf < value < np.inf:
        raise HearsayError(f"{where}: expected a finite number; got {shown(value)}")
    return float(value)


def _true(where: str, value: Any) -> bool:
    if not isinstance(value, bool | np.bool_):
        raise HearsayError(f"{where}: expected true or false; got {shown(value)}")
    return bool(value)


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" + "s" * (n != 1)


def _rank(kind: str) -> int:
    if kind not in KINDS:
        raise ValueError(f"no kind of node is {shown(kind)}; there are {', '.join(KINDS)}")
    return KINDS.index(kind)


def _said(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
