"""The slow reference's mutations and reproduction: with `reference`, a whole run in plain Python.

As there, random numbers are drawn in the order in which the code reads.
"""

import math
from dataclasses import dataclass, replace

from hearsay.neat.settings import POSITION
from tests.neat.reference import Gene, Genome, Record, distance, mate, offspring

# Mutation


def between(power, rng):
    return (2 * rng.random() - 1) * power


def mutate(genome, record, settings, rng):
    if rng.random() < settings.add_node:
        add_node(genome, record, settings, rng)
    elif rng.random() < settings.add_link:
        add_link(genome, record, settings, rng)
    else:
        if rng.random() < settings.mutate_weights:
            mutate_weights(genome, settings, rng)
        if rng.random() < settings.toggle:
            toggle(genome, rng)
        if rng.random() < settings.reenable:
            reenable(genome)


def mutate_weights(genome, settings, rng):
    severe = not settings.uniform_weights and rng.random() > 0.5
    n = len(genome.genes)
    for j, gene in enumerate(genome.genes):
        newest = n >= 10 and j > 0.8 * n
        perturbed, new = 1.0, 0.0
        if settings.uniform_weights:
            perturbed, new = 0.9, 0.1
        elif severe or newest:
            perturbed, new = (0.7 if severe else 0.5), 0.2
        change, choice = between(settings.weight_power, rng), rng.random()
        if choice < perturbed + new:
            weight = gene.weight + change if choice < perturbed else change
            gene.weight = max(-settings.weight_cap, min(settings.weight_cap, weight))


def leads_to(genome, start, end):
    reached, front = {start}, [start]
    while front:
        node = front.pop()
        ways = [g.target for g in genome.genes if g.source == node and g.enabled and not g.recurrent]
        front += [n for n in dict.fromkeys(ways) if n not in reached]
        reached |= set(ways)
    return end in reached


def append(genome, record, innovation, weight, source, target, recurrent=False):
    genome.genes.append(Gene(innovation, record.events, weight, source, target, True, recurrent))
    record.events += 1


def add_link(genome, record, settings, rng):
    nodes, sensors = genome.nodes, genome.sensors
    recurrent = rng.random() < settings.recurrent
    for _ in range(settings.tries):
        target = nodes[sensors + int(rng.random() * (len(nodes) - sensors))]
        source = nodes[int(rng.random() * len(nodes))]
        if recurrent and rng.random() < 0.5:
            source = target
        if not genome.has_link(source, target) and leads_to(genome, target, source) == recurrent:
            innovation, weight = record.link(source, target, between(settings.link_power, rng))
            append(genome, record, innovation, weight, source, target, recurrent)
            return


def gene_to_split(genome, rng):
    genes, bias = genome.genes, genome.nodes[genome.sensors - 1]
    if len(genes) < 15:
        split = [gene.enabled and gene.source != bias for gene in genes]
        for gene in genes[split.index(True) :] if any(split) else []:
            if gene.source != bias and not rng.random() < 0.3:
                return gene if gene.enabled else None
        return None
    for _ in range(20):
        gene = genes[int(rng.random() * len(genes))]
        if gene.enabled and gene.source != bias:
            return gene
    return None


def add_node(genome, record, settings, rng):
    old = gene_to_split(genome, rng)
    if not old:
        return
    old.enabled = False
    node = record.split(old.innovation, genome.nodes)
    if settings.identity == POSITION:
        node = insert_node(genome, old.target)
    genome.nodes.append(node)
    first, _ = record.link(old.source, node, 1.0)
    append(genome, record, first, 1.0, old.source, node, old.recurrent)
    second, _ = record.link(node, old.target, old.weight)
    append(genome, record, second, old.weight, node, old.target)


def insert_node(genome, target):
    """Make room for a node before `target`, or before the outputs if it is one of them; the rest moves up by one."""
    outputs = sorted(genome.nodes)[-genome.outputs :]
    place = min(target, outputs[0])

    def moved(node):
        return node + 1 if node >= place else node

    genome.nodes = [moved(node) for node in genome.nodes]
    for gene in genome.genes:
        gene.source, gene.target = moved(gene.source), moved(gene.target)
        gene.innovation = (gene.source, gene.target)
    return place


def toggle(genome, rng):
    chosen = int(rng.random() * len(genome.genes))
    if not genome.genes:
        return
    gene = genome.genes[chosen]
    others = [g for g in genome.genes if g is not gene and g.enabled and g.source == gene.source]
    gene.enabled = not gene.enabled or not others


def reenable(genome):
    disabled = [gene for gene in genome.genes if not gene.enabled]
    if disabled:
        disabled[0].enabled = True


# Reproduction


@dataclass
class Species:
    number: int
    representative: Genome
    members: list[int]
    new: bool = True
    age: int = 1
    last_improved: int = 0
    best: float = 0.0


@dataclass
class Population:
    """A generation; `next_generation` turns it into the next."""

    settings: object
    rng: object
    record: Record
    genomes: list[Genome]
    species: list[Species]
    threshold: float
    best: float = 0.0
    since: int = 0  # generations without a better fitness
    begun: int = 0

    def place(self, k, genome):
        """Put genome k into the first species that it is compatible with, or a new one."""
        for one in self.species:
            if self.threshold == math.inf or distance(genome, one.representative, self.settings) < self.threshold:
                one.members.append(k)
                return
        self.species.append(Species(self.begun, genome.copy(), [k]))
        self.begun += 1

    def next_generation(self, fitness):
        settings, rng = self.settings, self.rng
        adjusted = self.shared(fitness)
        pools = [sorted(one.members, key=lambda i: -adjusted[i]) for one in self.species]
        ranked = sorted(range(len(pools)), key=lambda s: -fitness[pools[s][0]])
        due = offspring(adjusted, [one.members for one in self.species])
        champions = self.refocused(fitness[pools[ranked[0]][0]], due, ranked)
        parents, self.genomes = self.genomes, []
        for one, pool in zip(self.species, pools, strict=True):
            chosen = int(rng.random() * len(pool)) if settings.random_representative else 0
            one.representative, one.members, one.new = parents[pool[chosen]], [], False
        for s, pool in enumerate(pools):
            parenting = pool[: int(settings.survival * len(pool) + 1)]
            elite = due[s] > settings.champion
            for left in range(due[s], 0, -1):
                child = parents[pool[0]].copy()
                if champions[s]:
                    if left > 1:
                        self.vary(child)
                elif elite:
                    elite = False
                else:
                    child = self.child(s, parenting, pools, ranked, parents, fitness)
                self.place(len(self.genomes), child)
                self.genomes.append(child)
        self.species = [replace(one, age=one.age + (not one.new)) for one in self.species if one.members]
        if settings.species:
            wrong = (len(self.species) > settings.species) - (len(self.species) < settings.species)
            self.threshold = max(self.threshold + 0.3 * wrong, 0.3)

    def shared(self, fitness):
        adjusted = [0.0] * len(fitness)
        for one in self.species:
            stagnant = one.age - one.last_improved + 1 >= self.settings.stagnation
            best = max(fitness[i] for i in one.members)
            if best > one.best:
                one.best, one.last_improved = best, one.age
            for i in one.members:
                value = fitness[i] * (0.01 if stagnant else 1.0)
                adjusted[i] = (value if value >= 0 else 0.0001) / len(one.members)
        return adjusted

    def refocused(self, best, due, ranked):
        """Which species have copies of their champion for offspring; `due` is changed if there are any."""
        self.since = 0 if best > self.best else self.since + 1
        self.best = max(best, self.best)
        champions = [False] * len(due)
        if self.settings.delta_coding and self.since >= self.settings.stagnation + 5:
            self.since = 0
            population, two = sum(due), ranked[:2]
            due[:] = [0] * len(due)
            for s, share in zip(two, (population // 2, population - population // 2), strict=False):
                due[s], champions[s] = share if len(two) > 1 else population, True
                self.species[s].last_improved = self.species[s].age
        return champions

    def vary(self, child):
        if self.settings.add_link == 0 or self.rng.random() < 0.8:
            mutate_weights(child, self.settings, self.rng)
        else:
            add_link(child, self.record, self.settings, self.rng)

    def child(self, s, parenting, pools, ranked, parents, fitness):
        settings, rng = self.settings, self.rng
        if rng.random() < settings.mutate_only or len(parenting) == 1:
            child = parents[parenting[int(rng.random() * len(parenting))]].copy()
            mutate(child, self.record, settings, rng)
            return child
        mom = parenting[int(rng.random() * len(parenting))]
        if rng.random() < settings.interspecies:
            dad = pools[self.other(s, ranked)][0]
        else:
            dad = parenting[int(rng.random() * len(parenting))]
        child, _ = mate(parents[mom], parents[dad], fitness[mom], fitness[dad], settings, rng)
        same = mom == dad or distance(parents[mom], parents[dad], settings) == 0
        if same or rng.random() >= settings.mate_only:
            mutate(child, self.record, settings, rng)
        return child

    def other(self, s, ranked):
        other = s
        for _ in range(5):
            spread = min(self.rng.standard_normal() / 4, 1.0)
            other = ranked[max(math.floor(spread * (len(ranked) - 1) + 0.5), 0)]
            if other != s:
                break
        return other
