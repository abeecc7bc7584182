"""Find out by experiment how an implementation of NEAT names its mutations, and what it does with the names.

Each probe is a scripted experiment on copies of one genome, through the code's own functions. The names are Stanley's.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

COPIES = 60  # mutants of one genome in a generation
MATINGS = 60


class Gene(NamedTuple):
    """A connection gene; `innovation` is what the code matches genes by, the pair of nodes where it has no number."""

    source: int
    target: int
    innovation: Hashable
    weight: float


class Code(Protocol):
    """An implementation of NEAT, as the probes see it. A genome is whatever the code calls one; it is never changed."""

    def founder(self) -> Any:
        """Return a genome of three inputs linked to one output."""

    def link(self, genome) -> Any:
        """Return a copy with a link mutation at a place that the code draws; it may find none."""

    def split(self, genome) -> Any:
        """Return a copy with a node mutation of a link that the code draws; it may find none."""

    def next_generation(self) -> None:
        """Turn the generation, and with it the record of innovations, as the code does."""

    def genes(self, genome) -> list[Gene]:
        """Return the connection genes, disabled ones too."""

    def mate(self, mother, father) -> Any:
        """Return a child of two equally fit parents."""

    def mate_unequal(self, better, worse) -> Any:
        """Return a child of two parents of which the first is the fitter."""

    def distance(self, one, other) -> float:
        """Return the compatibility distance with the weights' share switched off."""

    def evolve(self, generations: int) -> Sequence[Any]:
        """Return the population after so many generations of XOR."""


class Count(NamedTuple):
    """In how many of so many cases something was so."""

    hits: int
    cases: int


class Mutant(NamedTuple):
    """A structural mutation: its generation, the pair of nodes it links or splits, its name, a weight, the genome."""

    generation: int
    place: tuple[int, int]
    name: Hashable
    weight: float
    genome: Any


def link_mutants(code: Code, generations: int = 2) -> list[Mutant]:
    """Return link mutations of copies of one genome, which has a hidden node and so room for links."""
    base, found = code.split(code.founder()), []
    had = {(gene.source, gene.target) for gene in code.genes(base)}
    for generation in range(generations):
        for _ in range(COPIES):
            genome = code.link(base)
            found += [
                Mutant(generation, (gene.source, gene.target), gene.innovation, gene.weight, genome)
                for gene in code.genes(genome)
                if (gene.source, gene.target) not in had
            ]
        code.next_generation()
    return found


def split_mutants(code: Code, generations: int = 2) -> list[Mutant]:
    """Return node mutations of copies of the founder: the name is the new node's number."""
    base, found = code.founder(), []
    had = {node for gene in code.genes(base) for node in (gene.source, gene.target)}
    for generation in range(generations):
        for _ in range(COPIES):
            genome = code.split(base)
            into = [gene for gene in code.genes(genome) if gene.target not in had]
            out = [gene for gene in code.genes(genome) if gene.source not in had]
            found += [
                Mutant(generation, (a.source, b.target), a.target, b.weight, genome)
                for a, b in zip(into, out, strict=True)
            ]
        code.next_generation()
    return found


def same_generation(mutants: Iterable[Mutant]) -> Count:
    """Count the mutations that repeat an earlier one of their generation, and those of them with its name."""
    first, hits, cases = {}, 0, 0
    for mutant in mutants:
        earlier = first.setdefault((mutant.generation, mutant.place), mutant)
        if earlier is not mutant:
            cases += 1
            hits += earlier.name == mutant.name
    return Count(hits, cases)


def next_generation(mutants: Iterable[Mutant]) -> Count:
    """Count the places mutated in the first generation and again in a later one, and those with the name kept."""
    first, later = {}, {}
    for mutant in mutants:
        (first if mutant.generation == 0 else later).setdefault(mutant.place, mutant.name)
    both = first.keys() & later.keys()
    return Count(sum(first[place] == later[place] for place in both), len(both))


def rule(within: Count, across: Count, named: bool = True) -> str:
    """Say in words how long a mutation is remembered. named: the code has names apart from the pair of nodes."""
    if not named:
        return "the pair of nodes"
    if not within.cases or not across.cases:
        return "not determined: no mutation was repeated"
    if within.hits == within.cases and across.hits == across.cases:
        return "whole run"
    if within.hits == within.cases and across.hits == 0:
        return "one generation"
    if within.hits == across.hits == 0:
        return "never"
    return f"mixed: {within.hits} of {within.cases} within a generation, {across.hits} of {across.cases} across"


def weights_copied(mutants: Iterable[Mutant]) -> Count:
    """Count link mutations with the name of an earlier one, and those of them with its weight too."""
    first, hits, cases = {}, 0, 0
    for mutant in mutants:
        earlier = first.setdefault(mutant.name, mutant)
        if earlier is not mutant:
            cases += 1
            hits += earlier.weight == mutant.weight
    return Count(hits, cases)


def namesakes(mutants: Sequence[Mutant]) -> list[tuple[Any, Any]]:
    """Return pairs of genomes that hold the same link under two names, one of them of the first generation."""
    by_place = defaultdict(dict)
    for mutant in mutants:
        by_place[mutant.place].setdefault(mutant.name, mutant.genome)
    return [(*genomes.values(),)[:2] for genomes in by_place.values() if len(genomes) > 1]


def doubled_children(code: Code, mutants: Sequence[Mutant]) -> Count:
    """Count children of equally fit `namesakes`, and those that hold a link twice."""
    return Count(*_over(namesakes(mutants), lambda a, b: doubled(code.genes(code.mate(a, b)))))


def matched_by_distance(code: Code, mutants: Sequence[Mutant]) -> Count:
    """Count pairs of `namesakes`, and those whose distance, weights left out, is nil."""
    return Count(*_over(namesakes(mutants), lambda a, b: code.distance(a, b) == 0, each=1))


def matched_by_crossover(code: Code, mutants: Sequence[Mutant]) -> Count:
    """Count children of `namesakes` of which the first is fitter, and those with the other's weight in the common link.

    Where the two genes match, about half of the children have it; where they do not, none.
    """

    def from_the_worse(better, worse):
        mine, theirs = (
            {(gene.source, gene.target): gene.weight for gene in code.genes(genome)} for genome in (better, worse)
        )
        common = [place for place in mine.keys() & theirs.keys() if place in places]
        child = {(gene.source, gene.target): gene.weight for gene in code.genes(code.mate_unequal(better, worse))}
        return any(child.get(place) == theirs[place] != mine[place] for place in common)

    places = {mutant.place for mutant in mutants}
    return Count(*_over(namesakes(mutants), from_the_worse))


def tie(code: Code) -> str:
    """Say in words whose unmatched genes a child of equally fit parents gets, one with more genes than the other."""
    founder = code.founder()
    had = {gene.innovation for gene in code.genes(founder)}
    for _ in range(COPIES):
        small, large = code.split(founder), code.split(code.split(founder))
        names = [{gene.innovation for gene in code.genes(genome)} - had for genome in (small, large)]
        if names[0].isdisjoint(names[1]) and len(code.genes(small)) < len(code.genes(large)):
            break
    else:
        return "not determined: no parents without common mutations"
    seen = set()
    for k in range(MATINGS):
        pair = (small, large) if k % 2 else (large, small)
        child = {gene.innovation for gene in code.genes(code.mate(*pair))}
        seen.add((k % 2, *(not names[i].isdisjoint(child) for i in range(2))))
    return _TIES.get(frozenset(seen), "mixed")


# by order of the parents (1: the smaller one first): whether the child has genes of the smaller, of the larger one
_TIES = {
    frozenset({(0, True, True), (1, True, True)}): "both parents'",
    frozenset({(0, True, False), (1, True, False)}): "the smaller parent's",
    frozenset({(0, False, True), (1, False, True)}): "the larger parent's",
    frozenset({(0, True, False), (1, False, True)}): "the second parent's",
    frozenset({(0, False, True), (1, True, False)}): "the first parent's",
    frozenset({(0, False, False), (1, False, False)}): "neither parent's",
}


def doubled(genes: Iterable[Gene]) -> bool:
    """Say whether two of a genome's genes link the same nodes."""
    places = [(gene.source, gene.target) for gene in genes]
    return len(set(places)) < len(places)


def many_names(genomes: Iterable[Iterable[Gene]]) -> Count:
    """Count the pairs of nodes linked anywhere in a population, and those linked under more than one name."""
    names = defaultdict(set)
    for genes in genomes:
        for gene in genes:
            names[gene.source, gene.target].add(gene.innovation)
    return Count(sum(len(found) > 1 for found in names.values()), len(names))


def many_pairs(genomes: Iterable[Iterable[Gene]]) -> Count:
    """Count the names in a population, and those that stand for more than one pair of nodes."""
    pairs = defaultdict(set)
    for genes in genomes:
        for gene in genes:
            pairs[gene.innovation].add((gene.source, gene.target))
    return Count(sum(len(found) > 1 for found in pairs.values()), len(pairs))


def _over(pairs: list[tuple[Any, Any]], so, each: int = MATINGS) -> tuple[int, int]:
    cases = [so(a, b) for a, b in pairs for _ in range(each)]
    return sum(map(bool, cases)), len(cases)
