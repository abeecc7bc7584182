"""How much a placeholder complicates a program: what else must change when data comes in through one.

Each program is written down twice and run: with placeholders, and with the data in the graph. What is counted are the
lines of code that differ, those among them that declare the data, and the calls that must carry a feed.
"""

import ast
import difflib
import hashlib
import io
import tokenize
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from hearsay.feeding.outcomes import NOT_RUN, WORKS
from hearsay.graph_process import graph, start
from hearsay.tables import Table

COMPLICATION = Table(
    "feeding/graph-complication",
    "Programs of the thread's time, written with the data in the graph and rewritten with placeholders",
    key=("program", "rewritten"),
    columns={
        "program": "what the program does",
        "rewritten": "from what to what it is rewritten",
        "outcome": f"{WORKS}: both ran to their end; {NOT_RUN} where TensorFlow cannot be run",
        "said": "why it was not run",
        "lines": "lines of code before",
        "lines_after": "lines of code after",
        "changed": "lines that were changed, added or dropped",
        "declared": "those among them that declare the data",
        "beyond": "those among them that do not",
        "calls": "calls that run something before",
        "fed_before": "those among them that carry a feed",
        "fed_after": "the same after",
        "same": "whether what came out agrees in every bit, 0 or 1",
        "result": "SHA-256 of what came out after, 32-bit floats",
    },
    text=("program", "rewritten", "outcome", "said", "result"),
)

_BEGIN = """
W = tf.Variable(0.3, name="W")
b = tf.Variable(-0.3, name="b")
y = W * x + b
loss = tf.reduce_sum(tf.square(y - target))
train = tf.train.GradientDescentOptimizer(0.01).minimize(loss)
session = tf.Session()
session.run(tf.global_variables_initializer())
"""
_PLACEHOLDERS = """
x = tf.placeholder(tf.float32)
target = tf.placeholder(tf.float32)
"""
_WHOLE = """
x = tf.constant(xs)
target = tf.constant(targets)
"""
_COUNTED = """
step = tf.Variable(0, trainable=False, name="step")
x = tf.constant(xs)[2 * step : 2 * step + 2]
target = tf.constant(targets)[2 * step : 2 * step + 2]
"""


class Pair(NamedTuple):
    """A program with its data in the graph, and with placeholders; it leaves `result`, and `data` names its inputs."""

    constants: str
    placeholders: str
    data: tuple[str, ...] = ("x", "target")


PROGRAMS = {
    "train on the whole data set": Pair(
        _WHOLE
        + _BEGIN
        + """
for i in range(100):
    session.run(train)
result = session.run([W, b, loss])
""",
        _PLACEHOLDERS
        + _BEGIN
        + """
for i in range(100):
    session.run(train, {x: xs, target: targets})
result = session.run([W, b, loss], {x: xs, target: targets})
""",
    ),
    "train, then answer for new data": Pair(
        _WHOLE
        + _BEGIN
        + """
for i in range(100):
    session.run(train)
new_y = W * tf.constant(new) + b
result = session.run(new_y)
""",
        _PLACEHOLDERS
        + _BEGIN
        + """
for i in range(100):
    session.run(train, {x: xs, target: targets})
result = session.run(y, {x: new})
""",
    ),
    "train on one batch after another": Pair(
        _COUNTED
        + _BEGIN
        + """
for i in range(100):
    session.run(step.assign(i % 2))
    session.run(train)
result = session.run([W, b])
""",
        _PLACEHOLDERS
        + _BEGIN
        + """
for i in range(100):
    batch = slice(2 * (i % 2), 2 * (i % 2) + 2)
    session.run(train, {x: xs[batch], target: targets[batch]})
result = session.run([W, b])
""",
    ),
}
REWRITTEN = "data in the graph to placeholders"
_GIVEN = {
    "xs": np.float32([1, 2, 3, 4]),
    "targets": np.float32([0, -1, -2, -3.5]),
    "new": np.float32([5, 6, 7]),
}


def complication() -> pd.DataFrame:
    """Run every program both ways, count what changes, and return `COMPLICATION`."""
    rows = []
    for name, pair in PROGRAMS.items():
        before, after = (_result(source) for source in pair[:2])
        found = {
            "outcome": WORKS,
            "said": "",
            "same": int(before == after),
            "result": hashlib.sha256(after).hexdigest(),
        }
        rows.append({"program": name, "rewritten": REWRITTEN} | count(*pair) | found)
    return _framed(rows)


def not_run(reason: str) -> pd.DataFrame:
    """Return the rows of `COMPLICATION` where TensorFlow cannot be run; what is counted does not need it."""
    said = {"outcome": NOT_RUN, "said": reason, "rewritten": REWRITTEN}
    return _framed([{"program": name} | said | count(*pair) for name, pair in PROGRAMS.items()])


def count(before: str, after: str, data: tuple[str, ...]) -> dict[str, int]:
    """Return the counts of `COMPLICATION`, from `lines` to `fed_after`, for a program and the same rewritten.

    data: the names of variables that hold the data: a line that assigns to one of them declares it. Where a line was
    put in another's place, that is one change; comments, blanks and layout are none.
    """
    old, new = _lines(before), _lines(after)
    changed = declared = 0
    for kind, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            gone, come = old[i:j], new[k:m]
            changed += max(len(gone), len(come))
            declared += max(sum(_declares(line, data) for line in lines) for lines in (gone, come))
    runs, fed = _runs(before)
    return {
        "lines": len(old),
        "lines_after": len(new),
        "changed": changed,
        "declared": declared,
        "beyond": changed - declared,
        "calls": runs,
        "fed_before": fed,
        "fed_after": _runs(after)[1],
    }


def _lines(source: str) -> list[str]:
    """Return the logical lines of code as their tokens."""
    lines, tokens = [], []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NEWLINE:
            lines.append(" ".join(tokens))
            tokens = []
        elif token.string.strip() and token.type != tokenize.COMMENT:
            tokens.append(token.string)
    return lines


def _declares(line: str, data: tuple[str, ...]) -> bool:
    return line.split(" = ")[0] in data


def _runs(source: str) -> tuple[int, int]:
    """Return how many calls of a `run` or `eval` a source has, and how many of them carry a feed."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    runs = [call for call in calls if getattr(call.func, "attr", "") in ("run", "eval")]
    fed = [call for call in runs if len(call.args) > (call.func.attr == "run") or "feed_dict" in _keywords(call)]
    return len(runs), len(fed)


def _keywords(call: ast.Call) -> list[str | None]:
    return [keyword.arg for keyword in call.keywords]


def _result(source: str) -> bytes:
    with graph():
        place: dict[str, Any] = dict(_GIVEN) | {"tf": start().v1}
        exec(compile(source, "<the thread's program>", "exec"), place)
        place["session"].close()
    return np.float32(place["result"]).tobytes()


def _framed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    empty = {column: "" if column in COMPLICATION.text else np.nan for column in COMPLICATION.columns}
    frame = pd.DataFrame([empty | row for row in rows], columns=list(COMPLICATION.columns))
    return frame.sort_values(list(COMPLICATION.key), ignore_index=True)
