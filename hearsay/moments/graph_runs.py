"""The arms that are run in TensorFlow, and what one replicate of an arm gives."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple

import numpy as np

from hearsay.moments import graph_arms, graph_process
from hearsay.moments.graph_arms import ALL, HERE, WEIGHTS, Program, State, statistics
from hearsay.moments.graph_data import Data, draw, same
from hearsay.moments.graph_nets import (
    BY_HAND,
    DEFAULT,
    DEPENDENCIES,
    IN_PLACE,
    INSIDE,
    LAYERS,
    NOT_RUN,
    ONE,
    OUTSIDE,
    SLIM,
    TWO_NETS,
    Recipe,
    Way,
)
from hearsay.moments.graph_process import TODAY


class Arm(NamedTuple):
    """A way of normalising, the variables that evaluation uses, and whether a flag that nothing uses is fed too."""

    way: Way
    evaluated: str = HERE
    extra: bool = False


ARMS = {
    "layers, updates not run": Arm(Way(LAYERS, ONE, NOT_RUN)),
    "layers, updates by dependencies": Arm(Way(LAYERS, ONE, DEPENDENCIES)),
    "layers, updates by hand": Arm(Way(LAYERS, ONE, BY_HAND)),
    "layers, flag to nothing": Arm(Way(LAYERS, DEFAULT, DEPENDENCIES)),
    "one flag": Arm(Way(SLIM, ONE, IN_PLACE)),
    "one flag, updates by dependencies": Arm(Way(SLIM, ONE, DEPENDENCIES)),
    "flag to nothing": Arm(Way(SLIM, DEFAULT, IN_PLACE)),
    "inside cond": Arm(Way(SLIM, INSIDE, IN_PLACE)),
    "inside cond, updates not run": Arm(Way(SLIM, INSIDE, NOT_RUN)),
    "inside cond, updates by dependencies": Arm(Way(SLIM, INSIDE, DEPENDENCIES)),
    "inside cond, updates by hand": Arm(Way(SLIM, INSIDE, BY_HAND)),
    "before cond": Arm(Way(SLIM, OUTSIDE, IN_PLACE)),
    "before cond, updates by dependencies": Arm(Way(SLIM, OUTSIDE, DEPENDENCIES)),
    "two nets": Arm(Way(SLIM, TWO_NETS, IN_PLACE)),
    "two nets, flag fed too": Arm(Way(SLIM, TWO_NETS, IN_PLACE), HERE, True),
    "two graphs": Arm(Way(SLIM, TWO_NETS, IN_PLACE), ALL),
    "two graphs, statistics not saved": Arm(Way(SLIM, TWO_NETS, IN_PLACE), WEIGHTS),
    "one flag, today": Arm(Way(SLIM, ONE, IN_PLACE, TODAY)),
    "inside cond, today": Arm(Way(SLIM, INSIDE, IN_PLACE, TODAY)),
    "inside cond, updates by dependencies, today": Arm(Way(SLIM, INSIDE, DEPENDENCIES, TODAY)),
    "inside cond, updates by hand, today": Arm(Way(SLIM, INSIDE, BY_HAND, TODAY)),
    "before cond, today": Arm(Way(SLIM, OUTSIDE, IN_PLACE, TODAY)),
}
LAST = 20  # steps whose accuracy is averaged


class Outcome(NamedTuple):
    """What a replicate leaves: arrays to compare, and what was measured, by the columns of `moments/graph`."""

    weights: list[np.ndarray]
    statistics: list[np.ndarray]
    outputs: list[np.ndarray]
    afterwards: list[np.ndarray]
    measured: dict[str, float | str]


class RefusedError(Exception):
    """TensorFlow refuses to build or to run an arm; its words."""


def outcomes(arm: Arm, config: Mapping[str, Any], data: Data, seed: int) -> Iterator[Outcome]:
    """Build the graph of an arm once and yield its outcome for each replicate.

    config: `replicates`, `steps`, `batch` (images of a step and of an evaluation), `maps`, `decay`, `rate`, and
    `full` (images of the full pass). Raises RefusedError where TensorFlow refuses.
    """
    recipe = Recipe(config["maps"], config["decay"], config["rate"])
    with ExitStack() as stack:
        stack.enter_context(graph_process.graph(arm.way.control_flow))
        try:
            program = graph_arms.build(arm.way, recipe, data.train, data.classes, arm.extra)
        except (ValueError, TypeError) as error:
            raise RefusedError(f"when it is built: {first_sentence(error)}") from error
        stack.callback(program.session.close)
        fresh = program.read()
        shapes = {name: fresh[name].shape for name in program.trainable if name.endswith("/kernel")}
        for replicate in range(config["replicates"]):
            drawn = draw(shapes, len(data.train.labels), config["steps"] * config["batch"], seed, replicate)
            graph_arms.begin(program, drawn.weights, fresh)
            what = f"replicate {replicate} ({', '.join(arm.way)})"
            try:
                hits = graph_arms.train(program, data.train, drawn, config["batch"], what)
            except (ValueError, TypeError) as error:
                raise RefusedError(f"when it is run: {first_sentence(error)}") from error
            yield _evaluated(arm, recipe, config, data, program, fresh, hits)


def first_sentence(error: Exception) -> str:
    """Return the type of an error and the first sentence of what it says, an operation's definition left out of it."""
    said = re.sub(r'name: ("[^"]+")\nop: .*?\n\}\n(?= )', r"\1", str(error), flags=re.DOTALL)
    return f"{type(error).__name__}: {' '.join(said.split()).split('. ')[0].rstrip('.')}"


def _moving_means(state: State) -> np.ndarray:
    return np.concatenate([state[name] for name in sorted(state) if name.endswith("/moving_mean")])


def _evaluated(
    arm: Arm,
    recipe: Recipe,
    config: Mapping[str, Any],
    data: Data,
    program: Program,
    fresh: State,
    hits: list[float],
) -> Outcome:
    test, batch, labels = data.test, config["batch"], data.test.labels
    mixed, by_class = np.arange(len(labels)), labels.argsort(stable=True)
    trained = program.read()

    with ExitStack() as stack:
        used = program
        if arm.evaluated != HERE:
            stack.enter_context(graph_process.graph(arm.way.control_flow))
            used = graph_arms.elsewhere(program, arm.way, recipe, data.train, data.classes, arm.evaluated)
            stack.callback(used.session.close)
        before = used.read()
        first = graph_arms.outputs(used, test, mixed, batch, training=False)
        afterwards = used.read()
        again = graph_arms.outputs(used, test, mixed, batch, training=False)
        if arm.evaluated == HERE:
            program.write(trained)
        ordered = graph_arms.outputs(used, test, by_class, batch, training=False)
        unfed = graph_arms.without_flag(used, test)

    program.write(trained)
    by_batch = graph_arms.outputs(program, test, mixed, batch, training=True)
    program.write(trained)
    full = np.concatenate(graph_arms.means(program, data.train, np.arange(len(data.train.labels))[: config["full"]]))
    moving, size = _moving_means(before), np.linalg.norm(full)
    measured = {
        "collected": program.collected,
        "train_accuracy": float(np.mean(hits[-LAST:])),
        "eval_accuracy": float((first.argmax(1) == labels).mean()),
        "sorted_accuracy": float((ordered.argmax(1) == labels[by_class]).mean()),
        "batch_accuracy": float((by_batch.argmax(1) == labels).mean()),
        "from_initial": float(np.linalg.norm(moving - _moving_means(fresh)) / size),
        "from_full": float(np.linalg.norm(moving - full) / size),
        "moved_training": int(not same(statistics(fresh), statistics(trained))),
        "moved_evaluation": int(not same(statistics(before), statistics(afterwards))),
        "repeats": int(same([first], [again])),
        "unfed": int(unfed),
        "frozen_step": graph_arms.frozen_step(program, data.train, batch),
    }
    weights = graph_arms.weights(program, trained)
    return Outcome(weights, statistics(before), [first], statistics(afterwards), measured)
