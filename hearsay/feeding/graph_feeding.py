"""The ways in which a training in TensorFlow gets its batches, all of them in the same order.

Each way builds a training of a `Task` and hands back how to begin it and how to make a step, so that what is compared
and what is timed is the same code.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from hearsay.feeding.graph_models import Task, loss
from hearsay.graph_process import CALLER, graph, session, start


class Training(NamedTuple):
    """A training that was built.

    initialise(): the initialising pass, or nothing where none is needed; step(i): step number i, returns its loss;
    fed: bytes that Python hands over in a step; graph_bytes: of the graph's protocol buffer, 0 where there is no graph.
    """

    initialise: Callable[[], None]
    step: Callable[[int], float]
    fed: int
    graph_bytes: int


class _Step(NamedTuple):
    """What a way adds to a graph: what a step is fed, what comes after its updates, and what begins it.

    first: the feeds of the initialising pass; begin: operations that follow it; handed: whether Python hands the batch
    over in each step, whichever way.
    """

    images: Any
    labels: Any
    feeds: Callable[[int], dict[Any, np.ndarray]] | None = None
    after: Any = None
    first: dict[Any, np.ndarray] | None = None
    begin: tuple[Any, ...] = ()
    handed: bool = False


def _placeholder(task: Task) -> _Step:
    v1 = start().v1
    x = v1.placeholder("float32", (None, task.images.shape[1]), "images")
    return _fed(task, x, v1.placeholder("int32", (None,), "labels"))


def _default(task: Task) -> _Step:
    v1, (images, labels) = start().v1, task.batch(0)
    x = v1.placeholder_with_default(images, (None, images.shape[1]), "images")
    return _fed(task, x, v1.placeholder_with_default(labels, (None,), "labels"))


def _default_unfed(task: Task) -> _Step:
    v1, (images, labels) = start().v1, task.batch(0)
    x = v1.placeholder_with_default(images, images.shape, "images")
    return _Step(x, v1.placeholder_with_default(labels, labels.shape, "labels"))


def _constant(task: Task) -> _Step:
    return _fed(task, *map(start().v1.constant, task.batch(0)))


def _constant_unfed(task: Task) -> _Step:
    return _Step(*map(start().v1.constant, task.batch(0)))


def _fed(task: Task, x: Any, y: Any) -> _Step:
    return _Step(x, y, lambda i: dict(zip((x, y), task.batch(i), strict=True)), handed=True)


def _variable(task: Task) -> _Step:
    """Hold the data set in variables, whose initial values are fed once: a constant would be in the graph as well."""
    v1 = start().v1
    values = [v1.placeholder(data.dtype, data.shape) for data in (task.images, task.labels)]
    held = [v1.Variable(value, trainable=False) for value in values]
    return _indexed(task, *held)._replace(first=dict(zip(values, (task.images, task.labels), strict=True)))


def _whole_constant(task: Task) -> _Step:
    return _indexed(task, *map(start().v1.constant, (task.images, task.labels)))


def _indexed(task: Task, images: Any, labels: Any) -> _Step:
    """Take each step's examples by the graph's own count of steps, so that nothing is fed."""
    tf, v1 = start()
    count = v1.Variable(0, trainable=False, name="count")
    chosen = tf.gather(v1.constant(task.order), count % len(task.order))
    return _Step(tf.gather(images, chosen), tf.gather(labels, chosen), after=lambda: v1.assign_add(count, 1))


def _pipeline(dataset: Callable[[Task], Any], handed: bool = False) -> Callable[[Task], _Step]:
    def build(task: Task) -> _Step:
        tf, v1 = start()
        options = tf.data.Options()
        options.autotune.enabled = False
        options.threading.max_intra_op_parallelism = 1
        iterator = v1.data.make_initializable_iterator(dataset(task).with_options(options))
        return _Step(*iterator.get_next(), begin=(iterator.initializer,), handed=handed)

    return build


def _whole(task: Task) -> Any:
    """Return a dataset over the whole data as constants, which takes a batch at a time."""
    tf = start().tf
    images, labels = map(tf.constant, (task.images, task.labels))
    chosen = tf.data.Dataset.from_tensor_slices(task.order).repeat()
    return chosen.map(lambda i: (tf.gather(images, i), tf.gather(labels, i)))


def _examples(task: Task) -> Any:
    """Return a dataset over the whole data as constants, which takes an example at a time and makes batches of them."""
    tf = start().tf
    images, labels = map(tf.constant, (task.images, task.labels))
    chosen = tf.data.Dataset.from_tensor_slices(task.order.ravel()).repeat()
    return chosen.map(lambda i: (images[i], labels[i])).batch(task.order.shape[1], drop_remainder=True)


def _generated(task: Task) -> Any:
    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        i = 0
        while True:
            yield task.batch(i)
            i += 1

    batch = task.order.shape[1]
    shapes = ((batch, task.images.shape[1]), (batch,))
    return start().tf.data.Dataset.from_generator(batches, output_types=("float32", "int32"), output_shapes=shapes)


def _in_graph(task: Task, build: Callable[[Task], _Step], opened: Any) -> Training:
    """Build a training in the default graph; every gradient is there before a weight moves."""
    v1 = start().v1
    step = build(task)
    weights = {name: v1.Variable(value, name=name) for name, value in task.weights.items()}
    lost = loss(task.model, weights, step.images, step.labels)
    gradients = v1.gradients(lost, list(weights.values()))
    with v1.control_dependencies([lost, *gradients]):
        moved = [v1.assign_sub(w, task.rate * g) for w, g in zip(weights.values(), gradients, strict=True)]
        updates = v1.group(*moved, *([step.after()] if step.after else []))
    first = v1.global_variables_initializer()

    def initialise() -> None:
        opened.run(first, step.first)
        if step.begin:
            opened.run(step.begin)

    def run(i: int) -> float:
        return float(opened.run((lost, updates), step.feeds(i) if step.feeds else None)[0])

    fed = sum(data.nbytes for data in task.batch(0)) if step.handed else 0
    return Training(initialise, run, fed, opened.graph.as_graph_def().ByteSize())


def _without_graph(task: Task, function: bool) -> Training:
    """Build a training in eager mode, by GradientTape; with `function`, its step is a tf.function."""
    tf = start().tf
    weights: dict[str, Any] = {}

    def step(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            lost = loss(task.model, weights, images, labels)
        for w, g in zip(weights.values(), tape.gradient(lost, list(weights.values())), strict=True):
            w.assign_sub(task.rate * g)
        return lost

    def initialise() -> None:
        weights.update({name: tf.Variable(value) for name, value in task.weights.items()})

    made = tf.function(step, autograph=False) if function else step
    fed = sum(data.nbytes for data in task.batch(0))
    return Training(initialise, lambda i: float(made(*map(tf.constant, task.batch(i)))), fed, 0)


PLACEHOLDER, EAGER, FUNCTION = "placeholder", "eager", "tf.function"
WAYS = {
    PLACEHOLDER: _placeholder,
    "default placeholder, fed": _default,
    "constant, fed": _constant,
    "variable of the data set": _variable,
    "constant of the data set": _whole_constant,
    "tf.data, batches of a constant": _pipeline(_whole),
    "tf.data, prefetched": _pipeline(lambda task: _whole(task).prefetch(2)),
    "tf.data, examples of a constant": _pipeline(_examples),
    "tf.data, generator": _pipeline(_generated, handed=True),
    EAGER: False,
    FUNCTION: True,
}
DEFAULT_UNFED, CONSTANT_UNFED, AGAIN = "default placeholder, unfed", "constant, unfed", "placeholder, again"
# For speed alone: two that see one batch over and over, which no other way does, and one that is held against itself.
TIMED_TOO = {DEFAULT_UNFED: _default_unfed, CONSTANT_UNFED: _constant_unfed, AGAIN: _placeholder}


@contextmanager
def training(way: str, task: Task, pool: int = CALLER) -> Iterator[Training]:
    """Build a training of a task, fed in one of `WAYS` or `TIMED_TOO`, in a graph and a session of its own.

    pool: as for `graph_process.session`; what runs without a session does not heed it.
    """
    build = (WAYS | TIMED_TOO)[way]
    if isinstance(build, bool):
        yield _without_graph(task, build)
        return
    with graph(), session(pool) as opened:
        yield _in_graph(task, build, opened)
