"""Speciation: the compatibility distance and the sorting of offspring into species (section 3.3 of the paper)."""

import numpy as np

from hearsay.jit import njit
from hearsay.neat.crossover import match

FEW_GENES = 20  # smaller genomes are not normalised by their size, as the paper allows

SPECIES = np.dtype(
    [
        ("number", np.int64),  # in the order of their beginning
        ("representative", np.int64),  # its genome: among the parents, or, of a new species, among the offspring
        ("new", np.bool_),
        ("age", np.int64),
        ("last_improved", np.int64),  # age at which its best fitness rose last
        ("best", np.float64),  # best fitness it ever had
        ("members", np.int64),
        ("offspring", np.int64),  # due to it in the next generation
        ("stagnant", np.bool_),
        ("tested", np.bool_),  # its champion was put to a task's further test and has not improved since
    ]
)


@njit
def align(a, n, b, m):
    """Align n genes with m genes by their innovations.

    Returns the numbers of matching, disjoint and excess genes, of matching genes that two mutations made, and the sum
    of the weight differences of matching genes.
    """
    matching, independent, difference, j = 0, 0, 0.0, 0
    excess, last_a, last_b = 0, np.int64(-1), np.int64(-1)
    for i in range(n):
        last_a = max(last_a, a[i].innovation)
    for i in range(m):
        last_b = max(last_b, b[i].innovation)
        excess += b[i].innovation > last_a
    for i in range(n):
        excess += a[i].innovation > last_b
        found = match(b, m, a[i].innovation, j)
        if found >= 0:
            j = found + 1
            matching += 1
            independent += a[i].origin != b[found].origin
            difference += abs(a[i].weight - b[found].weight)
    return matching, n + m - 2 * matching - excess, excess, independent, difference


@njit(forceinline=True)
def compatibility(a, n, b, m, settings):
    """Return the compatibility distance of n genes and m genes: equation 1 of the paper, c1 E/N + c2 D/N + c3 W."""
    size = max(n, m)
    size = size if settings.normalise and size >= FEW_GENES else 1
    if settings.c1 != settings.c2:
        matching, disjoint, excess, _, difference = align(a, n, b, m)
        unmatched = settings.c1 * excess + settings.c2 * disjoint
    else:
        # the same without the numbers' order, which only tells disjoint from excess
        matching, difference, j = 0, 0.0, 0
        for i in range(n):
            found = match(b, m, a[i].innovation, j)
            if found >= 0:
                j = found + 1
                matching += 1
                difference += abs(a[i].weight - b[found].weight)
        unmatched = settings.c1 * (n + m - 2 * matching)
    return unmatched / size + (settings.c3 * difference / matching if matching else 0.0)


@njit(forceinline=True)
def assign(children, k, parents, species, n_species, threshold, settings):
    """Return the first species that child k is compatible with; the place after the last where there is none."""
    if threshold == np.inf:
        return 0
    mine, n = children.genes[k], children.n_genes[k]
    for s in range(n_species):
        r = species[s].representative
        theirs, m = (
            (children.genes[r], children.n_genes[r]) if species[s].new else (parents.genes[r], parents.n_genes[r])
        )
        if compatibility(mine, n, theirs, m, settings) < threshold:
            return s
    return n_species


@njit
def begin(species, s, number, representative):
    """Begin a species with an offspring as its representative."""
    one = species[s]
    one.number = number
    one.representative = representative
    one.new = True
    one.age = 1
    one.last_improved = 0
    one.best = 0.0
    one.members = 0
    one.offspring = 0
    one.stagnant = False
    one.tested = False
