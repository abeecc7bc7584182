"""Time trainings in TensorFlow, every way of feeding in turn, in one process on one thread."""

import time
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hearsay import seeds
from hearsay.feeding.graph_feeding import AGAIN, PLACEHOLDER, TIMED_TOO, WAYS, training
from hearsay.feeding.graph_models import LARGER, SMALL, SOFTMAX, Task, task
from hearsay.feeding.graph_peak import NOTHING, peaks
from hearsay.feeding.outcomes import NOT_RUN, WORKS
from hearsay.graph_process import CALLER
from hearsay.progress import log
from hearsay.tables import Table

TIMED = (*WAYS, *TIMED_TOO)
SIZES = (SOFTMAX, SMALL, LARGER)
POOLS = (CALLER, 2)  # a pipeline's batch crosses threads, so what the session runs on matters to it

TIMINGS = Table(
    "benchmarks/feeding-graph",
    "Trainings in TensorFlow with every way of feeding, every round",
    key=("model", "way", "batch", "pool", "repeat"),
    columns={
        "model": "the model that is trained",
        "way": "way of feeding; the two unfed ones see one batch over and over, to be held against each other; "
        f"'{AGAIN}' is '{PLACEHOLDER}' once more, and shows what two timings of the same thing differ by",
        "batch": "images of a step",
        "pool": f"threads among which the session shares its operations; {CALLER}: the caller's own alone; what runs "
        "without a graph does not heed it",
        "repeat": "number of the round in which each way ran, from 0",
        "outcome": f"{WORKS}, or {NOT_RUN} where TensorFlow cannot be run",
        "said": "why it was not run",
        "steps": "steps of which wall and cpu are the average; the first step of a training is not among them",
        "wall": "elapsed time of a step, seconds",
        "cpu": "processor time of a step, all threads of the process, seconds",
        "build": "elapsed time until the training was built, graph and session, seconds",
        "initialise": "elapsed time of the initialising pass; without a graph, of making the weights, seconds",
        "again": "elapsed time of the same after the training, when all that it needs has been set up, seconds",
        "first": "elapsed time from nothing to the end of the first step, seconds",
        "fed": "bytes that Python hands over in a step",
        "graph_bytes": "bytes of the graph's protocol buffer; 0 without a graph",
        "peak": "highest resident memory of a process of its own that makes as many steps, bytes; empty if not asked",
        "baseline": "the same of a process that has TensorFlow and the data and trains nothing, bytes",
    },
    text=("model", "way", "outcome", "said"),
)


class _Round(NamedTuple):
    wall: float
    cpu: float
    build: float
    initialise: float
    again: float
    first: float
    fed: int
    graph_bytes: int


def timings(config: Mapping[str, Any], seed: int, ways: Sequence[str] = TIMED) -> pd.DataFrame:
    """Time every way in turn and return `TIMINGS`; a round is made with every pool.

    config: `examples`, `side` (pixels of an image's side), `batch`, `rate`; `steps`: of a training, beside its first;
    `repeats`: rounds, in each of which every way trains anew, in an order that rotates; `models`: names out of
    `graph_models.MODELS`, `SIZES` if left out; `pools`: threads of a session, `POOLS` if left out;
    `peak`: whether memory is measured too, in processes of their own and by the caller's own thread.
    """
    models = config.get("models", SIZES)
    memory = peaks(config, [(m, w) for m in models for w in (NOTHING, *ways)], seed) if config.get("peak") else {}
    rows = []
    for model in models:
        drawn = task(model, config, seed)
        for way in ways:
            _round(way, drawn, 1, CALLER)  # imports and the first use of every kernel come before the clock starts
        for repeat, pool in product(range(config["repeats"]), config.get("pools", POOLS)):
            # Drawn, for in an order that rotates each has always the same one before it.
            rng = seeds.generator(seed, "feeding", f"turns in TensorFlow, {model}, {pool}", repeat)
            for way in rng.permutation(np.array(ways, object)):
                found = _round(way, drawn, config["steps"], pool)
                log.info("%s, round %d: %s %.6f s", model, repeat + 1, way, found.wall)
                row = {"model": model, "way": way, "batch": config["batch"], "pool": pool, "repeat": repeat}
                row |= {"outcome": WORKS, "said": "", "steps": config["steps"]} | found._asdict()
                row |= {"peak": memory.get((model, way)), "baseline": memory.get((model, NOTHING))}
                rows.append(row)
    return _framed(rows)


def not_run(config: Mapping[str, Any], reason: str, ways: Sequence[str] = TIMED) -> pd.DataFrame:
    """Return one row of `TIMINGS` a model and way where TensorFlow cannot be run."""
    same = {"batch": config["batch"], "pool": CALLER, "repeat": 0, "outcome": NOT_RUN, "said": reason}
    return _framed([{"model": model, "way": way} | same for model in config.get("models", SIZES) for way in ways])


def _round(way: str, drawn: Task, steps: int, pool: int) -> _Round:
    begun = time.perf_counter()
    with training(way, drawn, pool) as trained:
        built = time.perf_counter()
        trained.initialise()
        initialised = time.perf_counter()
        trained.step(0)
        first, cpu = time.perf_counter(), time.process_time()
        for i in range(1, steps + 1):
            trained.step(i)
        ended, cpu = time.perf_counter(), (time.process_time() - cpu) / steps
        trained.initialise()
        again = time.perf_counter() - ended
    wall, initialise = (ended - first) / steps, initialised - built
    return _Round(wall, cpu, built - begun, initialise, again, first - begun, trained.fed, trained.graph_bytes)


def _framed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    empty = {column: "" if column in TIMINGS.text else np.nan for column in TIMINGS.columns}
    frame = pd.DataFrame([empty | row for row in rows], columns=list(TIMINGS.columns))
    return frame.sort_values(list(TIMINGS.key), ignore_index=True)
