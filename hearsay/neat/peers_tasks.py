"""The benchmark's tasks in plain Python, as one writes them for an engine that calls back into Python."""

from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from math import cos, sin
from typing import NamedTuple

from hearsay.neat import double_poles
from hearsay.neat.double_poles import (
    CART_MASS,
    FALLEN,
    GRAVITY,
    HALF_LENGTH_1,
    HALF_LENGTH_2,
    HINGE_FRICTION,
    LARGEST_FORCE,
    MASS_1,
    MASS_2,
    START,
    STEP,
    STEPS_PER_ACTION,
    TRACK,
)

POPULATION = 150  # of Stanley & Miikkulainen (2002), section 4.1
XOR = (((0.0, 0.0), 0.0), ((0.0, 1.0), 1.0), ((1.0, 0.0), 1.0), ((1.0, 1.0), 0.0))


class Counts(NamedTuple):
    """What a run did.

    evaluations: genomes evaluated; control_steps: actions taken in all of them, 0 for XOR; best, mean: of the fitness,
    by generation; solved: generation, from 1, that first held a solution, 0 for none.
    """

    evaluations: int
    control_steps: int
    best: tuple[float, ...]
    mean: tuple[float, ...]
    solved: int


class Tally:
    """Gathers `Counts` while a run goes on."""

    def __init__(self):
        self.evaluations = self.control_steps = self.solved = 0
        self.best: list[float] = []
        self.mean: list[float] = []

    def generation(self, results: Iterable[tuple[float, int, bool]]) -> list[float]:
        """Take one generation's results, (fitness, control steps, solved) a genome; return the fitnesses."""
        fitnesses, solved = [], False
        for fitness, steps, solution in results:
            fitnesses.append(fitness)
            self.control_steps += steps
            solved = solved or solution
        self.evaluations += len(fitnesses)
        self.best.append(max(fitnesses))
        self.mean.append(sum(fitnesses) / len(fitnesses))
        if solved and not self.solved:
            self.solved = len(self.best)
        return fitnesses

    def counts(self) -> Counts:
        """Return what was gathered."""
        return Counts(self.evaluations, self.control_steps, tuple(self.best), tuple(self.mean), self.solved)


def installed(package: str) -> str:
    """Return the version of an optional package; '' where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def xor_result(outputs: Sequence[float]) -> tuple[float, int, bool]:
    """Return the fitness (4 - sum of errors)^2 of the answers to `XOR`, no steps, and whether all are right."""
    error, right = 0.0, True
    for output, (_, wanted) in zip(outputs, XOR, strict=True):
        error += abs(output - wanted)
        right = right and (output > 0.5) == (wanted > 0.5)
    return (4.0 - error) ** 2, 0, right


def sensors(state: tuple[float, ...]) -> tuple[float, ...]:
    """Scale cart and poles to inputs, as the C++ release does; the bias is the engine's matter."""
    x, v, theta_1, omega_1, theta_2, omega_2 = state
    return x / 4.8, v / 2.0, theta_1 / 0.52, omega_1 / 2.0, theta_2 / 0.52, omega_2 / 2.0


def balance(act: Callable[[tuple[float, ...]], float], limit: int, push: Callable) -> tuple[float, int, bool]:
    """Return (fitness, control steps, solved) of a controller `act`, from inputs to an output in [0, 1].

    push: the dynamics, from state and action to state. Control steps are those that the poles were held for, at most
    `limit`, which counts as solved; the fitness is one more.
    """
    state = START
    for step in range(limit):
        state = push(*state, act(sensors(state)))
        if failed(state[0], state[2], state[4]):
            return step + 1.0, step, False
    return limit + 1.0, limit, True


def dynamics(numba: bool) -> Callable:
    """Return the dynamics of the double poles: `double_poles.push`, compiled, or the plain Python one below."""
    return double_poles.push if numba else push


def failed(x: float, theta_1: float, theta_2: float) -> bool:
    """Say whether the cart has left the track or a pole has fallen; called from Python, this beats a compiled one."""
    return not (-TRACK <= x <= TRACK and -FALLEN <= theta_1 <= FALLEN and -FALLEN <= theta_2 <= FALLEN)


def push(
    x: float, v: float, theta_1: float, omega_1: float, theta_2: float, omega_2: float, action: float
) -> tuple[float, ...]:
    """Return the state one control step later, as `double_poles.push` does, by plain Python's floats."""
    force = (action - 0.5) * (2 * LARGEST_FORCE)
    state = (x, v, theta_1, omega_1, theta_2, omega_2)
    for _ in range(STEPS_PER_ACTION):
        a = _slope(state, force)
        b = _slope(_moved(state, a, STEP / 2), force)
        c = _slope(_moved(state, b, STEP / 2), force)
        d = _slope(_moved(state, c, STEP), force)
        state = tuple([state[i] + STEP / 6 * (a[i] + 2 * b[i] + 2 * c[i] + d[i]) for i in range(6)])
    return state


def _moved(state: Sequence[float], slope: Sequence[float], time: float) -> list[float]:
    return [state[i] + time * slope[i] for i in range(6)]


def _slope(state: Sequence[float], force: float) -> tuple[float, ...]:
    """Return the time derivative of the state: Wieland's equations."""
    _, v, theta_1, omega_1, theta_2, omega_2 = state
    sin_1, cos_1, sin_2, cos_2 = sin(theta_1), cos(theta_1), sin(theta_2), cos(theta_2)
    pull_1 = HINGE_FRICTION * omega_1 / (MASS_1 * HALF_LENGTH_1) + GRAVITY * sin_1
    pull_2 = HINGE_FRICTION * omega_2 / (MASS_2 * HALF_LENGTH_2) + GRAVITY * sin_2
    force_1 = MASS_1 * HALF_LENGTH_1 * omega_1 * omega_1 * sin_1 + 0.75 * MASS_1 * cos_1 * pull_1
    force_2 = MASS_2 * HALF_LENGTH_2 * omega_2 * omega_2 * sin_2 + 0.75 * MASS_2 * cos_2 * pull_2
    mass = CART_MASS + MASS_1 * (1 - 0.75 * cos_1 * cos_1) + MASS_2 * (1 - 0.75 * cos_2 * cos_2)
    cart = (force + force_1 + force_2) / mass
    turn_1 = -0.75 * (cart * cos_1 + pull_1) / HALF_LENGTH_1
    turn_2 = -0.75 * (cart * cos_2 + pull_2) / HALF_LENGTH_2
    return v, cart, omega_1, turn_1, omega_2, turn_2
