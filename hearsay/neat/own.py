"""NEAT for one's own work: a task from a fitness function, evolution by seed, and a champion to keep.

>>> from hearsay.neat.own import FitnessTask, evolve
>>> def fitness(network):
...     answers = network([[0, 0], [0, 1], [1, 0], [1, 1]])[:, 0]
...     return 4 - abs(answers - [0, 1, 1, 0]).sum()
>>> result = evolve(FitnessTask(fitness, inputs=2, outputs=1, solved_at=3.9), seed=1)
>>> result.solved
True
>>> [round(float(answer)) for answer in result.champion([[0, 0], [0, 1], [1, 0], [1, 1]])[:, 0]]
[0, 1, 1, 0]

A function compiled by numba runs at the engine's speed: it asks the network by `settle`, `reset` and `step`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from hearsay.errors import HearsayError
from hearsay.neat import evolve as evolution
from hearsay.neat.champion import Champion, from_plain
from hearsay.neat.drawing import draw
from hearsay.neat.genome import one
from hearsay.neat.logic import XOR, Parity
from hearsay.neat.phenotype import phenotype, reset, settle, settle_all, step
from hearsay.neat.poles import BIAS, Poles, PolesWithoutVelocities
from hearsay.neat.settings import Settings, settings
from hearsay.neat.start import MINIMAL, STARTS

__all__ = [
    "XOR", "Champion", "FitnessTask", "Parity", "Poles", "PolesWithoutVelocities", "Result", "Settings", "draw",
    "evolve", "from_plain", "reset", "settings", "settle", "settle_all", "step",
]  # fmt: skip


class FitnessTask:
    """A task given by the fitness of one network.

    Parameters
    ----------
    fitness
        Takes a `Phenotype`, at rest, and returns a number of 0 or more, the higher the better; it must not depend on
        what it returned before. A function compiled by numba is called from compiled code.
    inputs, outputs
        Numbers of inputs, without the bias, and of outputs.
    solved_at
        Fitness from which on the task counts as solved; by default it never does.
    bias
        The value of the bias sensor.

    Raises
    ------
    HearsayError
        Something else was given; or, while it runs, the fitness is no finite number of 0 or more, or does not compile.

    """

    def __init__(
        self, fitness: Callable[..., float], inputs: int, outputs: int, solved_at: float = np.inf, bias: float = 1.0
    ):
        """Take the fitness function and what the network looks like."""
        if not callable(fitness):
            raise HearsayError(f"FitnessTask: fitness: expected a function of a network; got {fitness!r:.60}")
        for name, value in (("inputs", inputs), ("outputs", outputs)):
            if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
                raise HearsayError(f"FitnessTask: {name}: expected a whole number of 1 or more; got {value!r:.60}")
        for name, value in (("solved_at", solved_at), ("bias", bias)):
            if not isinstance(value, int | float | np.number) or np.isnan(value):
                raise HearsayError(f"FitnessTask: {name}: expected a number; got {value!r:.60}")
        self.inputs, self.outputs = int(inputs), int(outputs)
        self.fitness, self.solved_at, self.bias = fitness, float(solved_at), float(bias)
        self._name = getattr(fitness, "__name__", type(fitness).__name__)

    def evaluate(self, genomes, fitness: np.ndarray) -> int:
        """Set the fitness of every genome; return the place of the first that solves the task, or -1."""
        if hasattr(self.fitness, "py_func"):
            self._evaluate_compiled(genomes, fitness)
        else:
            for k in range(len(fitness)):
                fitness[k] = self._number(self.fitness(phenotype(genomes, k, self.bias)), k)
        if (fitness < 0).any():
            k = int(np.argmax(fitness < 0))
            raise HearsayError(f"{self._name}: the fitness of genome {k} is {fitness[k]}; expected a number from 0 on")
        solvers = np.flatnonzero(fitness >= self.solved_at)
        return int(solvers[0]) if len(solvers) else -1

    def _number(self, value: Any, k: int) -> float:
        try:
            return float(value)
        except (TypeError, ValueError):
            raise HearsayError(
                f"{self._name}: expected a number as the fitness of genome {k}; got {value!r:.60}"
            ) from None

    def _evaluate_compiled(self, genomes, fitness: np.ndarray) -> None:
        from numba.core.errors import NumbaError

        try:
            _loop(self.fitness)(genomes, self.bias, fitness)
        except NumbaError as error:
            said = next((line for line in str(error).splitlines() if "Error" in line or "Failed" not in line), "")
            raise HearsayError(f"{self._name}: numba does not compile it: {said.strip():.150}") from None


@cache
def _loop(fitness_of: Callable) -> Callable:
    import numba

    # compiled anew in every process: a function of the reader's own is outside what the cache on disk is keyed by
    @numba.njit
    def loop(genomes, bias, fitness):
        for k in range(len(fitness)):
            fitness[k] = fitness_of(phenotype(genomes, k, bias))

    return loop


class Result(NamedTuple):
    """What came of an evolution.

    solved; fitness: of the champion; evaluations: up to the genome that solved the task, or the budget; generations
    begun; champion: the genome that solved the task, or else the fittest of the whole run.
    """

    solved: bool
    fitness: float
    evaluations: int
    generations: int
    champion: Champion


def evolve(
    task: evolution.Task,
    settings: Settings | Mapping[str, Any] | None = None,
    seed: int | np.random.Generator = 0,
    budget: int = 100_000,
    start: str = MINIMAL,
    watch: Callable[[int, evolution.State, np.ndarray], None] | None = None,
) -> Result:
    """Evolve networks for a task.

    Parameters
    ----------
    task
        A `FitnessTask`, one of this module's tasks, or whatever follows the protocol `hearsay.neat.evolve.Task`.
    settings
        `Settings`, or those that differ from the defaults, such as {"population": 300, "tie": "both"}.
    seed
        Seed, or a generator, of all random numbers: a run depends on the task, the settings and the seed only.
    budget
        Evaluations after which the run ends unsolved.
    start
        The first population, one of "minimal", "full", "random".
    watch
        Called as watch(generation, state, fitness) after each evaluation of a generation.

    Raises
    ------
    HearsayError
        One line: a setting that does not exist or cannot be, a budget below one generation, or a task that returns
        what is no finite number.

    """
    given = _settings(settings)
    if not isinstance(budget, int | np.integer) or budget < given.population:
        raise HearsayError(
            f"evolve: budget: expected {given.population} evaluations, a generation, or more; got {budget!r}"
        )
    if start not in STARTS:
        raise HearsayError(f"evolve: start: expected one of {', '.join(STARTS)}; got {start!r}")
    for name in ("inputs", "outputs", "evaluate"):
        if not hasattr(task, name):
            raise HearsayError(f"evolve: task: expected a task, such as FitnessTask(...); {task!r:.60} has no {name}")
    best = _Best(watch)
    run = evolution.evolve(task, given, _generator(seed), budget, start, best)
    if run.solved:
        best.keep(run.genes, run.nodes)
    champion = Champion(best.genes, best.nodes, task.inputs, task.outputs, _bias(task))
    return Result(run.solved, best.fitness, run.evaluations, run.generations, champion)


class _Best:
    """Watches a run and keeps its fittest genome."""

    def __init__(self, watch: Callable | None):
        self.watch, self.fitness = watch, -np.inf

    def __call__(self, generation: int, state: evolution.State, fitness: np.ndarray) -> None:
        self.last = state.genomes, fitness
        k = int(np.argmax(fitness))
        if fitness[k] > self.fitness:
            self.fitness = float(fitness[k])
            self.genes, self.nodes = one(state.genomes, k)
        if self.watch:
            self.watch(generation, state, fitness)

    def keep(self, genes: np.ndarray, nodes: np.ndarray) -> None:
        """Keep this genome of the last generation, the fittest or not."""
        genomes, fitness = self.last
        same = (k for k in range(len(fitness)) if np.array_equal(one(genomes, k)[0], genes))
        self.genes, self.nodes, self.fitness = genes, nodes, float(fitness[next(same)])


def _settings(given: Settings | Mapping[str, Any] | None) -> Settings:
    if given is None or isinstance(given, Settings):
        return settings(given)
    if not isinstance(given, Mapping):
        raise HearsayError(f"evolve: settings: expected Settings, or a dict of those that differ; got {given!r:.60}")
    return settings(**given)


def _generator(seed: int | np.random.Generator) -> np.random.Generator:
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise HearsayError(f"evolve: seed: expected a whole number of 0 or more; got {seed!r:.60}") from None


def _bias(task: evolution.Task) -> float:
    return getattr(task, "bias", BIAS if isinstance(task, Poles | PolesWithoutVelocities) else 1.0)
