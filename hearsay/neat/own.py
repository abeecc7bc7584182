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

A function compiled by numba runs at the engine's speed: it asks the network by `settle`, `settle_all`, `reset` and
`step`; it is called on a champion as `fitness(champion.network)`. An index outside an array is not noticed there: it
reads what stands in memory. Try it plain first, as `fitness.py_func`, or compile it by `@njit(boundscheck=True)`.

The first run compiles the engine, about 20 s, once; a compiled fitness takes about 1 s more in every process.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from hearsay.errors import HearsayError
from hearsay.neat import evolve as evolution
from hearsay.neat.champion import Champion, from_plain
from hearsay.neat.checks import shown, whole
from hearsay.neat.drawing import draw
from hearsay.neat.genome import Genomes, one
from hearsay.neat.logic import XOR, Parity
from hearsay.neat.phenotype import phenotype, reset, settle, settle_all, step
from hearsay.neat.poles import BIAS, Poles, PolesWithoutVelocities
from hearsay.neat.settings import FOREVER, Settings, settings
from hearsay.neat.start import MINIMAL, STARTS
from hearsay.progress import log

__all__ = [
    "FOREVER", "XOR", "Champion", "FitnessTask", "HearsayError", "Parity", "Poles", "PolesWithoutVelocities", "Result",
    "Settings", "draw", "evolve", "from_plain", "reset", "settings", "settle", "settle_all", "step",
]  # fmt: skip

INTERFACE = (
    "a compiled fitness takes one argument and asks it by settle(network, inputs), settle_all(network, cases), "
    "step(network, inputs) and reset(network)"
)
NO_NUMBER = "expected a number as the fitness; the function returns something else"


class FitnessTask:
    """A task given by the fitness of one network.

    Parameters
    ----------
    fitness
        Takes a `Phenotype`, at rest, and returns a finite number of 0 or more, the higher the better; it must not
        depend on what it returned before. A function compiled by numba is called from compiled code. One that asks
        step by step should begin with `network.reset()`, so that it can be called on a champion again and again.
    inputs, outputs
        Numbers of inputs, without the bias, and of outputs.
    solved_at
        Fitness from which on the task counts as solved; by default it never does.
    bias
        The value of the bias sensor.

    Raises
    ------
    HearsayError
        Something else was given; or, while it runs, the fitness is no number, or does not compile.

    """

    def __init__(
        self, fitness: Callable[..., float], inputs: int, outputs: int, solved_at: float = np.inf, bias: float = 1.0
    ):
        """Take the fitness function and what the network looks like."""
        if not callable(fitness):
            raise HearsayError(f"FitnessTask: fitness: expected a function of a network; got {shown(fitness)}")
        self.inputs = whole("FitnessTask: inputs", inputs, 1)
        self.outputs = whole("FitnessTask: outputs", outputs, 1)
        for name, value in (("solved_at", solved_at), ("bias", bias)):
            if not isinstance(value, int | float | np.number) or np.isnan(value):
                raise HearsayError(f"FitnessTask: {name}: expected a number; got {shown(value)}")
        self.fitness, self.solved_at, self.bias = fitness, float(solved_at), float(bias)
        self.name = getattr(fitness, "__name__", type(fitness).__name__)

    def evaluate(self, genomes: Genomes, fitness: np.ndarray) -> int:
        """Set the fitness of every genome; return the place of the first that solves the task, or -1."""
        if hasattr(self.fitness, "py_func"):
            self._evaluate_compiled(genomes, fitness)
        else:
            for k in range(len(fitness)):
                fitness[k] = self._number(self.fitness(phenotype(genomes, k, self.bias)), k)
        solvers = np.flatnonzero(fitness >= self.solved_at)
        return int(solvers[0]) if len(solvers) else -1

    def _number(self, value: Any, k: int) -> float:
        try:
            if not isinstance(value, str | bytes):
                return float(value)
        except (TypeError, ValueError):
            pass
        raise HearsayError(f"{self.name}: expected a number as the fitness of genome {k}; got {shown(value)}")

    def _evaluate_compiled(self, genomes: Genomes, fitness: np.ndarray) -> None:
        try:
            _loop(self.fitness)(genomes, self.bias, fitness)
        except Exception as error:
            wrong = _not_compiled(error)
            if not wrong:
                raise
            raise HearsayError(f"{self.name}: {wrong}") from None


def _not_compiled(error: Exception) -> str:
    """Return in one line why numba refuses a fitness; an empty one where the error is the fitness's own."""
    text, of_numba = str(error), type(error).__module__.startswith("numba")
    if not of_numba and not isinstance(error, TypeError):
        return ""
    lines = [line.strip(" >") for line in text.splitlines() if line.strip() and "Failed in" not in line] or [""]
    said = " ".join(lines[: 2 if lines[0].endswith(":") else 1])
    if f"setitem at {__file__}" in text or "unify return type" in text or text == "expected float64, got None":
        return NO_NUMBER
    if "Phenotype(" in said or settle.py_func.__code__.co_filename in text:
        return INTERFACE
    if "reflected" in text:
        return f"numba does not compile it: write a list or set as a NumPy array; {said:.150}"
    return f"numba does not compile it: {said:.150}" if of_numba else ""


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

    solved; fitness: of the champion; evaluations: up to the genome that solved the task, or the budget, or all until
    `watch` ended the run; generations begun; champion: the genome that solved the task, or else the fittest of all.
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
    watch: Callable[[int, np.ndarray, Champion], Any] | None = None,
) -> Result:
    """Evolve networks for a task.

    Parameters
    ----------
    task
        A `FitnessTask`, one of this module's tasks, or whatever follows the protocol `hearsay.neat.evolve.Task`.
    settings
        `Settings`, or a dict of those that differ from the defaults, such as {"population": 300, "tie": "both"}; what
        each means, `help(Settings)` says. A task that asks for memory needs `recurrent` above 0.
    seed
        Seed, or a generator, of all random numbers: a run depends on the task, the settings and the seed only.
    budget
        Evaluations after which the run ends unsolved.
    start
        The first population: "minimal", every input linked to every output, as in the paper; "full", with a layer of
        10 hidden nodes between them; "random", with up to 10 hidden nodes and three in ten of the possible links.
    watch
        Called as watch(generation, fitness, champion) after each evaluation of a generation: a copy of the fitness of
        its genomes, and the fittest genome so far, or the one that solved the task. The run ends where it returns
        True. An interrupted run (Ctrl-C) returns nothing, but `watch` may have kept its champion.

    Raises
    ------
    HearsayError
        One line: a setting that does not exist or cannot be, a budget below one generation, or a task that gives a
        fitness that is no finite number of 0 or more.

    """
    given = _settings(settings)
    budget = _budget(budget, given.population)
    if start not in STARTS:
        raise HearsayError(f"evolve: start: expected one of {', '.join(STARTS)}; got {shown(start)}")
    for name in ("inputs", "outputs", "evaluate"):
        if not hasattr(task, name):
            raise HearsayError(f"evolve: task: expected a task, such as FitnessTask(...); {shown(task)} has no {name}")
    if watch is not None and not callable(watch):
        raise HearsayError(f"evolve: watch: expected a function of generation, fitness, champion; got {shown(watch)}")
    rng = _generator(seed)
    _announce()
    watched = _Watched(task, watch)
    try:
        run = evolution.evolve(watched, given, rng, budget, start, watched)
    except _Ended:
        evaluations, generations = watched.generation * given.population, watched.generation
    else:
        evaluations, generations = run.evaluations, run.generations
    return Result(watched.solver >= 0, watched.fitness, evaluations, generations, watched.champion)


class _Ended(Exception):  # noqa: N818 (no error)
    """The reader's `watch` ended the run."""


class _Watched:
    """A task that checks every fitness, and the watch of its run, which keeps the champion."""

    def __init__(self, task: evolution.Task, watch: Callable | None):
        self.task, self.watch = task, watch
        self.inputs, self.outputs = task.inputs, task.outputs
        self.generation, self.solver, self.fitness = 0, -1, -np.inf
        if hasattr(task, "prove"):
            self.prove = self._prove

    def evaluate(self, genomes: Genomes, fitness: np.ndarray) -> int:
        self.generation += 1
        self.solver = self.task.evaluate(genomes, fitness)
        wrong = ~(np.isfinite(fitness) & (fitness >= 0))
        if wrong.any():
            k = int(np.argmax(wrong))
            name = getattr(self.task, "name", type(self.task).__name__)
            advice = "; add a constant to a cost" if -np.inf < fitness[k] < 0 else ""
            raise HearsayError(
                f"{name}: the fitness of genome {k} in generation {self.generation} is {fitness[k]}; "
                f"expected a finite number of 0 or more{advice}"
            )
        return self.solver

    def _prove(self, genomes: Genomes, k: int) -> bool:
        proved = self.task.prove(genomes, k)
        if proved:
            self.solver = k
        return proved

    def __call__(self, generation: int, state: evolution.State, fitness: np.ndarray) -> None:
        solved = self.solver >= 0
        k = self.solver if solved else int(np.argmax(fitness))
        if solved or fitness[k] > self.fitness:
            self.fitness = float(fitness[k])
            self.champion = Champion(*one(state.genomes, k), self.inputs, self.outputs, _bias(self.task))
        if self.watch and self.watch(generation, fitness.copy(), self.champion) and not solved:
            raise _Ended


@cache  # once in a process
def _announce() -> None:
    log.info("neat: the first run compiles the engine, about 20 s, once; later ones find it on disk")


def _settings(given: Settings | Mapping[str, Any] | None) -> Settings:
    if given is None or isinstance(given, Settings):
        return settings(given)
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise HearsayError(f"evolve: settings: expected Settings, or a dict of names and values; got {shown(given)}")
    return settings(**given)


def _budget(given: float, population: int) -> int:
    budget = int(given) if isinstance(given, float | np.floating) and float(given).is_integer() else given
    budget = whole("evolve: budget", budget, 1)
    if budget < population:
        raise HearsayError(
            f"evolve: a budget of {budget} evaluations is less than one generation of {population} genomes; "
            "raise `budget` or lower the setting `population`"
        )
    return budget


def _generator(seed: int | np.random.Generator) -> np.random.Generator:
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise HearsayError(f"evolve: seed: expected a whole number of 0 or more; got {shown(seed)}") from None


def _bias(task: evolution.Task) -> float:
    return getattr(task, "bias", BIAS if isinstance(task, Poles | PolesWithoutVelocities) else 1.0)
