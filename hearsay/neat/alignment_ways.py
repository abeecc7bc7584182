"""Ways to align two genomes: by sorted numbers, by dictionaries of pairs, by the engine's search, or by structure.

Each returns the number of matching genes, that of the others, and the sum of the weight differences of matching genes:
what the compatibility distance asks for.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from hearsay.jit import njit
from hearsay.neat.crossover import match
from hearsay.neat.innovation import EMPTY, find, pair

MERGE, SEARCH, KEPT, BUILT = range(4)  # the compiled ways

SLOT = np.dtype([("key", np.int64), ("weight", np.float64)])


class Packed(NamedTuple):
    """Genomes one behind the other.

    genes: of genome i from starts[i] to starts[i + 1]; slots: of its dictionary, a hash table from the innovation to
    the weight, from slot_starts[i] to slot_starts[i + 1]; scratch: room for one dictionary more.
    """

    genes: np.ndarray
    starts: np.ndarray
    slots: np.ndarray
    slot_starts: np.ndarray
    scratch: np.ndarray


def pack(genomes: Sequence[np.ndarray]) -> Packed:
    """Return genomes (genes,) of GENE with their dictionaries."""
    sizes = [_slots(len(genes)) for genes in genomes]
    starts = np.cumsum([0, *(len(genes) for genes in genomes)])
    slot_starts = np.cumsum([0, *sizes])
    slots = np.zeros(slot_starts[-1], SLOT)
    for i, genes in enumerate(genomes):
        fill(slots[slot_starts[i] : slot_starts[i + 1]], genes)
    return Packed(np.concatenate(genomes), starts, slots, slot_starts, np.zeros(max(sizes), SLOT))


def _slots(genes: int) -> int:
    return 1 << (2 * max(genes, 1) - 1).bit_length()  # at most half full


@njit
def fill(slots, genes):
    """Make `slots`, a power of two long, the dictionary of a genome."""
    for i in range(len(slots)):
        slots[i].key = EMPTY
    for i in range(len(genes)):
        slot = slots[find(slots, genes[i].innovation)]
        slot.key, slot.weight = genes[i].innovation, genes[i].weight


@njit
def merged(a, b):
    """Align two genomes sorted by innovation: walk down both lists together, as Stanley's code does."""
    n, m, i, j = len(a), len(b), 0, 0
    matching, difference = 0, 0.0
    while i < n and j < m:
        one, other = a[i].innovation, b[j].innovation
        if one == other:
            matching += 1
            difference += abs(a[i].weight - b[j].weight)
        i += one <= other
        j += other <= one
    return matching, n + m - 2 * matching, difference


@njit
def searched(a, b):
    """Align two genomes, sorted or not: look for each gene behind the last match, then before, as the engine does."""
    n, m, j = len(a), len(b), 0
    matching, difference = 0, 0.0
    for i in range(n):
        found = match(b, m, a[i].innovation, j)
        if found >= 0:
            j = found + 1
            matching += 1
            difference += abs(a[i].weight - b[found].weight)
    return matching, n + m - 2 * matching, difference


@njit
def looked_up(a, slots, m):
    """Align a genome with the dictionary of another, which has m genes."""
    matching, difference = 0, 0.0
    for i in range(len(a)):
        slot = slots[find(slots, a[i].innovation)]
        if slot.key != EMPTY:
            matching += 1
            difference += abs(a[i].weight - slot.weight)
    return matching, len(a) + m - 2 * matching, difference


@njit
def align_all(way, packed, pairs, calls, found):
    """Align the genomes `pairs` (n, 2) in a way, `calls` times over; set `found` (n, 3)."""
    for _ in range(calls):
        for p in range(len(pairs)):
            i, j = pairs[p]
            a = packed.genes[packed.starts[i] : packed.starts[i + 1]]
            b = packed.genes[packed.starts[j] : packed.starts[j + 1]]
            if way == MERGE:
                matching, unmatched, difference = merged(a, b)
            elif way == SEARCH:
                matching, unmatched, difference = searched(a, b)
            else:
                slots = packed.slots[packed.slot_starts[j] : packed.slot_starts[j + 1]]
                if way == BUILT:
                    slots = packed.scratch[: len(slots)]
                    fill(slots, b)
                matching, unmatched, difference = looked_up(a, slots, len(b))
            found[p, 0], found[p, 1], found[p, 2] = matching, unmatched, difference


# The same in plain Python, as most implementations have it. A gene is a tuple (identity, weight).

Genes = Sequence[tuple[object, float]]


def merged_plainly(a: Genes, b: Genes) -> tuple[int, int, float]:
    """Do as `merged`."""
    n, m, i, j = len(a), len(b), 0, 0
    matching, difference = 0, 0.0
    while i < n and j < m:
        one, weight = a[i]
        other, its_weight = b[j]
        if one == other:
            matching += 1
            difference += abs(weight - its_weight)
            i += 1
            j += 1
        elif one < other:
            i += 1
        else:
            j += 1
    return matching, n + m - 2 * matching, difference


def searched_plainly(a: Genes, b: Genes) -> tuple[int, int, float]:
    """Do as `searched`."""
    n, m, behind = len(a), len(b), 0
    matching, difference = 0, 0.0
    for one, weight in a:
        for j in chain(range(behind, m), range(behind)):
            if b[j][0] == one:
                behind = j + 1
                matching += 1
                difference += abs(weight - b[j][1])
                break
    return matching, n + m - 2 * matching, difference


def looked_up_plainly(a: Mapping[object, float], b: Mapping[object, float]) -> tuple[int, int, float]:
    """Align two dictionaries from identity to weight, as neat-python keeps its genes."""
    matching, difference = 0, 0.0
    for key, weight in a.items():
        its_weight = b.get(key)
        if its_weight is not None:
            matching += 1
            difference += abs(weight - its_weight)
    return matching, len(a) + len(b) - 2 * matching, difference


def built_plainly(a: Genes, b: Genes) -> tuple[int, int, float]:
    """Do as `looked_up_plainly`, with the dictionaries built of lists first."""
    return looked_up_plainly(dict(a), dict(b))


# Without any identity


@njit
def corresponded(a, b, fixed, hidden_a, hidden_b):
    """Align by structure alone: return the most links that two genomes share under any pairing of their hidden nodes.

    Genes name nodes by place; the first `fixed` places, sensors and outputs, are each other's. Hidden nodes are paired
    one after the other, and a branch is left when even all links left could not beat the best (NP-hard in general).
    The genomes are free of doubled links. Returns the links, and the pairings of nodes that were looked at.
    """
    if hidden_a > hidden_b:
        a, b, hidden_a, hidden_b = b, a, hidden_b, hidden_a
    size_a, size_b = fixed + hidden_a, fixed + hidden_b
    ours, theirs = np.zeros((size_a, size_a), np.bool_), np.zeros((size_b, size_b), np.bool_)
    for i in range(len(a)):
        ours[a[i].source, a[i].target] = True
    for i in range(len(b)):
        theirs[b[i].source, b[i].target] = True
    gain_left = np.zeros(size_a + 1, np.int64)  # links of a whose later node stands from here on
    for node in range(size_a - 1, -1, -1):
        gain_left[node] = gain_left[node + 1] + ours[node, : node + 1].sum() + ours[:node, node].sum()
    partner = np.arange(size_a)
    partner[fixed:] = fixed - 1
    used, shared = np.zeros(size_b, np.bool_), np.zeros(size_a + 1, np.int64)
    for s in range(fixed):
        for t in range(fixed):
            shared[fixed] += ours[s, t] and theirs[s, t]
    best, looked, node = shared[fixed] if hidden_a == 0 else -1, 0, fixed
    while node >= fixed and hidden_a > 0:
        if partner[node] >= fixed:
            used[partner[node]] = False
        partner[node] += 1
        while partner[node] < size_b and used[partner[node]]:
            partner[node] += 1
        if partner[node] == size_b:
            partner[node] = fixed - 1
            node -= 1
            continue
        looked += 1
        mate = partner[node]
        gain = np.int64(ours[node, node] and theirs[mate, mate])
        for s in range(node):
            gain += ours[s, node] and theirs[partner[s], mate]
            gain += ours[node, s] and theirs[mate, partner[s]]
        used[mate] = True
        shared[node + 1] = shared[node] + gain
        if node + 1 == size_a:
            best = max(best, shared[node + 1])
        elif shared[node + 1] + gain_left[node + 1] > best:
            node += 1
    return best, looked


@njit
def correspond_all(packed, pairs, fixed, hidden, calls, matching):
    """Align the genomes `pairs` (n, 2) by structure alone, `calls` times over; set `matching` (n, 1)."""
    for _ in range(calls):
        for p in range(len(pairs)):
            i, j = pairs[p]
            a = packed.genes[packed.starts[i] : packed.starts[i + 1]]
            b = packed.genes[packed.starts[j] : packed.starts[j + 1]]
            matching[p, 0], _ = corresponded(a, b, fixed, hidden[i], hidden[j])


def edit_distance(a: np.ndarray, b: np.ndarray, fixed: int, hidden_a: int, hidden_b: int) -> float:
    """Return the links to remove from and add to a so that it has b's structure, by networkx; nodes cost nothing.

    It takes no link from a node to itself: networkx (3.6) lets such a one stand for any other.
    """
    import networkx as nx

    graphs = []
    for genes, hidden in ((a, hidden_a), (b, hidden_b)):
        graph = nx.DiGraph()
        graph.add_nodes_from((node, {"is": node if node < fixed else -1}) for node in range(fixed + hidden))
        graph.add_edges_from(zip(genes["source"].tolist(), genes["target"].tolist(), strict=True))
        graphs.append(graph)
    return nx.graph_edit_distance(
        *graphs,
        node_match=lambda one, other: one["is"] == other["is"],
        node_subst_cost=lambda one, other: 0 if one["is"] == other["is"] else 1_000_000,
        node_del_cost=lambda _: 0,
        node_ins_cost=lambda _: 0,
    )


def keys(genes: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Return the genes with the pair of their nodes' numbers in the place of the innovation number."""
    by_pair = genes.copy()
    for gene in by_pair:
        gene["innovation"] = pair(nodes[gene["source"]], nodes[gene["target"]])
    return by_pair
