"""Demonstrations in TensorFlow: placeholders, default placeholders, constants, and what else can be fed."""

import numpy as np

from hearsay.feeding.graph_small import COLUMNS, HIDDEN, ROWS, in_graph, plainly, program, rows
from hearsay.feeding.outcomes import Demonstration
from hearsay.graph_process import start

FIXED, UNKNOWN = (ROWS, COLUMNS), (None, COLUMNS)
GIVEN = np.arange(1.0, ROWS * HIDDEN + 1, dtype=np.float32).reshape(ROWS, HIDDEN)  # a value for the hidden node


def _placeholder(shape=FIXED, dtype="float32"):
    return start().v1.placeholder(dtype, shape, name="x")


def _default(shape=FIXED):
    return start().v1.placeholder_with_default(rows(), shape, name="x")


def _constant():
    return start().v1.constant(rows(), name="x")


def _answer(x, feeds=None):
    """Return a demonstration: build x(), then the program on it, and run it with feeds(x, nodes)."""

    def body(tensorflow, session):
        made = x()
        nodes = program(made)
        return session.run(nodes.answer, feeds(made, nodes) if feeds else None)

    return in_graph(body)


def _data(n=ROWS, number=1):
    """Return what is fed for x: other rows than those that constants and defaults hold."""
    return lambda x, nodes: {x: rows(n, number)}


def _hidden(x, nodes):
    return {nodes.hidden: GIVEN}


def _not_needed(tensorflow, session):
    _placeholder()
    return session.run(program(tensorflow.v1.constant(rows())).answer)


def _prevented(tensorflow, session):
    nodes = program(_constant())
    session.graph.prevent_feeding(nodes.hidden)
    return session.run(nodes.answer, {nodes.hidden: GIVEN})


def _number(dtype, value):
    """Return a demonstration: a number fed to a placeholder of a type."""
    return in_graph(lambda tensorflow, session: session.run(1 * (x := _placeholder((), dtype)), {x: value}))


def _shape(x):
    """Return a demonstration: what is known, before anything is run, about the shape of the hidden node."""
    return in_graph(lambda tensorflow, session: str(program(x()).hidden.shape))


def _known(x):
    """Return a demonstration: the value that is known before anything is run."""
    return in_graph(lambda tensorflow, session: tensorflow.tf.get_static_value(x()))


def _decides_shape(x):
    """Return a demonstration: the shape of noughts whose numbers of rows and columns are a tensor's value."""

    def body(tensorflow, session):
        noughts = tensorflow.v1.fill(x(tensorflow.v1), 0.0)
        return str(noughts.shape), str(session.run(noughts).shape)

    return in_graph(body)


def _eager():
    return plainly(lambda: start().v1.placeholder("float32", FIXED))


def _in_function():
    tf = start().tf
    return plainly(lambda: tf.function(lambda: program(_placeholder()).answer)())


DEMONSTRATIONS = (
    Demonstration("placeholder, unfed", "a placeholder's answer fetched without a feed", _answer(_placeholder)),
    Demonstration("placeholder, fed", "the same with a feed", _answer(_placeholder, _data())),
    Demonstration(
        "placeholder, not fetched", "a placeholder that what is fetched does not need", in_graph(_not_needed)
    ),
    Demonstration(
        "placeholder, fed another number of rows",
        "one row more than the declared shape has",
        _answer(_placeholder, _data(ROWS + 1)),
    ),
    Demonstration(
        "placeholder of unknown batch, fed another number of rows",
        "one row more, the first dimension declared as unknown",
        _answer(lambda: _placeholder(UNKNOWN), _data(ROWS + 1)),
    ),
    Demonstration(
        "placeholder of unknown shape, fed the wrong shape",
        "columns that the weights do not fit, no shape declared",
        _answer(lambda: _placeholder(None), lambda x, nodes: {x: rows()[:, 1:]}),
    ),
    Demonstration("placeholder, fed words", "a word to a float placeholder", _number("float32", "word")),
    Demonstration("placeholder, fed doubles", "a double to a float placeholder", _number("float32", np.float64(0.1))),
    Demonstration("placeholder, fed a fraction", "2.7 to an integer placeholder", _number("int32", 2.7)),
    Demonstration("placeholder, fed too large a number", "2**40 to a 32-bit placeholder", _number("int32", 2**40)),
    Demonstration(
        "placeholder, fed a tensor",
        "a constant of the graph as the value of a feed",
        _answer(_placeholder, lambda x, nodes: {x: start().v1.constant(rows())}),
    ),
    Demonstration("placeholder, eager", "a placeholder made in eager mode", _eager),
    Demonstration("placeholder, in tf.function", "a placeholder made in a tf.function, which is called", _in_function),
    Demonstration("default placeholder, unfed", "its answer fetched without a feed", _answer(_default)),
    Demonstration("default placeholder, fed", "the same with a feed", _answer(_default, _data())),
    Demonstration(
        "default placeholder, fed another number of rows",
        "one row more than the declared shape has",
        _answer(_default, _data(ROWS + 1)),
    ),
    Demonstration(
        "default placeholder of unknown batch, fed another number of rows",
        "one row more, the first dimension declared as unknown",
        _answer(lambda: _default(UNKNOWN), _data(ROWS + 1)),
    ),
    Demonstration("constant, unfed", "its answer fetched without a feed", _answer(_constant)),
    Demonstration("constant, fed", "a constant's value given in feed_dict", _answer(_constant, _data())),
    Demonstration(
        "constant, fed another number of rows", "one row more than it has", _answer(_constant, _data(ROWS + 1))
    ),
    Demonstration(
        "hidden node, fed",
        "a node between placeholder and answer fed, the placeholder not",
        _answer(_placeholder, _hidden),
    ),
    Demonstration("hidden node of a constant, fed", "the same after a constant", _answer(_constant, _hidden)),
    Demonstration(
        "operation, fed", "an operation in place of its tensor", _answer(_constant, lambda x, nodes: {x.op: rows()})
    ),
    Demonstration("hidden node, feeding prevented", "a node fed after graph.prevent_feeding", in_graph(_prevented)),
    Demonstration("shape after constant", "static shape of the hidden node", _shape(_constant)),
    Demonstration("shape after default placeholder", "the same, its shape declared", _shape(_default)),
    Demonstration("shape after default placeholder of unknown batch", "the same", _shape(lambda: _default(UNKNOWN))),
    Demonstration("shape after default placeholder of unknown shape", "the same", _shape(lambda: _default(None))),
    Demonstration("shape after placeholder", "the same, its shape declared", _shape(_placeholder)),
    Demonstration("shape after placeholder of unknown batch", "the same", _shape(lambda: _placeholder(UNKNOWN))),
    Demonstration("shape after placeholder of unknown shape", "the same", _shape(lambda: _placeholder(None))),
    Demonstration(
        "value known before running, constant",
        "tf.get_static_value of a constant",
        _known(lambda: start().v1.constant([ROWS, COLUMNS])),
    ),
    Demonstration(
        "value known before running, default placeholder",
        "tf.get_static_value of a default placeholder",
        _known(lambda: start().v1.placeholder_with_default([ROWS, COLUMNS], (2,))),
    ),
    Demonstration(
        "shape given by a constant",
        "static shape, then shape, of noughts whose shape is a constant's value",
        _decides_shape(lambda v1: v1.constant([ROWS, COLUMNS])),
    ),
    Demonstration(
        "shape given by a default placeholder",
        "the same with a default placeholder of that value",
        _decides_shape(lambda v1: v1.placeholder_with_default([ROWS, COLUMNS], (2,))),
    ),
)
