"""Evolution: a task, settings and random numbers in, a run out."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from hearsay.errors import HearsayError
from hearsay.jit import njit
from hearsay.neat import genome, innovation
from hearsay.neat.reproduction import N_HAPPENED, next_generation
from hearsay.neat.settings import SMALLER, Settings
from hearsay.neat.speciation import SPECIES, assign, begin
from hearsay.neat.start import MINIMAL, populate


class Task(Protocol):
    """What evolution asks of a task; `prove(genomes, k)`, a further test of champions, may be missing."""

    inputs: int
    outputs: int

    def evaluate(self, genomes: genome.Genomes, fitness: np.ndarray) -> int:
        """Set the fitness of every genome; return the place of the first that solves the task, or -1."""


class State(NamedTuple):
    """A generation before it reproduces.

    belongs: (population,) the place of each genome's species among the first n_species of `species`. parentage:
    (population, 2) the places of each genome's parents in the last generation; the second is -1 without crossover, both
    are in the first generation. progress: [threshold, best fitness so far, generations since it rose, species begun so
    far].
    """

    genomes: genome.Genomes
    belongs: np.ndarray
    parentage: np.ndarray
    species: np.ndarray
    n_species: int
    progress: np.ndarray
    record: innovation.Record
    happened: np.ndarray


class Run(NamedTuple):
    """What came of a run.

    solved; evaluations: up to the genome that solved the task, or the budget; generations begun; genes, nodes: of the
    champion, the solver or the best of the last generation; counts, happened: see `innovation` and `reproduction`.
    """

    solved: bool
    evaluations: int
    generations: int
    genes: np.ndarray
    nodes: np.ndarray
    counts: np.ndarray
    happened: np.ndarray


@njit
def _sort(genomes, belongs, species, progress, settings):
    n_species = np.int64(0)
    for k in range(len(belongs)):
        s = assign(genomes, k, genomes, species, n_species, progress[0], settings)
        if s == n_species:
            begin(species, s, progress[3], k)
            progress[3] += 1
            n_species += 1
        species[s].members += 1
        belongs[k] = s
    return n_species


def start(task: Task, settings: Settings, rng: np.random.Generator, kind: str = MINIMAL) -> State:
    """Return the first generation of a task; `kind` is one of `start.STARTS`."""
    n = settings.population
    record = innovation.new_record()
    genomes = populate(kind, task.inputs + 1, task.outputs, record, settings, rng)
    belongs, species = np.zeros(n, np.int64), np.zeros(2 * n, SPECIES)
    progress = np.array([settings.threshold, 0.0, 0.0, 0.0])
    n_species = _sort(genomes, belongs, species, progress, settings)
    happened, parentage = np.zeros(N_HAPPENED, np.int64), np.full((n, 2), -1, np.int64)
    return State(genomes, belongs, parentage, species, n_species, progress, record, happened)


def advance(
    state: State, spare: genome.Genomes, fitness: np.ndarray, settings: Settings, rng: np.random.Generator
) -> tuple[State, genome.Genomes]:
    """Return the next generation, written into `spare` where it fits, and the parents' arrays, which are free now."""
    parents = state.genomes
    # a child has at most the genes of one parent, or of both, and what a mutation adds
    times = 1 if settings.tie == SMALLER else 2
    genes, nodes = times * int(parents.n_genes.max()) + 2, times * int(parents.n_nodes.max()) + 1
    children = genome.with_room(spare, genes, nodes)
    record = innovation.with_room(state.record, 3 * settings.population, settings.link_memory, settings.node_memory)
    record.counts[innovation.GENERATION] += 1
    n_species = next_generation(
        *(parents, children, fitness, state.belongs, state.parentage, state.species, state.n_species),
        *(state.progress, record, state.happened, settings, rng),
    )
    return state._replace(genomes=children, n_species=n_species, record=record), parents


def evolve(
    task: Task,
    settings: Settings,
    rng: np.random.Generator,
    budget: int,
    kind: str = MINIMAL,
    watch: Callable[[int, State, np.ndarray], None] | None = None,
) -> Run:
    """Evolve until the task is solved or the next generation would exceed `budget` evaluations.

    watch(generation, state, fitness) is called after each evaluation of a generation. Raises HearsayError where the
    task gives a fitness that is not a number, or the budget does not suffice for one generation.
    """
    if budget < settings.population:
        raise HearsayError(
            f"neat: budget: expected the {settings.population} evaluations of a generation; got {budget}"
        )
    state = start(task, settings, rng, kind)
    spare = genome.like(state.genomes)
    fitness, generation = np.zeros(settings.population), 1
    while True:
        solver = task.evaluate(state.genomes, fitness)
        if not np.isfinite(fitness).all():
            place = int(np.flatnonzero(~np.isfinite(fitness))[0])
            raise HearsayError(
                f"{type(task).__name__}: the fitness of genome {place} in generation {generation} is {fitness[place]}; "
                "a task must return a finite number"
            )
        last = settings.population - 1 if solver < 0 else solver
        if solver < 0 and hasattr(task, "prove"):
            solver = _champion(task, state, fitness)
        if watch:
            watch(generation, state, fitness)
        if solver >= 0 or (generation + 1) * settings.population > budget:
            break
        state, spare = advance(state, spare, fitness, settings, rng)
        generation += 1
    evaluations = (generation - 1) * settings.population + last + 1 if solver >= 0 else budget
    best = solver if solver >= 0 else int(np.argmax(fitness))
    genes, nodes = genome.one(state.genomes, best)
    return Run(solver >= 0, evaluations, generation, genes, nodes, state.record.counts, state.happened)


def _champion(task: Task, state: State, fitness: np.ndarray) -> int:
    """Put one champion to the task's further test; return its place if it passes, or -1.

    As in the release it is the champion of the best species not tested since it last improved; of the best, if none.
    """
    species = state.species[: state.n_species]
    champions = np.array([_best(state.belongs, fitness, s) for s in range(state.n_species)])
    species["tested"] &= fitness[champions] <= species["best"]
    ranked = np.argsort(-fitness[champions], kind="stable")
    untested = ranked[~species["tested"][ranked]]
    chosen = untested[0] if len(untested) else ranked[0]
    species["tested"][chosen] = True
    return int(champions[chosen]) if task.prove(state.genomes, champions[chosen]) else -1


def _best(belongs: np.ndarray, fitness: np.ndarray, s: int) -> int:
    members = np.flatnonzero(belongs == s)
    return int(members[np.argmax(fitness[members])])
