"""Random pairs of genomes, aligned: how many genes match, and how many of these have a common ancestor."""

import numpy as np

from hearsay.jit import njit
from hearsay.neat.crossover import match
from hearsay.neat.speciation import align

# What `align_pairs` sums up over the pairs
ALIGNED = ("matching", "disjoint", "excess", "independent", "matching_new", "kin", "kin_unmatched")


@njit
def align_pairs(genomes, one, other, first_events):
    """Align genomes one[i] with other[i]; return the sums that ALIGNED names, integers.

    matching, disjoint, excess: genes, as in the compatibility distance. independent: matching pairs of genes of two
    mutations. matching_new: matching pairs that are not both older than `first_events`, the mutations before evolution.
    kin: pairs of genes of one mutation; kin_unmatched: of them, those that do not match.
    """
    sums = np.zeros(7, np.int64)
    for i in range(len(one)):
        a, n = genomes.genes[one[i]], genomes.n_genes[one[i]]
        b, m = genomes.genes[other[i]], genomes.n_genes[other[i]]
        matching, disjoint, excess, independent, _ = align(a, n, b, m)
        sums[0] += matching
        sums[1] += disjoint
        sums[2] += excess
        sums[3] += independent
        start = 0
        for j in range(n):
            found = match(b, m, a[j].innovation, start)
            if found >= 0:
                start = found + 1
                sums[4] += a[j].origin >= first_events or b[found].origin >= first_events
            for k in range(m):
                if a[j].origin == b[k].origin:
                    sums[5] += 1
                    sums[6] += a[j].innovation != b[k].innovation
    return sums


def draw_pairs(belongs: np.ndarray, draws: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Return pairs of two different genomes: any, of one species, of two species.

    belongs: (population,) the species of each genome. draws: (3, 2, pairs), uniform in [0, 1). The first of a pair is
    drawn from all genomes that have a partner, the second from its partners. No pairs where no genome has one.
    """
    n = len(belongs)
    order = np.argsort(belongs, kind="stable")
    _, species, size = np.unique(belongs[order], return_inverse=True, return_counts=True)
    begin = (np.cumsum(size) - size)[species]  # of the species, by the place in `order`
    size = size[species]
    places = np.arange(n)
    # the partners of a place stand in a circle of `length` places from `origin` on, from the place `first` of it
    either = (places, np.zeros(n, np.int64), np.full(n, n), places + 1, np.full(n, n - 1))
    within = (places[size > 1], begin, size, places - begin + 1, size - 1)
    between = (places[size < n], np.zeros(n, np.int64), np.full(n, n), begin + size, n - size)
    found = []
    for (eligible, origin, length, first, partners), (one, other) in zip((either, within, between), draws, strict=True):
        if not len(eligible):
            found.append((eligible, eligible))
            continue
        a = eligible[(one * len(eligible)).astype(np.int64)]
        b = origin[a] + (first[a] + (other * partners[a]).astype(np.int64)) % length[a]
        found.append((order[a], order[b]))
    return tuple(found)
