"""neat-python, end to end on the benchmark's tasks, at rates as near to the 2002 paper's as it has settings for."""

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hearsay.neat import peers_tasks
from hearsay.neat.peers_tasks import POPULATION, XOR, Counts, Tally

NAME = "neat-python"

# Stanley & Miikkulainen (2002), section 4.1, where neat-python has a setting for it. What has no counterpart:
# - the 20 % of genomes whose weights are left alone: each weight is mutated by itself, hence .8 * .9 and .8 * .1
# - a uniform change of at most 2.5: it is Gaussian here, of the same standard deviation
# - the slope 4.9 of the sigmoid: it is 5
# - mutation without crossover, averaging crossover, mating between species: every child has two parents of one species
# - excess and disjoint genes apart; nodes count in the distance, and it is divided by the size of the larger genome
# - a champion only of species with more than five members: of every species
# - a bias input: every node has a bias, mutated like a weight
# - keeping the best species when all stagnate: species_elitism
CONFIG = f"""
[NEAT]
fitness_criterion = max
fitness_threshold = 1e300
no_fitness_termination = True
pop_size = {POPULATION}
reset_on_extinction = True

[DefaultGenome]
num_inputs = {{inputs}}
num_hidden = 0
num_outputs = 1
feed_forward = {{feed_forward}}
initial_connection = full_direct
activation_default = sigmoid
activation_options = sigmoid
activation_mutate_rate = 0
aggregation_default = sum
aggregation_options = sum
aggregation_mutate_rate = 0
compatibility_disjoint_coefficient = 1.0
compatibility_weight_coefficient = 0.4
conn_add_prob = 0.05
conn_delete_prob = 0
node_add_prob = 0.03
node_delete_prob = 0
enabled_default = True
enabled_mutate_rate = 0
weight_init_mean = 0
weight_init_stdev = 1
weight_max_value = 8
weight_min_value = -8
weight_mutate_rate = 0.72
weight_replace_rate = 0.08
weight_mutate_power = 1.44
bias_init_mean = 0
bias_init_stdev = 1
bias_max_value = 8
bias_min_value = -8
bias_mutate_rate = 0.72
bias_replace_rate = 0.08
bias_mutate_power = 1.44
response_init_mean = 1
response_init_stdev = 0
response_max_value = 1
response_min_value = 1
response_mutate_rate = 0
response_replace_rate = 0
response_mutate_power = 0

[DefaultSpeciesSet]
compatibility_threshold = 3.0

[DefaultStagnation]
species_fitness_func = max
max_stagnation = 15
species_elitism = 1

[DefaultReproduction]
elitism = 1
survival_threshold = 0.2
min_species_size = 1
"""


def installed() -> str:
    """Return the version of neat-python, '' where it is not installed."""
    return peers_tasks.installed("neat-python")


def xor(generations: int, seed: int) -> Counts:
    """Evolve feed-forward networks of two inputs for so many generations; a solution does not end the run."""
    from neat.nn import FeedForwardNetwork

    def result(genome, config):
        network = FeedForwardNetwork.create(genome, config)
        return peers_tasks.xor_result([network.activate(inputs)[0] for inputs, _ in XOR])

    return _evolve(configuration(inputs=2, feed_forward=True), result, generations, seed)


def double_poles(generations: int, seed: int, numba: bool, limit: int = 1000) -> Counts:
    """Evolve controllers of two poles with velocities; an evaluation ends after so many control steps.

    numba: the dynamics compiled by numba, otherwise plain Python. The networks may be recurrent, which is the cheaper
    kind to build here, and one pass through it makes an action.
    """
    from neat.nn import RecurrentNetwork

    push = peers_tasks.dynamics(numba)

    def result(genome, config):
        activate = RecurrentNetwork.create(genome, config).activate
        return peers_tasks.balance(lambda inputs: activate(inputs)[0], limit, push)

    return _evolve(configuration(inputs=6, feed_forward=False), result, generations, seed)


def configuration(inputs: int, feed_forward: bool):
    """Return neat-python's Config for `CONFIG`; it reads files only. A run changes it, so each needs its own."""
    import neat

    parts = (neat.DefaultGenome, neat.DefaultReproduction, neat.DefaultSpeciesSet, neat.DefaultStagnation)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "neat.ini"
        path.write_text(CONFIG.format(inputs=inputs, feed_forward=feed_forward))
        return neat.Config(*parts, str(path))


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Give Python's own generator, which neat-python draws from, a seed, and its state back at the end."""
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)


def _evolve(config, result: Callable, generations: int, seed: int) -> Counts:
    import neat

    tally = Tally()

    def evaluate(genomes, config):
        fitnesses = tally.generation([result(genome, config) for _, genome in genomes])
        for (_, genome), fitness in zip(genomes, fitnesses, strict=True):
            genome.fitness = fitness

    with seeded(seed):
        neat.Population(config).run(evaluate, generations)
    return tally.counts()
