"""Is a flag that follows the optimiser enough? Work in which optimiser and statistics go together, and in which not.

The net is normalised by one layer with a flag, as in `graph_runs`' arm "one flag". A rule says which flag each kind of
work is done with: `FOLLOWS` feeds True where an optimiser runs, `BY_HAND` what the work needs.

- `FROZEN`: a second head is trained on images of lower contrast while the body and the first head stay as they are;
- `PICTURES`: an optimiser changes images to lower the loss, and `GRADIENTS` only asks for their gradients;
- `ESTIMATE`: the statistics were lost, and images are shown to the net to find them again.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from hearsay.moments import graph_arms, graph_process
from hearsay.moments.graph_arms import Program, State, statistics
from hearsay.moments.graph_data import Data, Draw, batches, draw, same
from hearsay.moments.graph_nets import IN_PLACE, ONE, SLIM, Recipe, Way, linear, net
from hearsay.moments.graph_process import start

FOLLOWS, BY_HAND = RULES = ("follows the optimiser", "set by hand")
TRAINING, EVALUATION = "training", "evaluation"
FROZEN, PICTURES = "second head on a frozen body", "descent on the images"
GRADIENTS, ESTIMATE = "gradients of the images", "re-estimation"
WAY = Way(SLIM, ONE, IN_PLACE)


class Work(NamedTuple):
    """A kind of work: whether an optimiser runs, whether statistics must move, and what does it for a flag."""

    optimiser: bool
    must_move: bool
    begins: str
    do: Callable[..., None]


class _Bench(NamedTuple):
    program: Program
    put: Any
    placed: Any
    gradient: Any
    descend: Any
    tune: Any
    begin: Any


def cases(config: Mapping[str, Any], data: Data, seed: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of `moments/graph-optimiser` of each replicate.

    config: as for `graph_runs.outcomes`, and `tune`: steps of the fine-tune and of the re-estimation.
    """
    recipe = Recipe(config["maps"], config["decay"], config["rate"])
    with graph_process.graph():
        bench = _bench(recipe, data, config["batch"])
        program = bench.program
        fresh = program.read()
        shapes = {name: fresh[name].shape for name in program.trainable if name.endswith("/kernel")}
        images = len(data.train.labels)
        for replicate in range(config["replicates"]):
            drawn = draw(shapes, images, config["steps"] * config["batch"], seed, replicate)
            graph_arms.begin(program, drawn.weights, fresh)
            new = program.read()
            graph_arms.train(program, data.train, drawn, config["batch"], f"replicate {replicate} ({', '.join(WAY)})")
            states = {"new": new, "trained": program.read()}
            states["forgotten"] = states["trained"] | {n: v for n, v in fresh.items() if "/moving_" in n}
            for name, work in WORK.items():
                done = {flag: _done(work, flag, bench, states, config, data, drawn) for flag in _flags(work)}
                for rule, flag in zip(RULES, _flags(work), strict=True):
                    yield {"case": name, "rule": rule, "replicate": replicate, **done[flag]}
        program.session.close()


def _flags(work: Work) -> tuple[bool, bool]:
    return work.optimiser, work.must_move


def _bench(recipe: Recipe, data: Data, batch: int) -> _Bench:
    """Build the net twice with shared variables: on fed images, and on images that are a variable themselves."""
    tf, v1, _ = start()
    program = graph_arms.build(WAY, recipe, data.train, data.classes)
    head = linear("head", program.training.features, data.classes)
    error = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(program.labels, head))
    tune = v1.train.MomentumOptimizer(recipe.rate, 0.9).minimize(
        error,
        var_list=v1.trainable_variables("head"),
    )
    picture = v1.get_variable("picture", (batch, *data.train.pixels.shape[1:]), initializer=v1.zeros_initializer())
    placed = v1.placeholder(tf.float32, picture.shape)
    made = net(WAY, recipe, picture, data.classes, program.flag, reuse=True)
    # The sum, so that what an image gets does not depend on how many there are.
    loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(program.labels, made.outputs))
    descend = v1.train.GradientDescentOptimizer(1.0).minimize(loss, var_list=[picture])
    gradient = tf.gradients(loss, picture)[0]
    begin = v1.variables_initializer([v for v in v1.global_variables() if v.op.name not in program.variables])
    return _Bench(program, v1.assign(picture, placed), placed, gradient, descend, tune, begin)


def _done(
    work: Work,
    flag: bool,
    bench: _Bench,
    states: Mapping[str, State],
    config: Mapping[str, Any],
    data: Data,
    drawn: Draw,
) -> dict[str, Any]:
    program = bench.program
    program.session.run(bench.begin)
    program.write(states[work.begins])
    accuracies = [_accuracy(program, data, config["batch"])]
    before = statistics(program.read())
    found = work.do(bench, flag, config, data, drawn)
    moved = not same(before, statistics(program.read()))
    accuracies.append(_accuracy(program, data, config["batch"]))
    return {
        "optimiser": int(work.optimiser),
        "flag": int(flag),
        "must_move": int(work.must_move),
        "moved": int(moved),
        "right": int(moved == work.must_move),
        "accuracy_before": accuracies[0],
        "accuracy_after": accuracies[1],
        "mates": np.nan if found is None else found,
    }


def _accuracy(program: Program, data: Data, batch: int) -> float:
    order = np.arange(len(data.test.labels))
    found = graph_arms.outputs(program, data.test, order, batch, training=False)
    return float((found.argmax(1) == data.test.labels).mean())


def _train(bench: _Bench, flag: bool, config: Mapping[str, Any], data: Data, drawn: Draw) -> None:
    for places in batches(drawn.order[: config["tune"] * config["batch"]], config["batch"]):
        images, labels = data.train.at(places)
        bench.program.session.run(bench.program.step, bench.program.feed(images, flag, labels))


def _evaluate(bench: _Bench, flag: bool, config: Mapping[str, Any], data: Data, drawn: Draw) -> None:
    graph_arms.outputs(bench.program, data.test, np.arange(len(data.test.labels)), config["batch"], flag)


def _tune(bench: _Bench, flag: bool, config: Mapping[str, Any], data: Data, drawn: Draw) -> None:
    for places in batches(drawn.order[: config["tune"] * config["batch"]], config["batch"]):
        images, labels = data.train.at(places)
        paler = images * np.float32(0.5) + np.float32(0.4)  # as in `evaluation.shifted`
        bench.program.session.run(bench.tune, bench.program.feed(paler, flag, labels))


def _estimate(bench: _Bench, flag: bool, config: Mapping[str, Any], data: Data, drawn: Draw) -> None:
    order = drawn.order[: config["tune"] * config["batch"]]
    graph_arms.outputs(bench.program, data.train, order, config["batch"], flag)


def _gradients(bench: _Bench, flag: bool, config: Mapping[str, Any], data: Data, drawn: Draw) -> float:
    """Return by how much, relatively, the gradients of half a batch of images change when its other half does."""
    batch, session = config["batch"], bench.program.session
    half, found = batch // 2, []
    places = np.arange(batch + half) % len(data.test.labels)
    for chosen in (places[:batch], np.concatenate([places[:half], places[batch:], places[half : batch - half]])):
        images, labels = data.test.at(chosen)
        session.run(bench.put, {bench.placed: images})
        fed = {bench.program.flag: flag, bench.program.labels: labels}
        found.append(session.run(bench.gradient, fed)[:half])
    return float(np.linalg.norm(found[0] - found[1]) / np.linalg.norm(found[0]))


def _descend(bench: _Bench, flag: bool, config: Mapping[str, Any], data: Data, drawn: Draw) -> float:
    mates = _gradients(bench, flag, config, data, drawn)
    labels = data.test.labels[np.arange(config["batch"]) % len(data.test.labels)]
    for _ in range(config["tune"]):
        bench.program.session.run(bench.descend, {bench.program.flag: flag, bench.program.labels: labels})
    return mates


WORK = {
    TRAINING: Work(True, True, "new", _train),
    EVALUATION: Work(False, False, "trained", _evaluate),
    FROZEN: Work(True, False, "trained", _tune),
    PICTURES: Work(True, False, "trained", _descend),
    GRADIENTS: Work(False, False, "trained", _gradients),
    ESTIMATE: Work(False, True, "forgotten", _estimate),
}
