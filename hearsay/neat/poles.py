"""Double pole balancing, with and without velocities (sections 4.2 and 4.3 of the paper)."""

import numpy as np

from hearsay.jit import njit
from hearsay.neat.checks import whole
from hearsay.neat.double_poles import START, failed, generalisation_starts, push
from hearsay.neat.network import activate, express, latency

BIAS = 0.5
LAST = 100  # control steps whose shaking counts
SHORT, LONG = 1_000, 100_000  # control steps of an evaluation without velocities, and of a solution
ENOUGH = 200  # starts to be held, of STARTS, for SHORT steps
NOTHING = 0.0001  # fitness of a network whose output no signal reaches
STARTS = generalisation_starts()


@njit
def balance(network, velocities, x, v, theta_1, omega_1, theta_2, omega_2, limit):
    """Balance both poles for up to `limit` control steps with a network at rest.

    Returns the steps held and the sum of |x| + |v| + |theta_1| + |omega_1| over the last LAST of them.
    """
    sense, out = network.value, network.sensors
    sense[:] = 0.0
    sense[network.sensors - 1] = BIAS
    shaking = np.zeros(LAST)
    passes, wait = 0, latency(network)
    if wait < 0:
        return 0, 0.0
    for step in range(limit):
        if velocities:
            sense[0], sense[1], sense[2] = x / 4.8, v / 2, theta_1 / 0.52
            sense[3], sense[4], sense[5] = omega_1 / 2, theta_2 / 0.52, omega_2 / 2
        else:
            sense[0], sense[1], sense[2] = x / 4.8, theta_1 / 0.52, theta_2 / 0.52
        # as in the release, the first call lasts until a signal is out; later ones are one time step
        for _ in range(1 if step else wait):
            passes += 1
            activate(network, passes)
        x, v, theta_1, omega_1, theta_2, omega_2 = push(x, v, theta_1, omega_1, theta_2, omega_2, sense[out])
        if failed(x, theta_1, theta_2):
            return step, shaking.sum()
        shaking[step % LAST] = abs(x) + abs(v) + abs(theta_1) + abs(omega_1)
    return limit, shaking.sum()


@njit
def evaluate_steps(genomes, start, limit, stop, fitness, steps):
    """Set the fitness, one more than the steps held; return the place of the first to hold `limit`, or -1.

    stop: leave the others then.
    """
    solver = -1
    x, v, theta_1, omega_1, theta_2, omega_2 = start
    for k in range(len(fitness)):
        network = express(genomes, k)
        held, _ = balance(network, True, x, v, theta_1, omega_1, theta_2, omega_2, limit)
        steps[0] += held
        fitness[k] = held + 1.0
        if held >= limit and solver < 0:
            solver = k
            if stop:
                break
    return solver


@njit
def evaluate_gruau(genomes, start, limit, fitness, steps):
    """Set Gruau's fitness of all genomes: .1 t / 1000 + .9 (.75 / shaking over the last LAST steps, if t > LAST)."""
    x, v, theta_1, omega_1, theta_2, omega_2 = start
    for k in range(len(fitness)):
        network = express(genomes, k)
        held, shaking = balance(network, False, x, v, theta_1, omega_1, theta_2, omega_2, limit)
        steps[0] += held
        fitness[k] = 0.1 * held / limit + (0.9 * 0.75 / shaking if held > LAST else 0.0) if held else NOTHING


@njit
def holds(genomes, k, starts, limit, steps):
    """Return how many of `starts` (n, 6) genome k holds for `limit` steps without velocities."""
    network, held_all = express(genomes, k), 0
    for i in range(len(starts)):
        s = starts[i]
        held, _ = balance(network, False, s[0], s[1], s[2], s[3], s[4], s[5], limit)
        steps[0] += held
        held_all += held >= limit
    return held_all


class Poles:
    """Balance both poles; with velocities, solved at `limit` steps. `steps` (1,) counts control steps."""

    inputs, outputs = 6, 1

    def __init__(self, limit: int = LONG, stop: bool = True):
        """Take the control steps of a solution, and whether a generation ends with the first."""
        self.limit, self.stop = whole("Poles: limit", limit, 1), stop
        self.steps = np.zeros(1, np.int64)

    def evaluate(self, genomes, fitness: np.ndarray) -> int:
        """Set `fitness`; return the place of the first genome that solves the task, or -1."""
        return evaluate_steps(genomes, START, self.limit, self.stop, fitness, self.steps)


class PolesWithoutVelocities:
    """The same without velocities: a champion must hold LONG steps from START, and ENOUGH of STARTS for SHORT steps."""

    inputs, outputs = 3, 1

    def __init__(self):
        """Begin counting control steps."""
        self.steps = np.zeros(1, np.int64)
        self.generalisation = 0  # starts, of STARTS, that the last genome put to the further tests held

    def evaluate(self, genomes, fitness: np.ndarray) -> int:
        """Set `fitness`; no genome solves the task in this short test alone."""
        evaluate_gruau(genomes, START, SHORT, fitness, self.steps)
        return -1

    def prove(self, genomes, k: int) -> bool:
        """Put genome k to the further tests."""
        self.generalisation = 0
        if holds(genomes, k, np.array([START]), LONG, self.steps):
            self.generalisation = int(holds(genomes, k, STARTS, SHORT, self.steps))
        return self.generalisation >= ENOUGH
