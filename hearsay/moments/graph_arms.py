"""One way of normalising, trained and evaluated in TensorFlow's graph mode, and its variables read before and after."""

import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from hearsay.errors import HearsayError
from hearsay.moments import graph_process
from hearsay.moments.graph_data import Draw, Examples, batches, same
from hearsay.moments.graph_nets import BY_HAND, DEPENDENCIES, TWO_NETS, Net, Recipe, Way, net
from hearsay.moments.graph_process import start

HERE, ALL, WEIGHTS = "the training's", "a checkpoint of all variables", "a checkpoint of the trainable variables"
FROZEN, BOTH, NOTHING, REFUSED = "weights only", "weights and statistics", "nothing", "refused"
CHUNK = 250  # images of a batch in the full pass
State = dict[str, np.ndarray]


class Program(NamedTuple):
    """A graph with its session: what is fed, what is run, and its variables by name with what assigns to them.

    flag: the placeholder that the net uses, and extra one that nothing uses, each None where there is none. A program
    for inference alone has no labels, loss or step. collected: operations in UPDATE_OPS.
    """

    session: Any
    images: Any
    training: Net
    evaluation: Net
    variables: dict[str, Any]
    flag: Any = None
    extra: Any = None
    labels: Any = None
    loss: Any = None
    step: list[Any] | None = None
    trainable: tuple[str, ...] = ()
    assigning: Mapping[str, tuple[Any, Any]] = MappingProxyType({})
    collected: int = 0

    def feed(self, images: np.ndarray, training: bool, labels: np.ndarray | None = None) -> dict[Any, Any]:
        """Return what to feed for images in training or in evaluation."""
        fed = {self.images: images}
        fed |= {flag: training for flag in (self.flag, self.extra) if flag is not None}
        return fed if labels is None else fed | {self.labels: labels}

    def read(self) -> State:
        """Return copies of all variables."""
        return {name: np.array(value) for name, value in self.session.run(self.variables).items()}

    def write(self, state: Mapping[str, np.ndarray]) -> None:
        """Put values into variables."""
        fed = {self.assigning[name][0]: value for name, value in state.items()}
        self.session.run([self.assigning[name][1] for name in state], fed)


def build(way: Way, recipe: Recipe, data: Examples, classes: int, extra: bool = False) -> Program:
    """Return the program of this way in the graph that is the default one.

    extra: whether a second flag is made, which nothing uses. Raises what TensorFlow raises where it refuses to build or
    to run it.
    """
    tf, v1, _ = start()
    images = v1.placeholder(tf.float32, [None, *data.pixels.shape[1:]], "images")
    labels = v1.placeholder(tf.int64, [None], "labels")
    flag = None if way.form == TWO_NETS else v1.placeholder(tf.bool, [], "training")
    unused = v1.placeholder(tf.bool, [], "unused") if extra else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that the old interfaces are old
        made = net(way, recipe, images, classes, True if flag is None else flag)
        evaluation = net(way, recipe, images, classes, False, reuse=True) if flag is None else made
    loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, made.outputs))
    updates = v1.get_collection(v1.GraphKeys.UPDATE_OPS)
    with tf.control_dependencies(updates if way.updates == DEPENDENCIES else []):
        descent = v1.train.MomentumOptimizer(recipe.rate, 0.9).minimize(loss)
    session = graph_process.session()
    variables = {variable.op.name: variable for variable in v1.global_variables()}
    assigning = {}
    for name, variable in variables.items():
        fed = v1.placeholder(tf.float32, variable.shape)
        assigning[name] = fed, v1.assign(variable, fed)
    session.run(v1.global_variables_initializer())
    return Program(
        session=session,
        images=images,
        training=made,
        evaluation=evaluation,
        variables=variables,
        flag=flag,
        extra=unused,
        labels=labels,
        loss=loss,
        step=[descent, updates] if way.updates == BY_HAND else [descent],
        trainable=tuple(variable.op.name for variable in v1.trainable_variables()),
        assigning=assigning,
        collected=len(updates),
    )


def begin(program: Program, weights: Mapping[str, np.ndarray], fresh: State) -> None:
    """Put the variables back to how they were when the graph was new, and these weights into it."""
    program.write(fresh | dict(weights))


def train(program: Program, data: Examples, drawn: Draw, batch: int, what: str) -> list[float]:
    """Train over the drawn order and return the accuracy of each step's batch, as the training saw it."""
    hits = []
    for step, places in enumerate(batches(drawn.order, batch)):
        images, labels = data.at(places)
        fed = program.feed(images, True, labels)
        loss, outputs, _ = program.session.run([program.loss, program.training.outputs, program.step], fed)
        if not np.isfinite(loss):
            raise HearsayError(
                f"moments: TensorFlow's loss is {loss} at step {step} of {what}; lower moments.graph.rate"
            )
        hits.append(float((outputs.argmax(1) == labels).mean()))
    return hits


def outputs(program: Program, data: Examples, order: np.ndarray, batch: int, training: bool) -> np.ndarray:
    """Return the outputs (n, classes) for images in this order, batch by batch, in evaluation or training mode."""
    wanted = (program.training if training else program.evaluation).outputs
    parts = [
        program.session.run(wanted, program.feed(data.at(places)[0], training)) for places in batches(order, batch)
    ]
    return np.concatenate(parts)


def means(program: Program, data: Examples, order: np.ndarray) -> list[np.ndarray]:
    """Return for each block the mean (maps,) of what its layer normalises in training, over whole chunks of images."""
    chunk = min(CHUNK, len(order))
    found = [
        program.session.run(program.training.means, program.feed(data.at(places)[0], True))
        for places in batches(order[: len(order) // chunk * chunk], chunk)
    ]
    return [np.mean(block, axis=0) for block in zip(*found, strict=True)]


def without_flag(program: Program, data: Examples) -> bool:
    """Say whether an evaluation runs when no flag is fed."""
    tf = start().tf
    images, _ = data.at(np.arange(2))
    try:
        program.session.run(program.evaluation.outputs, {program.images: images})
    except tf.errors.InvalidArgumentError:
        return False
    return True


def frozen_step(program: Program, data: Examples, batch: int) -> str:
    """Say what a step of training moves when the flag is fed as False, and leave it moved.

    `FROZEN`, `BOTH`, `NOTHING`, `REFUSED` by TensorFlow, or '' where no flag is fed.
    """
    if program.flag is None:
        return ""
    images, labels = data.at(np.arange(batch) % len(data.labels))
    before = program.read()
    try:
        program.session.run(program.step, program.feed(images, False, labels))
    except start().tf.errors.InvalidArgumentError:
        return REFUSED
    after = program.read()
    if not same(statistics(before), statistics(after)):
        return BOTH
    return NOTHING if same(weights(program, before), weights(program, after)) else FROZEN


def weights(program: Program, state: State) -> list[np.ndarray]:
    """Return what is trained, in the order of its names."""
    return [state[name] for name in sorted(program.trainable)]


def statistics(state: State) -> list[np.ndarray]:
    """Return the moving means and variances in the order of their names."""
    return [state[name] for name in sorted(state) if "/moving_" in name]


def elsewhere(program: Program, way: Way, recipe: Recipe, data: Examples, classes: int, kept: str) -> Program:
    """Return a program for inference in a graph of its own, its variables restored from a checkpoint of `program`.

    kept: what the checkpoint holds, `ALL` or `WEIGHTS`. To be called in a graph that is the default one.
    """
    _, v1, _ = start()
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "variables"))
        with program.session.graph.as_default():
            chosen = {n: v for n, v in program.variables.items() if kept == ALL or n in program.trainable}
            v1.train.Saver(chosen).save(program.session, path, write_meta_graph=False)
        made = _inference(way, recipe, data, classes)
        here = {n: v for n, v in made.variables.items() if n in chosen}
        v1.train.Saver(here).restore(made.session, path)
    return made


def _inference(way: Way, recipe: Recipe, data: Examples, classes: int) -> Program:
    tf, v1, _ = start()
    images = v1.placeholder(tf.float32, [None, *data.pixels.shape[1:]], "images")
    made = net(way, recipe, images, classes, False)
    session = graph_process.session()
    session.run(v1.global_variables_initializer())
    variables = {variable.op.name: variable for variable in v1.global_variables()}
    return Program(session, images, made, made, variables)
