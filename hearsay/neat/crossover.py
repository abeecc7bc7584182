"""Crossover: genes are matched by their innovations; those without a match come from the fitter parent.

Section 3.2 and figure 4 of the paper. Of equally fit parents the first version of the paper passes on the unmatched
genes of both, its last version each with probability one half, and the C++ release those of the smaller genome.
"""

from hearsay.jit import njit
from hearsay.neat.genome import copy, has_link
from hearsay.neat.innovation import pair
from hearsay.neat.settings import EITHER, POSITION, SMALLER


@njit
def match(genes, n, innovation, start):
    """Return the place of the gene with this innovation among n, or -1; relatives have it at or soon after `start`."""
    for j in range(start, n):
        if genes[j].innovation == innovation:
            return j
    for j in range(min(start, n)):
        if genes[j].innovation == innovation:
            return j
    return -1


@njit(forceinline=True)
def mate_multipoint(parents, mom, dad, mom_fitness, dad_fitness, children, k, settings, rng):
    """Make child k of two parents. Returns whether they were equally fit.

    A matching gene comes from either parent, or with the mean weight; disabled in either, it is disabled in most
    children. `refuse_doubles` skips a gene of the other parent whose link the child has, under another innovation.
    """
    equal = mom_fitness == dad_fitness
    mom_better = parents.n_genes[mom] < parents.n_genes[dad] if equal else mom_fitness > dad_fitness
    better, other = (mom, dad) if mom_better else (dad, mom)
    average = rng.random() >= settings.multipoint
    n, m = parents.n_genes[better], parents.n_genes[other]
    mine, theirs = parents.genes[better], parents.genes[other]
    both = equal and settings.tie != SMALLER
    copy(parents, better, children, k)
    genes, kept, j = children.genes[k], 0, 0
    for i in range(n):
        found = match(theirs, m, mine[i].innovation, j)
        if found < 0 and both and settings.tie == EITHER and rng.random() < 0.5:
            continue
        if kept < i:
            genes[kept] = mine[i]
        if found >= 0:
            j = found + 1
            _inherit(genes[kept], theirs[found], average, settings.disable, rng)
        kept += 1
    children.n_genes[k] = kept
    if both:
        for i in range(m):
            if match(mine, n, theirs[i].innovation, i) < 0 and (settings.tie != EITHER or rng.random() < 0.5):
                _add_unmatched(children, k, parents, other, i, settings)
    return equal


@njit
def _inherit(gene, twin, average, disable, rng):
    """Turn a child's `gene`, a copy of the better parent's, into one of both parents' matching genes."""
    either_disabled = not (gene.enabled and twin.enabled)
    twins = rng.random() < 0.5
    gene.origin = twin.origin if twins else gene.origin
    if average:
        gene.weight = (gene.weight + twin.weight) / 2
        gene.enabled = True
    else:
        gene.weight = twin.weight if twins else gene.weight
        gene.enabled = twin.enabled if twins else gene.enabled
        gene.recurrent = twin.recurrent if twins else gene.recurrent
    if either_disabled and rng.random() < disable:
        gene.enabled = False


@njit
def _add_unmatched(children, k, parents, other, i, settings):
    """Add gene i of the parent `other` to child k, with its nodes where the child lacks them."""
    gene = parents.genes[other, i]
    source = _place(children, k, parents, other, gene.source, settings)
    target = _place(children, k, parents, other, gene.target, settings)
    n = children.n_genes[k]
    if source < 0 or target < 0 or (settings.refuse_doubles and has_link(children.genes[k], n, source, target)):
        return
    added = children.genes[k, n]
    children.genes[k, n] = gene
    added.source, added.target = source, target
    if settings.identity == POSITION:
        added.innovation = pair(children.nodes[k, source], children.nodes[k, target])
    children.n_genes[k] += 1


@njit
def _place(children, k, parents, other, node, settings):
    """Return the place in child k of a node of the parent `other`, adding it; -1 where its position does not exist."""
    if node < children.sensors + children.outputs and settings.identity != POSITION:
        return node
    n, number = children.n_nodes[k], parents.nodes[other, node]
    for i in range(n):
        if children.nodes[k, i] == number:
            return i
    if settings.identity == POSITION:
        return -1
    children.nodes[k, n] = number
    children.n_nodes[k] += 1
    return n
