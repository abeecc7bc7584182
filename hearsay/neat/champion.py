"""Champions: one genome to keep, as plain data that survive JSON, and to ask again as a network."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from hearsay.errors import HearsayError
from hearsay.neat.genome import GENE, Genomes
from hearsay.neat.phenotype import Phenotype, phenotype

INPUT, BIAS, OUTPUT, HIDDEN = KINDS = ("input", "bias", "output", "hidden")  # in the order of a genome's nodes
FIELDS = ("in", "out", "weight", "enabled", "recurrent", "innovation")


class Champion:
    """One genome. Called with inputs it answers as `Phenotype` does, and has the same `step` and `reset`.

    genes: (n,) of GENE. nodes: (m,) the nodes' numbers, in the order inputs, bias, outputs, hidden. bias: the value of
    the bias sensor.
    """

    def __init__(self, genes: np.ndarray, nodes: np.ndarray, inputs: int, outputs: int, bias: float = 1.0):
        """Take the genome and what the task asks of it."""
        self.genes, self.nodes = genes, nodes
        self.inputs, self.outputs, self.bias = inputs, outputs, float(bias)

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


def from_plain(data: Mapping[str, Any]) -> Champion:
    """Return the champion of plain data, as `Champion.plain` gave them; nodes may stand in any order of kinds.

    Raises HearsayError where a part is missing or a gene names a node that is not there.
    """
    try:
        nodes = sorted(data["nodes"], key=lambda node: _rank(node["kind"]))
        numbers, kinds = [int(node["number"]) for node in nodes], [node["kind"] for node in nodes]
        bias, rows = float(data["bias"]), [tuple(gene[field] for field in FIELDS) for gene in data["genes"]]
    except (KeyError, TypeError, ValueError) as error:
        raise HearsayError(
            f"champion: expected bias, nodes (number, kind) and genes ({', '.join(FIELDS)}); {_said(error)}"
        ) from None
    if len(set(numbers)) < len(numbers) or kinds.count(BIAS) != 1 or INPUT not in kinds or OUTPUT not in kinds:
        raise HearsayError("champion: expected nodes with different numbers: inputs, one bias, outputs, hidden nodes")
    places = {number: place for place, number in enumerate(numbers)}
    genes = np.zeros(len(rows), GENE)
    for gene, (source, target, weight, enabled, recurrent, innovation) in zip(genes, rows, strict=True):
        if source not in places or target not in places or places[target] <= kinds.count(INPUT):
            raise HearsayError(f"champion: gene {innovation} leads from {source} to {target}: no such nodes, or no way")
        gene["source"], gene["target"], gene["weight"] = places[source], places[target], weight
        gene["enabled"], gene["recurrent"], gene["innovation"] = enabled, recurrent, innovation
    genes["origin"] = np.arange(len(rows))
    return Champion(genes, np.array(numbers, np.int64), kinds.count(INPUT), kinds.count(OUTPUT), bias)


def _rank(kind: str) -> int:
    if kind not in KINDS:
        raise ValueError(f"no kind of node is {kind!r:.30}; there are {', '.join(KINDS)}")
    return KINDS.index(kind)


def _said(error: Exception) -> str:
    return f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
