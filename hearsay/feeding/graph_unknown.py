"""Demonstrations in TensorFlow: variables whose initial values nobody knows beforehand, with a placeholder and without.

A value that is not known beforehand is one that Python has only when the graph is built. Each way brings `VALUE` into a
variable of a graph that does not hold it, or `LONGER`, whose shape the graph does not know either.
"""

import tempfile
from pathlib import Path

import numpy as np

from hearsay.feeding.graph_small import COLUMNS, ROWS, in_graph, rows
from hearsay.feeding.outcomes import Demonstration
from hearsay.graph_process import start

VALUE, LONGER = rows(number=1), rows(ROWS + 1, 1)
UNKNOWN = (None, COLUMNS)
NO_SHAPE = {"validate_shape": False}


def _variable(value, **settings):
    return start().v1.Variable(value, name="x", **settings)


def _unfilled():
    return start().v1.zeros((ROWS, COLUMNS), name="unfilled")


def _held(found, supplied=VALUE):
    """Say whether a variable holds what was supplied."""
    return f"{found.shape}, {'as supplied' if np.array_equal(found, supplied) else 'not as supplied'}"


def _begun(value, feeds=None, supplied=VALUE, **settings):
    """Return a demonstration: a variable whose initial value is value(), initialised with feeds(value) and read."""

    def body(tensorflow, session):
        first = value()
        variable = _variable(first, **settings)
        session.run(variable.initializer, feeds(first) if feeds else None)
        return _held(session.run(variable), supplied)

    return in_graph(body)


def _assigned(first, feeds, supplied=VALUE, **settings):
    """Return a demonstration: a variable of noughts to which first() is assigned, with feeds(first)."""

    def body(tensorflow, session):
        variable, other = _variable(_unfilled()), first()
        session.run(variable.initializer)
        session.run(tensorflow.v1.assign(variable, other, **settings), feeds(other))
        return _held(session.run(variable), supplied)

    return in_graph(body)


def _loaded(value, **settings):
    """Return a demonstration: variable.load, which feeds the initial value's node; no initialising pass before."""

    def body(tensorflow, session):
        variable = _variable(_unfilled(), **settings)
        variable.load(value, session)
        return _held(session.run(variable), value)

    return in_graph(body)


def _restored(value, **settings):
    """Return a demonstration: a checkpoint of another graph, restored in place of the initialising pass."""

    def body(tensorflow, session):
        tf, v1 = tensorflow
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "saved")
            with tf.Graph().as_default(), v1.Session() as other:
                kept = _variable(value)
                other.run(kept.initializer)
                v1.train.Saver([kept]).save(other, path)
            variable = _variable(_unfilled(), **settings)
            v1.train.Saver([variable], reshape=False).restore(session, path)
        return _held(session.run(variable), value)

    return in_graph(body)


def _from_file(tensorflow, session):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "value"
        path.write_bytes(VALUE.tobytes())
        flat = tensorflow.tf.io.decode_raw(tensorflow.tf.io.read_file(str(path)), "float32")
        variable = _variable(tensorflow.tf.reshape(flat, (ROWS, COLUMNS)))
        session.run(variable.initializer)
        return _held(session.run(variable))


def _function(value=VALUE, shape=(ROWS, COLUMNS)):
    """Return a tensor that Python computes when it is asked; numpy_function, and py_function, lose its shape."""

    def build():
        tensor = start().tf.numpy_function(lambda: value, [], "float32")
        if shape:
            tensor.set_shape(shape)
        return tensor

    return build


def _py_function():
    tensor = start().tf.py_function(lambda: VALUE, [], "float32")
    tensor.set_shape((ROWS, COLUMNS))
    return tensor


def _from_pipeline():
    dataset = start().tf.data.Dataset.from_generator(
        lambda: iter([VALUE]), output_types="float32", output_shapes=(ROWS, COLUMNS)
    )
    return start().v1.data.make_one_shot_iterator(dataset).get_next()


def _from_variable(tensorflow, session):
    first = tensorflow.v1.Variable(_unfilled(), name="first")
    variable = _variable(first.initialized_value())
    first.load(VALUE, session)
    session.run(variable.initializer)
    return _held(session.run(variable))


def _placeholder(shape=(ROWS, COLUMNS)):
    return lambda: start().v1.placeholder("float32", shape, name="value")


def _with(value):
    return lambda tensor: {tensor: value}


DEMONSTRATIONS = (
    Demonstration(
        "unknown value, placeholder",
        "initial value a placeholder, fed as it is initialised",
        _begun(_placeholder(), _with(VALUE)),
    ),
    Demonstration("unknown value, placeholder unfed", "the same without the feed", _begun(_placeholder())),
    Demonstration(
        "unknown value, constant fed",
        "initial value a constant, fed as it is initialised",
        _begun(_unfilled, _with(VALUE)),
    ),
    Demonstration(
        "unknown value, assigned from a constant fed",
        "assigned from a constant, which is fed in that run",
        _assigned(_unfilled, _with(VALUE)),
    ),
    Demonstration("unknown value, load", "variable.load", _loaded(VALUE)),
    Demonstration("unknown value, numpy_function", "initial value a numpy_function", _begun(_function())),
    Demonstration("unknown value, py_function", "initial value a py_function", _begun(_py_function)),
    Demonstration("unknown value, checkpoint", "restored from a checkpoint", _restored(VALUE)),
    Demonstration("unknown value, file", "initial value read from a file by the graph", in_graph(_from_file)),
    Demonstration(
        "unknown value, pipeline",
        "initial value the element of a tf.data pipeline from a generator",
        _begun(_from_pipeline),
    ),
    Demonstration(
        "unknown value, another variable",
        "another variable's initialized_value, after variable.load of that one",
        in_graph(_from_variable),
    ),
    Demonstration(
        "unknown shape, placeholder",
        "initial value a placeholder of no declared shape",
        _begun(_placeholder(None), _with(LONGER), LONGER),
    ),
    Demonstration(
        "unknown shape, placeholder, shape not validated",
        "the same with validate_shape=False",
        _begun(_placeholder(None), _with(LONGER), LONGER, **NO_SHAPE),
    ),
    Demonstration(
        "unknown shape, default placeholder, shape not validated",
        "initial value a default placeholder of unknown batch, with validate_shape=False",
        _begun(lambda: start().v1.placeholder_with_default(rows(), UNKNOWN), _with(LONGER), LONGER, **NO_SHAPE),
    ),
    Demonstration(
        "unknown shape, constant fed, shape not validated",
        "initial value a constant, fed with a row more",
        _begun(_unfilled, _with(LONGER), LONGER, **NO_SHAPE),
    ),
    Demonstration(
        "unknown shape, load, shape not validated", "variable.load with a row more", _loaded(LONGER, **NO_SHAPE)
    ),
    Demonstration(
        "unknown shape, numpy_function", "initial value a numpy_function", _begun(_function(LONGER, None), None, LONGER)
    ),
    Demonstration(
        "unknown shape, numpy_function, shape not validated",
        "the same with validate_shape=False",
        _begun(_function(LONGER, None), None, LONGER, **NO_SHAPE),
    ),
    Demonstration(
        "unknown shape, assigned from a numpy_function",
        "assigned from a numpy_function with validate_shape=False",
        _assigned(_function(LONGER, None), lambda tensor: None, LONGER, **NO_SHAPE),
    ),
    Demonstration(
        "unknown shape, checkpoint, shape not validated",
        "a checkpoint with a row more",
        _restored(LONGER, **NO_SHAPE),
    ),
)
