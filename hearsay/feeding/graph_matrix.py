"""What each way of feeding can do in TensorFlow's graph mode: every cell is the outcome of a run."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hearsay.feeding.graph_saved import SAME, answered
from hearsay.feeding.graph_small import COLUMNS, HIDDEN, ROWS, Nodes, program, reference, rows, spoken
from hearsay.feeding.outcomes import ASKED, MATRIX, NO, NOT_RUN, TENSORFLOW, YES
from hearsay.graph_process import graph, session, start

VARY, SWAP, ANY, NEVER, FORGOTTEN, SAVED = ASKED
SOURCE, OTHER = rows(2 * ROWS), rows(2 * ROWS, 1)
SIZES = (ROWS, ROWS + 2, 1)
UNKNOWN = (None, COLUMNS)


class Built(NamedTuple):
    """A program that was built: its nodes, and give(session, source, n), after which its step has n rows of `source`.

    give returns the feeds of that step.
    """

    nodes: Nodes
    give: Callable[[Any, np.ndarray, int], dict[Any, np.ndarray] | None]


class Way(NamedTuple):
    """A way of feeding: its best means for everything that is asked of it.

    build() makes the program; saved: the demonstration that saves it; supplies, forgets: what is run, in words.
    """

    build: Callable[[], Built]
    saved: str
    supplies: str
    forgets: str


def _fed(make: Callable[[Any], Any]) -> Callable[[], Built]:
    """Return what builds the program on a tensor make(v1) that is fed in each step."""

    def build() -> Built:
        x = make(start().v1)
        return Built(program(x), lambda opened, source, n: {x: source[:n]})

    return build


def _variable() -> Built:
    """Build the program on a variable whose value Python supplies as it is assigned, of any number of rows."""
    v1, given = start().v1, []
    variable = v1.Variable(SOURCE[:ROWS], validate_shape=False, name="x")
    other = v1.assign(variable, v1.numpy_function(lambda: given[-1], [], "float32"), validate_shape=False)

    def give(opened: Any, source: np.ndarray, n: int) -> None:
        given.append(source[:n])
        opened.run(other)

    return Built(program(variable), give)


def _pipeline(make: Callable[[Any], Any]) -> Callable[[], Built]:
    """Return what builds the program on a pipeline over make(v1), fed source and batch size as it begins."""

    def build() -> Built:
        tf, v1 = start()
        x, size = make(v1), v1.constant(ROWS, "int64")
        iterator = v1.data.make_initializable_iterator(tf.data.Dataset.from_tensor_slices(x).batch(size))

        def give(opened: Any, source: np.ndarray, n: int) -> None:
            opened.run(iterator.initializer, {x: source, size: n})

        return Built(program(iterator.get_next()), give)

    return build


def _placeholder(v1: Any) -> Any:
    return v1.placeholder("float32", UNKNOWN, "x")


_UNFED, _UNINITIALISED = "answer fetched without a feed", "answer fetched, nothing initialised"
WAYS = {
    "placeholder": Way(_fed(_placeholder), "graph with a placeholder, saved", "fed in each step", _UNFED),
    "default placeholder": Way(
        _fed(lambda v1: v1.placeholder_with_default(SOURCE[:ROWS], UNKNOWN, "x")),
        "graph with a default placeholder, saved",
        "fed in each step",
        _UNFED,
    ),
    "constant": Way(
        _fed(lambda v1: v1.constant(SOURCE[:ROWS], name="x")),
        "graph with a constant, saved, fed",
        "fed in each step",
        _UNFED,
    ),
    "variable": Way(
        _variable,
        "graph with a variable of data, saved",
        "assigned from a numpy_function, its shape not validated",
        _UNINITIALISED,
    ),
    "tf.data": Way(
        _pipeline(lambda v1: v1.constant(SOURCE, name="x")),
        "graph with a pipeline, saved",
        "the constants of source and batch size fed as the iterator is initialised",
        _UNINITIALISED,
    ),
    "tf.data over a placeholder": Way(
        _pipeline(_placeholder),
        "graph with a pipeline over a placeholder, saved",
        "placeholder and batch size fed as the iterator is initialised",
        _UNINITIALISED,
    ),
}


def matrix() -> pd.DataFrame:
    """Return the rows of `MATRIX` for TensorFlow."""
    return _framed([(TENSORFLOW, name, asked, *_cell(way, asked)) for name, way in WAYS.items() for asked in ASKED])


def not_run(reason: str) -> pd.DataFrame:
    """Return the rows of `MATRIX` where TensorFlow cannot be run."""
    return _framed([(TENSORFLOW, name, asked, NOT_RUN, "", reason) for name in WAYS for asked in ASKED])


def _framed(found: list[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(found, columns=list(MATRIX.columns)).sort_values(list(MATRIX.key), ignore_index=True)


def _cell(way: Way, asked: str) -> tuple[str, str, str]:
    """Return can, how and said."""
    if asked == SAVED:
        value, _, said = answered()[way.saved]
        return YES if value == SAME else NO, "SavedModel, loaded by a session", said
    words = {ANY: "the hidden node fed, nothing else", NEVER: way.forgets, FORGOTTEN: "fetched again, nothing supplied"}
    how, supplied = words.get(asked, way.supplies), asked != FORGOTTEN
    try:
        with graph(), session() as opened:
            built = way.build()
            supplied = supplied or _right(built, opened, SOURCE, ROWS)
            can = _tried(built, opened, asked)
    except Exception as error:  # whatever TensorFlow raises is the outcome
        return YES if asked in (NEVER, FORGOTTEN) and supplied else NO, how, spoken(error)
    return YES if can else NO, how, ""


def _tried(built: Built, opened: Any, asked: str) -> bool:
    if asked == VARY:
        return all(_right(built, opened, SOURCE, n) for n in SIZES)
    if asked == SWAP:
        return all(_right(built, opened, source, ROWS) for source in (SOURCE, OTHER))
    if asked == ANY:
        value = np.arange(1.0, ROWS * HIDDEN + 1, dtype=np.float32).reshape(ROWS, HIDDEN)
        return np.array_equal(opened.run(built.nodes.answer, {built.nodes.hidden: value}), np.square(value).sum(1))
    opened.run(built.nodes.answer)
    return False  # it did not fail


def _right(built: Built, opened: Any, source: np.ndarray, n: int) -> bool:
    feeds = built.give(opened, source, n)
    return np.array_equal(opened.run(built.nodes.answer, feeds), reference(source[:n]))
