"""What came out when something was tried: the tables that the demonstrations of every tool share.

A demonstration is a function without arguments. What it returns is what came out, as a short text; an exception is an
outcome too. So no sentence about a tool is written down: it is run, and its outcome is recorded.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import pandas as pd

from hearsay.tables import Table

WORKS, FAILS, NOT_RUN = "works", "fails", "not run"
TENSORFLOW, FX, EXPORT, EAGER = "TensorFlow", "torch.fx", "torch.export", "PyTorch"
YES, NO = "yes", "no"
SAID = 160  # characters that are kept of an error's first line

DEMONSTRATIONS = Table(
    "feeding/demonstrations",
    "What was tried with placeholders, constants, variables and data sets, and what came out",
    key=("tool", "demonstration"),
    columns={
        "tool": f"{TENSORFLOW} (graph mode), {FX}, {EXPORT}, or {EAGER} without a graph",
        "demonstration": "short name of what was tried",
        "tried": "what was done, in words",
        "outcome": f"{WORKS}: it ran to its end; {FAILS}: it raised an error; {NOT_RUN}: the tool is not installed",
        "value": "what came out, as text",
        "error": "class of the error",
        "said": "first line of the error",
    },
    text=("tool", "demonstration", "tried", "outcome", "value", "error", "said"),
)

# What can be asked of a way of feeding, in the order of the paper's matrix.
ASKED = {
    "vary batch": "another number of images a step without building anything anew",
    "swap source": "the training images replaced by others without building anything anew",
    "feed any node": "a value between input and output replaced for one run",
    "fail when never supplied": "an error, and not an answer, when nobody has ever supplied the data",
    "fail when forgotten": "an error in a step for which nobody supplies data, after one for which somebody did",
    "saved with the model": "the same answers in a new process, fed in the same way, from the file alone, without the "
    "Python that built it",
}

MATRIX = Table(
    "feeding/matrix",
    "What each way of feeding can do",
    key=("tool", "way", "asked"),
    columns={
        "tool": "as in the table of demonstrations",
        "way": "way of feeding",
        "asked": "; ".join(f"{name}: {meaning}" for name, meaning in ASKED.items()),
        "can": f"{YES} or {NO}, as it came out; {NOT_RUN} where the tool is not installed",
        "how": "what was run, and what came out",
        "said": "first line of the error where there was one",
    },
    text=("tool", "way", "asked", "can", "how", "said"),
)


class Demonstration(NamedTuple):
    """name: short; tried: what is done, in words; run: does it and returns what came out."""

    name: str
    tried: str
    run: Callable[[], object]


def first_line(error: BaseException) -> str:
    """Return the first line of an error that says something, cut to `SAID` characters."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0][:SAID] if lines else ""


def record(tool: str, demonstrations: Iterable[Demonstration]) -> pd.DataFrame:
    """Run demonstrations one after another and return their rows of `DEMONSTRATIONS`."""
    return pd.DataFrame([_row(tool, each) for each in demonstrations], columns=list(DEMONSTRATIONS.columns))


def not_run(tool: str, demonstrations: Iterable[Demonstration], reason: str) -> pd.DataFrame:
    """Return the rows of demonstrations whose tool is not there."""
    rows = [(tool, each.name, each.tried, NOT_RUN, "", "", reason) for each in demonstrations]
    return pd.DataFrame(rows, columns=list(DEMONSTRATIONS.columns))


def _row(tool: str, each: Demonstration) -> tuple[str, ...]:
    try:
        value = each.run()
    except Exception as error:  # whatever a tool raises is what it says to its user
        return tool, each.name, each.tried, FAILS, "", type(error).__name__, first_line(error)
    return tool, each.name, each.tried, WORKS, str(value), "", ""
