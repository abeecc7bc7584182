"""neat-python and MultiNEAT, each through its own functions, as the probes want them."""

import copy
import itertools
from collections.abc import Callable, Sequence
from typing import Any

from hearsay.neat import peers_multineat, peers_neat_python, peers_tasks
from hearsay.neat.implementations_probes import Gene
from hearsay.neat.peers_tasks import XOR

INPUTS = 3
ADD_NODE, ADD_LINK = 0.3, 0.5  # in the evolved population, ten times the paper's so that structure grows


class NeatPython:
    """neat-python. It draws from Python's own generator: use it within `peers_neat_python.seeded`."""

    def __init__(self):
        """Set up a population of founders; its turn of the generation is the code's own."""
        import neat

        self.config = peers_neat_python.configuration(INPUTS, feed_forward=True)
        self.population = neat.Population(self.config)

    def founder(self):
        """Return the first genome of the population."""
        return copy.deepcopy(self.population.population[min(self.population.population)])

    def link(self, genome):
        """Return a copy after `mutate_add_connection`."""
        return self._mutated(genome, "mutate_add_connection")

    def split(self, genome):
        """Return a copy after `mutate_add_node`."""
        return self._mutated(genome, "mutate_add_node")

    def next_generation(self) -> None:
        """Let the population breed once, all genomes equally fit."""
        self.population.run(_equally_fit, 1)

    def genes(self, genome) -> list[Gene]:
        """Return the genes; before version 1.0 they had no number."""
        return [
            Gene(*pair, getattr(gene, "innovation", pair), gene.weight) for pair, gene in genome.connections.items()
        ]

    def mate(self, mother, father):
        """Return what `configure_crossover` makes of equally fit parents."""
        return self._child(mother, father, 1.0, 1.0)

    def mate_unequal(self, better, worse):
        """Return what it makes of a fitter and another parent."""
        return self._child(better, worse, 2.0, 1.0)

    def distance(self, one, other) -> float:
        """Return the distance of the genomes, all weights alike."""
        one, other = copy.deepcopy(one), copy.deepcopy(other)
        for genome in (one, other):
            for gene in (*genome.connections.values(), *genome.nodes.values()):
                gene.weight = gene.bias = 0.0
                gene.enabled = True
        return one.distance(other, self.config.genome_config)

    def evolve(self, generations: int) -> Sequence[Any]:
        """Return a fresh population after so many generations of XOR."""
        import neat
        from neat.nn import FeedForwardNetwork

        def evaluate(genomes, config):
            for _, genome in genomes:
                network = FeedForwardNetwork.create(genome, config)
                genome.fitness = peers_tasks.xor_result([network.activate(inputs)[0] for inputs, _ in XOR])[0]

        config = peers_neat_python.configuration(len(XOR[0][0]), feed_forward=True)
        config.genome_config.node_add_prob, config.genome_config.conn_add_prob = ADD_NODE, ADD_LINK
        population = neat.Population(config)
        population.run(evaluate, generations)
        return list(population.population.values())

    def _mutated(self, genome, how: str):
        genome = copy.deepcopy(genome)
        getattr(genome, how)(self.config.genome_config)
        return genome

    def _child(self, one, other, fitness_one: float, fitness_other: float):
        one, other = copy.deepcopy(one), copy.deepcopy(other)
        one.fitness, other.fitness = fitness_one, fitness_other
        child = type(one)(0)
        child.configure_crossover(one, other, self.config.genome_config)
        return child


class MultiNeat:
    """MultiNEAT; its Python interface hides a population's record of innovations, so the probes keep one apart."""

    def __init__(self, forever: bool, seed: int):
        """Keep the record for the whole run, its default, or for a generation (`InnovationsForever` false)."""
        from multineat import RNG, InnovationDatabase

        self.forever, self.seed = forever, seed
        self.plain = peers_multineat.parameters(forever)
        self.rng, self.record = RNG(), InnovationDatabase()
        self.rng.Seed(seed)
        self.ids = itertools.count(1)
        self.record.Init_with_genome(self.founder())

    def founder(self):
        """Return its starting genome."""
        return peers_multineat.founder(self.plain, INPUTS)

    def link(self, genome):
        """Return a copy after a mutation, drawn from link mutations alone."""
        return self._mutated(genome, MutateAddLinkProb=1.0)

    def split(self, genome):
        """Return a copy after a mutation, drawn from node mutations alone."""
        return self._mutated(genome, MutateAddNeuronProb=1.0)

    def next_generation(self) -> None:
        """Flush the record where `Population::Epoch` does; `evolve` shows the same of a population."""
        if not self.forever:
            self.record.Flush()

    def genes(self, genome) -> list[Gene]:
        """Return the genes."""
        return [Gene(gene.FromNeuronID, gene.ToNeuronID, gene.InnovationID, gene.Weight) for gene in genome.LinkGenes]

    def mate(self, mother, father):
        """Return what `Mate` makes of equally fit parents of one species, without averaging."""
        return self._child(mother, father, 1.0, 1.0)

    def mate_unequal(self, better, worse):
        """Return what it makes of a fitter and another parent."""
        return self._child(better, worse, 2.0, 1.0)

    def distance(self, one, other) -> float:
        """Return the distance of the genomes, weights left out."""
        return one.CompatibilityDistance(other, peers_multineat.parameters(self.forever, WeightDiffCoeff=0.0))

    def evolve(self, generations: int) -> Sequence[Any]:
        """Return a population after so many generations of XOR."""
        rates = {"MutateAddNeuronProb": ADD_NODE, "MutateAddLinkProb": ADD_LINK}
        return peers_multineat.evolved_xor(generations, self.seed, self.forever, **rates)

    def _mutated(self, genome, **rates: float):
        from multineat import Genome, SearchMode

        only = dict.fromkeys(("MutateAddLinkProb", "MutateAddNeuronProb", "MutateWeightsProb"), 0.0) | rates
        genome = Genome(genome)
        genome.SetID(next(self.ids))  # with the same one it would be its own parent's self, and `Mate` do nothing
        genome.Mutate(
            False, SearchMode.COMPLEXIFYING, self.record, peers_multineat.parameters(self.forever, **only), self.rng
        )
        return genome

    def _child(self, one, other, fitness_one: float, fitness_other: float):
        one.SetFitness(fitness_one)
        other.SetFitness(fitness_other)
        return one.Mate(other, False, False, self.rng, self.plain)


def _equally_fit(genomes, config) -> None:
    for _, genome in genomes:
        genome.fitness = 1.0


AVAILABLE: dict[tuple[str, str], Callable[[int], Any]] = {
    (peers_neat_python.NAME, ""): lambda seed: NeatPython(),
    (peers_multineat.NAME, "InnovationsForever = true, the default"): lambda seed: MultiNeat(True, seed),
    (peers_multineat.NAME, "InnovationsForever = false"): lambda seed: MultiNeat(False, seed),
}
VERSIONS = {peers_neat_python.NAME: peers_neat_python.installed, peers_multineat.NAME: peers_multineat.installed}
