"""MultiNEAT, end to end on the benchmark's tasks, at rates as near to the 2002 paper's as it has parameters for.

An optional peer: where it is not installed `installed` returns '' and the benchmark leaves it out.
"""

from collections.abc import Callable

from hearsay.neat import peers_tasks
from hearsay.neat.peers_tasks import POPULATION, XOR, Counts, Tally

NAME = "MultiNEAT"
BIAS_XOR, BIAS_POLES = 1.0, 0.5  # MultiNEAT takes its last input as the bias
PASSES = (
    5  # through a network for one answer, as in MultiNEAT's examples; its ActivateAllLayers crashes in version 0.12
)

# Stanley & Miikkulainen (2002), section 4.1, and the C++ release. What has no counterpart, or another meaning:
# - a mutation is of exactly one kind, drawn in proportion to the rates: .03, .05 and the weights' .8
# - a split link leaves the genome instead of being disabled; so no gene is disabled at all
# - the paper's threshold holds without division by the size of the genome, hence NormalizeGenomeSize; fixed at 3 it
#   makes some 70 species here, so it starts there and moves, MultiNEAT's default, towards 5 to 10 species
# - a species' best share EliteFraction passes on unchanged, however small the species and on top of its offspring:
#   the population exceeds its size by about one genome a species
# - young species are favoured and old ones punished by default: the factors are 1
# - the innovations' record is kept for the whole run, MultiNEAT's default, unless `forever` is false
PARAMETERS = {
    "PopulationSize": POPULATION,
    "DynamicCompatibility": True,
    "MinSpecies": 5,
    "MaxSpecies": 10,
    "NormalizeGenomeSize": False,
    "CompatTreshold": 3.0,
    "CompatTresholdModifier": 0.3,
    "ExcessCoeff": 1.0,
    "DisjointCoeff": 1.0,
    "WeightDiffCoeff": 0.4,
    "SpeciesDropoffAge": 15,
    "YoungAgeFitnessBoost": 1.0,
    "OldAgePenalty": 1.0,
    "SurvivalRate": 0.2,
    "CrossoverRate": 0.75,
    "OverallMutationRate": 0.8,
    "InterspeciesCrossoverRate": 0.001,
    "MultipointCrossoverRate": 0.6,
    "RouletteWheelSelection": False,
    "MutateAddNeuronProb": 0.03,
    "MutateAddLinkProb": 0.05,
    "MutateRemLinkProb": 0.0,
    "MutateRemSimpleNeuronProb": 0.0,
    "RecurrentProb": 0.0,
    "MutateWeightsProb": 0.8,
    "MutateWeightsSevereProb": 0.0,
    "WeightMutationRate": 1.0,
    "WeightReplacementRate": 0.1,
    "WeightMutationMaxPower": 2.5,
    "WeightReplacementMaxPower": 2.5,
    "MaxWeight": 8.0,
    "MinActivationA": 4.9,
    "MaxActivationA": 4.9,
    "ActivationFunction_UnsignedSigmoid_Prob": 1.0,
    "MutateNeuronTraitsProb": 0.0,
    "MutateLinkTraitsProb": 0.0,
}


def installed() -> str:
    """Return the version of MultiNEAT, '' where it is not installed."""
    return peers_tasks.installed("multineat")


def xor(generations: int, seed: int) -> Counts:
    """Evolve networks of two inputs and a bias for so many generations; a solution does not end the run."""
    return _evolve(population(parameters(), 3, seed), _xor_result, generations)


def evolved_xor(generations: int, seed: int, forever: bool, **changed: float) -> list:
    """Return the genomes that so many generations of XOR lead to, with some parameters changed."""
    evolving = population(parameters(forever, **changed), 3, seed)
    _evolve(evolving, _xor_result, generations)
    # the genomes live in the population: copies outlive it
    return [type(genome)(genome) for genome in _genomes(evolving)]


def _xor_result(genome):
    from multineat import NeuralNetwork

    network, outputs = NeuralNetwork(), []
    genome.BuildPhenotype(network)
    for inputs, _ in XOR:
        network.Flush()
        network.Input([*inputs, BIAS_XOR])
        for _ in range(PASSES):
            network.ActivateFast()
        outputs.append(network.Output()[0])
    return peers_tasks.xor_result(outputs)


def double_poles(generations: int, seed: int, numba: bool, limit: int = 1000) -> Counts:
    """Evolve controllers of two poles with velocities; an evaluation ends after so many control steps.

    numba: the dynamics compiled by numba, otherwise plain Python. One pass through the network makes an action.
    """
    from multineat import NeuralNetwork

    push = peers_tasks.dynamics(numba)

    def result(genome):
        network = NeuralNetwork()
        genome.BuildPhenotype(network)
        network.Flush()
        feed, activate, read = network.Input, network.ActivateFast, network.Output

        def act(inputs):
            feed([*inputs, BIAS_POLES])
            activate()
            return read()[0]

        return peers_tasks.balance(act, limit, push)

    return _evolve(population(parameters(), 7, seed), result, generations)


def parameters(forever: bool = True, **changed: float):
    """Return MultiNEAT's Parameters for `PARAMETERS`; forever: keep the record of innovations for the whole run."""
    from multineat import Parameters

    made = Parameters()
    for name, value in {**PARAMETERS, "InnovationsForever": forever, **changed}.items():
        setattr(made, name, value)
    return made


def founder(made, inputs: int):
    """Return the genome that every run starts from: each input, the bias among them, linked to one output."""
    from multineat import ActivationFunction, Genome

    sigmoid = ActivationFunction.UNSIGNED_SIGMOID
    return Genome(0, inputs, 0, 1, False, sigmoid, sigmoid, 0, made, 0)


def population(made, inputs: int, seed: int):
    """Return MultiNEAT's Population of copies of the founder, their weights drawn from [-1, 1]."""
    from multineat import Population

    drawn = Population(founder(made, inputs), made, True, 1.0, seed)
    drawn.RNG.Seed(seed)
    return drawn


def _genomes(evolving) -> list:
    return [genome for species in evolving.Species for genome in species.Individuals]


def _evolve(evolving, result: Callable, generations: int) -> Counts:
    tally = Tally()
    for _ in range(generations):
        genomes = _genomes(evolving)
        fitnesses = tally.generation([result(genome) for genome in genomes])
        for genome, fitness in zip(genomes, fitnesses, strict=True):
            genome.SetFitness(fitness)
            genome.SetEvaluated()
        evolving.Epoch()
    return tally.counts()
