"""A small program in TensorFlow's graph mode, and how a demonstration is run in a graph of its own.

The program is (x w) cut at nought, squared and summed over columns, of whole numbers, so every answer is exact.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from hearsay.feeding.outcomes import SAID, first_line
from hearsay.graph_process import THREAD, TensorFlow, graph, session, start

ROWS, COLUMNS, HIDDEN = 3, 4, 2
WEIGHTS = np.array([[1, -1], [0, 2], [-1, 0], [1, 1]], np.float32)
_NUMBERED = re.compile(r"\{\{function_node [^}]*\}\} ?|(?<=pyfunc)_\d+")  # by what was built before
_ABOUT = re.compile(r"Graph execution error|Detected at node|File \"|Node: '|\[\[\{\{|\[\[\w+\]\]")


class Nodes(NamedTuple):
    """The tensors of the program between input and output: hidden (n, HIDDEN), answer (n,)."""

    hidden: Any
    answer: Any


def rows(n: int = ROWS, number: int = 0) -> np.ndarray:
    """Return data (n, COLUMNS) of float32, whole numbers from -2 to 2, another for another `number`."""
    return ((np.arange(n * COLUMNS) * (number + 2) + number) % 5 - 2).astype(np.float32).reshape(n, COLUMNS)


def program(x: Any, weights: Any = None) -> Nodes:
    """Build the program on a tensor x (n, COLUMNS), with `WEIGHTS` or weights (COLUMNS, HIDDEN) of one's own."""
    tf = start().tf
    weights = tf.constant(WEIGHTS, name="weights") if weights is None else weights
    hidden = tf.nn.relu(tf.matmul(x, weights), name="hidden")
    return Nodes(hidden, tf.reduce_sum(tf.square(hidden), 1, name="answer"))


def reference(x: np.ndarray) -> np.ndarray:
    """Return the right answers (n,) for x (n, COLUMNS)."""
    return np.square(np.maximum(x @ WEIGHTS, 0)).sum(1)


def text(value: object) -> str:
    """Return what came out as a short text: arrays as lists, several values one after another."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return "; ".join(map(text, value))
    return str(value.tolist() if isinstance(value, np.ndarray | np.generic) else value)


def spoken(error: BaseException) -> str:
    """Return the first line of TensorFlow's error that says what is wrong, without where in its caller it came up."""
    lines = str(error).partition("Original stack trace")[0].splitlines()
    told = [line.strip() for line in lines if line.strip() and not _ABOUT.match(line.strip())]
    return _NUMBERED.sub("", told[0])[:SAID] if told else first_line(error)


def in_graph(body: Callable[[TensorFlow, Any], object], control_flow: str = THREAD) -> Callable[[], str]:
    """Return a demonstration that runs body(tensorflow, session) in a new graph and returns what came out as text.

    An error of a run is raised anew with the line that says what is wrong: TensorFlow's own text begins with the
    caller's files.
    """

    def run() -> str:
        with graph(control_flow), session() as opened:
            return plainly(lambda: text(body(start(), opened)))

    return run


def plainly(body: Callable[[], object]) -> Any:
    """Return what body() returns; an error of TensorFlow's is raised anew, of the same class, with `spoken` words."""
    tf = start().tf
    try:
        return body()
    except tf.errors.OpError as error:
        raise type(error)(None, None, spoken(error)) from error
