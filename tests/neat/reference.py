"""NEAT a second time, slowly and plainly: lists, dictionaries and dataclasses, nothing compiled, nothing shared.

It states the rules that the engine keeps: what a record of innovations remembers, how genes are matched, what a child
inherits, how far apart two genomes are, what a network answers, and who gets how many offspring. A gene names its nodes
by their numbers, not by places, and pairs are pairs. `reference_run` adds mutation and reproduction.

Where chance decides, a random number is drawn in the order in which the code below reads, and only then; so the engine
with the same generator must give the same result bit for bit and leave the generator in the same state.
"""

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction

from hearsay.neat.settings import EITHER, NUMBER, POSITION, SMALLER


@dataclass
class Gene:
    """A connection gene; `innovation` is a number, or the pair (in, out)."""

    innovation: int | tuple[int, int]
    origin: int
    weight: float
    source: int
    target: int
    enabled: bool = True
    recurrent: bool = False


@dataclass
class Genome:
    """Genes, and the numbers of the nodes: sensors (the last is the bias), outputs, hidden nodes as they came."""

    genes: list[Gene]
    nodes: list[int]
    sensors: int
    outputs: int

    def copy(self):
        return replace(self, genes=[replace(gene) for gene in self.genes], nodes=list(self.nodes))

    def by_innovation(self):
        found = {gene.innovation: gene for gene in self.genes}
        assert len(found) == len(self.genes), "a genome has an innovation once"
        return found

    def has_link(self, source, target):
        return any((gene.source, gene.target) == (source, target) for gene in self.genes)


# Identity


def scattered(number):
    return number * 1103515245 % 2**31


@dataclass
class Issued:
    """An entry of the record: what mutated, what it was given, and when."""

    what: object
    number: object
    weight: float
    generation: int


@dataclass
class Record:
    """Everything ever issued. Remembered is what was issued less than `memory` generations ago."""

    settings: object
    numbers: int = 0
    nodes: int = 0
    events: int = 0
    generation: int = 0
    links: list[Issued] = field(default_factory=list)
    splits: list[Issued] = field(default_factory=list)

    def remembered(self, issued, what, memory):
        found = [one for one in issued if one.what == what and self.generation - one.generation < memory]
        assert len(found) <= 1, "what is remembered is not issued again"
        return found[0] if found else None

    def named(self, number):
        return scattered(number) if self.settings.scattered else number

    def link(self, source, target, weight):
        """The innovation of a new link, and its weight."""
        known = self.remembered(self.links, (source, target), self.settings.link_memory)
        if known:
            return known.number, known.weight if self.settings.copy_weight else weight
        if self.settings.identity == NUMBER:
            number = self.named(self.numbers)
            self.numbers += 1
        else:
            number = (source, target)
        self.links.append(Issued((source, target), number, weight, self.generation))
        return number, weight

    def split(self, innovation, genome_nodes):
        """The number of the node that splits a gene; a new one, not remembered, where the genome has the node."""
        known = self.remembered(self.splits, innovation, self.settings.node_memory)
        if known and known.number not in genome_nodes:
            return known.number
        number = self.named(self.nodes)
        self.nodes += 1
        if not known:
            self.splits.append(Issued(innovation, number, 0.0, self.generation))
        return number


# Crossover


def mate(mom, dad, mom_fitness, dad_fitness, settings, rng):
    """The child of two parents, and whether they were equally fit; of two equally long ones then the dad leads."""
    equal = mom_fitness == dad_fitness
    mom_better = len(mom.genes) < len(dad.genes) if equal else mom_fitness > dad_fitness
    better, other = (mom, dad) if mom_better else (dad, mom)
    average = rng.random() >= settings.multipoint
    theirs = other.by_innovation()
    child = Genome([], list(better.nodes), better.sensors, better.outputs)
    for gene in better.genes:
        twin = theirs.get(gene.innovation)
        if twin:
            child.genes.append(inherited(gene, twin, average, settings.disable, rng))
        elif not (equal and settings.tie == EITHER and rng.random() < 0.5):
            child.genes.append(replace(gene))
    if equal and settings.tie != SMALLER:
        mine = better.by_innovation()
        for gene in other.genes:
            if gene.innovation not in mine and (settings.tie != EITHER or rng.random() < 0.5):
                add_unmatched(child, gene, settings)
    return child, equal


def inherited(gene, twin, average, disable, rng):
    if average:
        child = replace(gene, weight=(gene.weight + twin.weight) / 2, enabled=True)
        if rng.random() < 0.5:
            child.origin = twin.origin
    else:
        child = replace(gene)
        if rng.random() < 0.5:
            child = replace(twin, source=gene.source, target=gene.target)
    if not (gene.enabled and twin.enabled) and rng.random() < disable:
        child.enabled = False
    return child


def add_unmatched(child, gene, settings):
    """A gene of the other parent: its nodes come along, even where the gene is refused then.

    Identified by position it connects what the child has there, and is dropped where the child ends before.
    """
    if settings.identity == POSITION:
        if gene.source not in child.nodes or gene.target not in child.nodes:
            return
    else:
        child.nodes += [node for node in dict.fromkeys((gene.source, gene.target)) if node not in child.nodes]
    if not (settings.refuse_doubles and child.has_link(gene.source, gene.target)):
        child.genes.append(replace(gene))


# Compatibility distance


def alignment(a, b):
    """Numbers of matching, disjoint, excess and independently made matching genes; sum of weight differences."""
    ours, theirs = a.by_innovation(), b.by_innovation()
    matching = [(ours[i], theirs[i]) for i in ours if i in theirs]
    unmatched = [(i, theirs) for i in ours if i not in theirs] + [(i, ours) for i in theirs if i not in ours]
    excess = sum(not others or i > max(others) for i, others in unmatched)
    difference = 0.0
    for gene, twin in matching:
        difference += abs(gene.weight - twin.weight)
    independent = sum(gene.origin != twin.origin for gene, twin in matching)
    return len(matching), len(unmatched) - excess, excess, independent, difference


def distance(a, b, settings):
    matching, disjoint, excess, _, difference = alignment(a, b)
    size = max(len(a.genes), len(b.genes))
    if not settings.normalise or size < 20:
        size = 1
    unmatched = settings.c1 * excess + settings.c2 * disjoint
    return unmatched / size + (settings.c3 * difference / matching if matching else 0.0)


# Offspring


def offspring(adjusted, members):
    """Offspring of species with these `members`, by exact cumulation; what rounding withholds goes to the largest."""
    population = len(adjusted)
    total = sum(Fraction(float(f)) for f in adjusted)
    due = [
        sum(Fraction(float(adjusted[i])) for i in one) / total * population if total else Fraction(len(one))
        for one in members
    ]
    ends = [min(math.floor(sum(due[: s + 1]) + Fraction(1, 10**9)), population) for s in range(len(members))]
    given = [end - before for before, end in zip([0, *ends], ends, strict=False)]
    most = max(range(len(given)), key=lambda s: (given[s], s))
    given[most] += population - sum(given)
    return given


# Networks


def sigmoid(x):
    return 1 / (1 + math.exp(-4.9 * x)) if x > -140 else 0.0


def incoming(genome):
    found = {node: [] for node in genome.nodes}
    for gene in genome.genes:
        if gene.enabled:
            found[gene.target].append(gene)
    return found


def hops(genome):
    """Links on the shortest enabled way from a sensor to each node that has one."""
    found, links = dict.fromkeys(genome.nodes[: genome.sensors], 0), incoming(genome)
    for step in range(1, len(genome.nodes) + 1):
        ends = [n for n in genome.nodes if n not in found and any(g.source in found for g in links[n])]
        found |= dict.fromkeys(ends, step)
    return found


def cyclic(genome):
    """Whether enabled links lead from a node that hears a sensor back into itself."""
    heard, links = hops(genome), incoming(genome)

    def ancestors(node, seen):
        for gene in links[node]:
            if gene.source in heard and gene.source not in seen:
                seen.add(gene.source)
                ancestors(gene.source, seen)
        return seen

    return any(node in ancestors(node, set()) for node in heard)


def depth(genome, node):
    """Links on the longest enabled way from a sensor to a node of a network without cycles; None: there is no way."""
    if node not in hops(genome):
        return None
    ways = [depth(genome, gene.source) for gene in incoming(genome)[node]]
    return max((way + 1 for way in ways if way is not None), default=0)


def answer(genome, node, inputs):
    """The value of a node of a network without cycles, by recursion; None where no signal comes."""
    if node not in hops(genome):
        return None
    if node in genome.nodes[: genome.sensors]:
        return inputs[genome.nodes.index(node)]
    total = 0.0
    for gene in incoming(genome)[node]:
        value = answer(genome, gene.source, inputs)
        total += 0.0 if value is None else gene.weight * value
    return sigmoid(total)


def activate(genome, inputs, steps):
    """The nodes' values after some time steps from rest; `inputs` are the sensors' values at each.

    A node keeps 0 until a signal can have reached it.
    """
    values, wakes, links = dict.fromkeys(genome.nodes, 0.0), hops(genome), incoming(genome)
    for step in range(1, steps + 1):
        values |= dict(zip(genome.nodes, inputs(step), strict=False))
        before = dict(values)
        for node in genome.nodes[genome.sensors :]:
            if node in wakes and step >= wakes[node]:
                total = 0.0
                for gene in links[node]:
                    total += gene.weight * before[gene.source]
                values[node] = sigmoid(total)
    return values
