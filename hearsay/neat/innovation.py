"""The record of innovations: which number a structural mutation gets, and how long the record is kept.

Link and node mutations are remembered for so many generations since their number was issued: never, one (Stanley's
release), some, or the whole run. A gene is then matched by its number, or by the pair of its nodes' numbers.
"""

from typing import NamedTuple

import numpy as np

from hearsay.jit import njit
from hearsay.neat.settings import NOTHING, NUMBER

ENTRY = np.dtype([("key", np.int64), ("number", np.int64), ("weight", np.float64), ("born", np.int64)])
EMPTY = -1
BITS = 31  # node numbers stay below 2**31, so that a pair of them is one key
ODD = 1103515245  # n * ODD mod 2**31 is a bijection: numbers without chronology

# Places in Record.counts
GENERATION, NUMBERS, NODES, EVENTS, LINKS_KEPT, SPLITS_KEPT = range(6)  # state
LINKS, LINKS_MATCHED, SPLITS, SPLITS_MATCHED, SPLITS_HELD = range(6, 11)  # what happened so far
N_COUNTS = 11


class Record(NamedTuple):
    """The record: link mutations by the pair of their nodes, node mutations by the gene they split, and counts.

    links, splits: open-addressing hash tables of ENTRY, a power of two long. counts: (N_COUNTS,) integers.
    """

    links: np.ndarray
    splits: np.ndarray
    counts: np.ndarray


def new_record(slots: int = 1024) -> Record:
    """Return an empty record."""
    return Record(_table(slots), _table(slots), np.zeros(N_COUNTS, np.int64))


def _table(slots: int) -> np.ndarray:
    table = np.zeros(slots, ENTRY)
    table["key"] = EMPTY
    return table


def with_room(record: Record, more: int, link_memory: int, node_memory: int) -> Record:
    """Return `record` itself, or a larger copy without what is forgotten, so that `more` entries fit in half of it."""
    links, splits = record.links, record.splits
    if 2 * (record.counts[LINKS_KEPT] + more) > len(links):
        links, record.counts[LINKS_KEPT] = _rehashed(links, record.counts[GENERATION] - link_memory, more)
    if 2 * (record.counts[SPLITS_KEPT] + more) > len(splits):
        splits, record.counts[SPLITS_KEPT] = _rehashed(splits, record.counts[GENERATION] - node_memory, more)
    return Record(links, splits, record.counts)


def remember(record: Record, pairs: np.ndarray, numbers: np.ndarray, weights: np.ndarray) -> None:
    """Put links that were there before evolution into the record, as of generation 0: (links,) each."""
    for entry in zip(pairs, numbers, weights, np.zeros(len(pairs), np.int64), strict=True):
        record.links[find(record.links, entry[0])] = entry
    record.counts[LINKS_KEPT] += len(pairs)


def _rehashed(table: np.ndarray, forgotten: int, more: int) -> tuple[np.ndarray, int]:
    kept = table[(table["key"] != EMPTY) & (table["born"] > forgotten)]
    grown = _table(1 << int(4 * (len(kept) + more) - 1).bit_length())
    for entry in kept:
        grown[find(grown, entry["key"])] = entry
    return grown, len(kept)


@njit
def find(table, key):
    """Return the slot that holds `key`, or the empty one where it belongs."""
    mask = len(table) - 1
    slot = ((key * 0x9E3779B97F4A7C1) >> 20) & mask
    while table[slot].key != key and table[slot].key != EMPTY:
        slot = (slot + 1) & mask
    return slot


@njit
def pair(source, target):
    """Return the two node numbers as one key."""
    return (np.int64(source) << BITS) | np.int64(target)


@njit
def scatter(number, scattered):
    """Return `number`, or the one that stands for it where numbers shall have no order."""
    return (number * ODD) & ((1 << BITS) - 1) if scattered else number


@njit
def link_innovation(record, settings, source, target, weight):
    """Return the innovation of the link mutation between two node numbers, and the weight of the new gene."""
    counts = record.counts
    counts[LINKS] += 1
    key = pair(source, target)
    slot = 0
    if settings.link_memory > 0:
        slot = find(record.links, key)
        entry = record.links[slot]
        if entry.key == key and counts[GENERATION] - entry.born < settings.link_memory:
            counts[LINKS_MATCHED] += 1
            return entry.number, entry.weight if settings.copy_weight else weight
    number = key
    if settings.identity == NUMBER or settings.identity == NOTHING:
        number = scatter(counts[NUMBERS], settings.scattered)
        counts[NUMBERS] += 1
    if settings.link_memory > 0:
        entry = record.links[slot]
        counts[LINKS_KEPT] += entry.key == EMPTY
        entry.key, entry.number, entry.weight, entry.born = key, number, weight, counts[GENERATION]
    return number, weight


@njit
def rename(genes, n, record):
    """Give each of n genes a number that no gene had: the control in which nothing can be aligned."""
    for j in range(n):
        genes[j].innovation = record.counts[NUMBERS]
        record.counts[NUMBERS] += 1


@njit
def split_node(record, settings, innovation, nodes):
    """Return the number of the node that splits the gene `innovation` in a genome that has `nodes` (their numbers).

    Where the genome holds the remembered node already, having split that gene before, the node is a new one.
    """
    counts = record.counts
    counts[SPLITS] += 1
    slot, held = 0, False
    if settings.node_memory > 0:
        slot = find(record.splits, innovation)
        entry = record.splits[slot]
        if entry.key == innovation and counts[GENERATION] - entry.born < settings.node_memory:
            for node in nodes:
                held |= node == entry.number
            if not held:
                counts[SPLITS_MATCHED] += 1
                return entry.number
            counts[SPLITS_HELD] += 1
    number = scatter(counts[NODES], settings.scattered)
    counts[NODES] += 1
    if settings.node_memory > 0 and not held:
        entry = record.splits[slot]
        counts[SPLITS_KEPT] += entry.key == EMPTY
        entry.key, entry.number, entry.weight, entry.born = innovation, number, 0.0, counts[GENERATION]
    return number
