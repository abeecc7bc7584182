"""Time the engine beside the field's own, end to end with speciation and reproduction, in one run on one thread."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from hearsay import seeds
from hearsay.neat import peers_multineat, peers_neat_python
from hearsay.neat.double_poles import ceiling
from hearsay.neat.evolve import State, advance, start
from hearsay.neat.genome import like
from hearsay.neat.logic import Parity
from hearsay.neat.poles import Poles
from hearsay.neat.settings import settings
from hearsay.peers import PEERS, row
from hearsay.progress import log
from hearsay.tables import Table

LIMIT = 1_000  # control steps of an evaluation on double poles, for all engines, so that they do the same work
PUSHES = 1_000_000  # control steps of the ceiling of double poles
HERE = 2_000  # repetitions of a phase that lasts microseconds
XOR_TASK = "XOR evaluations, population 150, paper-like rates"
POLES_TASK = f"double poles with velocities, control steps, population 150, at most {LIMIT:,} a genome"
PLAIN, COMPILED = "dynamics in Python", "dynamics in numba"

TIMINGS = Table(
    "benchmarks/neat-engines",
    "NEAT engines, every run",
    key=("task", "tool", "repeat"),
    columns={
        "task": "what is done",
        "tool": "hearsay; 'hearsay: ...', a phase of the work alone; 'hearsay, compiling', 'hearsay, from the cache': "
        "one generation in a new process, imports and all, without and with the compiled engine on disk; ceiling, "
        "evaluation or dynamics alone; or a peer",
        "repeat": "number of the round in which each tool ran, from 0",
        "version": "version of the peer; empty for what is ours",
        "units": "evaluations, or control steps, that the run made",
        "wall": "elapsed time, seconds",
        "cpu": "processor time, user and system, seconds",
        "cpu_each": "processor time of one evaluation or control step, seconds",
    },
    text=("task", "tool", "version"),
)


class Tool(NamedTuple):
    """run(repeat) does the work and returns the evaluations or control steps that it made."""

    run: Callable[[int], int]
    version: str = ""


def compare(repeats: int, generations: int, seed: int) -> pd.DataFrame:
    """Time every tool in turn; return `TIMINGS`.

    repeats: rounds, in each of which every tool runs, in an order that rotates; generations: of a run, never cut short
    by a solution. MultiNEAT takes part where it is installed.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        rows = _begun()
        rows += _rounds(XOR_TASK, _xor(generations, seed), repeats)
        rows += _rounds(POLES_TASK, _poles(generations, seed), repeats)
    return pd.DataFrame(rows, columns=list(TIMINGS.columns)).sort_values(list(TIMINGS.key), ignore_index=True)


def peers(raw: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Sum up the processor seconds of `TIMINGS` as `hearsay.peers.PEERS`, one row a peer."""
    rows = []
    for task, part in raw.groupby("task"):
        timings = part.pivot(index="repeat", columns="tool", values="cpu_each")
        for tool, ran in part[part["version"] != ""].groupby("tool"):
            name = f"{tool} ({ran['version'].iloc[0]})"
            unit = "s of processor time, each"
            rows.append(row("neat", task, name, unit, timings.dropna(subset=[tool]), tool, seed))
    return pd.DataFrame(rows, columns=list(PEERS.columns))


def _rounds(task: str, tools: dict[str, Tool], repeats: int) -> list[tuple]:
    rows, names = [], list(tools)
    for name in names:
        tools[name].run(repeats)  # compile and load
    for repeat in range(repeats):
        for i in range(len(names)):
            name = names[(repeat + i) % len(names)]
            rows.append(_time(task, name, tools[name], repeat))
    return rows


# A process of its own, whose compiled code goes to, and comes from, a folder that was empty.
_BEGIN = """
import sys
from pathlib import Path
import hearsay.jit
hearsay.jit.CACHE = Path(sys.argv[1])
import numpy as np
from hearsay.neat.evolve import evolve
from hearsay.neat.logic import Parity
from hearsay.neat.settings import settings
evolve(Parity(2), settings(), np.random.default_rng(0), 300)
"""


def _begun() -> list[tuple]:
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        for name in ("hearsay, compiling", "hearsay, from the cache"):
            wall, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, "-c", _BEGIN, cache], check=True)
            after, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - wall
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            rows.append((XOR_TASK, name, 0, "", 300, wall, cpu, cpu / 300))
    return rows


def _time(task: str, name: str, tool: Tool, repeat: int) -> tuple:
    wall, cpu = time.perf_counter(), time.process_time()
    units = tool.run(repeat)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    log.info("%s, round %d: %s %.0f /s", task, repeat + 1, name, units / cpu)
    return (task, name, repeat, tool.version, units, wall, cpu, cpu / units)


def _evolved(task: Parity | Poles, generations: int, rng: np.random.Generator) -> tuple[State, np.ndarray]:
    given = settings()
    state, fitness = start(task, given, rng), np.zeros(given.population)
    spare = like(state.genomes)
    task.evaluate(state.genomes, fitness)
    for _ in range(generations - 1):
        state, spare = advance(state, spare, fitness, given, rng)
        task.evaluate(state.genomes, fitness)
    return state, fitness


def _xor(generations: int, seed: int) -> dict[str, Tool]:
    task, given = Parity(2), settings()

    def ours(repeat: int) -> int:
        # many short runs, so that ours lasts long enough to be timed
        for k in range(20):
            _evolved(task, generations, seeds.generator(seed, "neat", f"benchmark XOR {k}", repeat))
        return 20 * generations * given.population

    state, fitness = _evolved(task, generations, seeds.generator(seed, "neat", "benchmark XOR", 0))

    def evaluation(repeat: int) -> int:
        for _ in range(HERE):
            task.evaluate(state.genomes, fitness)
        return HERE * given.population

    tools = {
        "hearsay": Tool(ours),
        "hearsay: reproduction": Tool(_reproduction(state, fitness, seed)),
        "ceiling": Tool(evaluation),
    }
    for peer in (peers_neat_python, peers_multineat):
        if peer.installed():
            tools[peer.NAME] = Tool(
                lambda repeat, peer=peer: peer.xor(generations, seed + repeat).evaluations, peer.installed()
            )
        else:
            log.info("%s: not installed, left out", peer.NAME)
    return tools


def _poles(generations: int, seed: int) -> dict[str, Tool]:
    def ours(repeat: int) -> int:
        task = Poles(LIMIT, stop=False)
        for k in range(5):
            _evolved(task, generations, seeds.generator(seed, "neat", f"benchmark poles {k}", repeat))
        return int(task.steps[0])

    def dynamics(repeat: int) -> int:
        ceiling(PUSHES)
        return PUSHES

    state, fitness = _evolved(
        Poles(LIMIT, stop=False), generations, seeds.generator(seed, "neat", "benchmark poles", 0)
    )

    def evaluation(repeat: int) -> int:
        task = Poles(LIMIT, stop=False)
        for _ in range(20):
            task.evaluate(state.genomes, fitness)
        return int(task.steps[0])

    tools = {"hearsay": Tool(ours), "hearsay: evaluation": Tool(evaluation), "ceiling": Tool(dynamics)}
    for peer in (peers_neat_python, peers_multineat):
        if not peer.installed():
            continue
        for name, numba in ((PLAIN, False), (COMPILED, True)):

            def theirs(repeat: int, peer=peer, numba: bool = numba) -> int:
                return peer.double_poles(generations, seed + repeat, numba, LIMIT).control_steps

            tools[f"{peer.NAME}, {name}"] = Tool(theirs, peer.installed())
    return tools


def _reproduction(state: State, fitness: np.ndarray, seed: int) -> Callable[[int], int]:
    """Return the work of making one generation from a population again and again, as offspring made."""
    given = settings()

    def run(repeat: int) -> int:
        rng = seeds.generator(seed, "neat", "benchmark reproduction", repeat)
        for _ in range(HERE):
            record = state.record._replace(counts=state.record.counts.copy())
            again = state._replace(
                belongs=state.belongs.copy(),
                species=state.species.copy(),
                progress=state.progress.copy(),
                record=record,
            )
            advance(again, like(state.genomes), fitness, given, rng)
        return HERE * given.population

    return run
