"""What is said about placeholders: endpoints and rules, fixed before the timings were looked at.

Evidence: the study's tables by name (`hearsay.feeding.evidence`), and `config`: its section, whose `judging` decides.
The claims about speed are in `claims_speed`.
"""

from collections.abc import Mapping

import pandas as pd

from hearsay.claims import DEPENDS, FAILS, HOLDS, NONE, RANGE, UNDECIDED, Claim, Judgement
from hearsay.feeding.claims_speed import SPEED
from hearsay.feeding.claims_speed import THREAD as THREAD
from hearsay.feeding.outcomes import ASKED, EXPORT, FX, NOT_RUN, TENSORFLOW, WORKS, YES
from hearsay.feeding.outcomes import FAILS as FAILED

FIGURE, TABLE = "results/feeding/figures/{}.svg", "results/feeding/tables/{}.csv"
GRAPHS = (TENSORFLOW, FX, EXPORT)  # the tools that have placeholders
ASKING = ("placeholder", "default in the example")  # what the names of ways with a placeholder contain
NO_TENSORFLOW = "TensorFlow was not run"
CELLS, SHARE, LINES = "cells of the matrix", "share of cases", "lines of code"

# Placeholders that are not fed, by tool and demonstration.
UNFED = (
    (TENSORFLOW, "placeholder, unfed"),
    (TENSORFLOW, "default placeholder, unfed"),
    (TENSORFLOW, "pipeline over a placeholder, initialised unfed"),
    (TENSORFLOW, "pipeline by handle, unfed"),
    (FX, "unfed"),
    (FX, "number for a default, unfed"),
    (EXPORT, "unfed"),
    (EXPORT, "default in the example, unfed"),
    (EXPORT, "default left out of the example, unfed"),
)
UNKNOWN = {"value": "unknown value, ", "shape": "unknown shape, "}


def best_practice(evidence: Mapping) -> Judgement:
    """Judge whether a way with a placeholder can do all that is asked, and no other way can, in every tool."""
    wide = _wide(evidence)
    if wide is None:
        return _not_run(CELLS, FIGURE.format("matrix"))
    best = {}
    for tool in GRAPHS:
        ways = wide.loc[tool].sum(axis=1)
        asks = ways.index.map(_asks)
        best[tool] = ways[asks].max(), ways[~asks].max()
    true = {tool: ours == len(ASKED) > others for tool, (ours, others) in best.items()}
    verdict = _of(true.values())
    return _counted(verdict, [ours - others for ours, others in best.values()], true, "matrix", CELLS)


def necessary(evidence: Mapping) -> Judgement:
    """Judge whether there is something asked that ways with a placeholder can do and no other way can."""
    wide = _wide(evidence)
    if wide is None:
        return _not_run(CELLS, FIGURE.format("matrix"))
    alone = {}
    for tool in GRAPHS:
        asks = wide.loc[tool].index.map(_asks)
        ours, others = wide.loc[tool][asks].any(), wide.loc[tool][~asks].any()
        alone[tool] = [asked for asked in ASKED if ours[asked] and not others[asked]]
    verdict = _of(bool(found) for found in alone.values())
    said = "; ".join(f"{tool}: {', '.join(found) or 'nothing'}" for tool, found in alone.items())
    counts = [len(found) for found in alone.values()]
    ends = sum(counts) / len(counts), min(counts), max(counts)
    return Judgement(verdict, *ends, CELLS, len(counts), FIGURE.format("matrix"), "" if verdict == FAILS else said)


def intent_clear(evidence: Mapping) -> Judgement:
    """Judge whether a placeholder that is not fed fails."""
    rows = evidence["demonstrations"].set_index(["tool", "demonstration"])["outcome"].reindex(UNFED)
    if (rows == NOT_RUN).any():
        return _not_run(SHARE, TABLE.format("demonstrations"))
    failed = rows == FAILED
    return _shared(failed, "silent", "demonstrations")


def complicate(evidence: Mapping) -> Judgement:
    """Judge whether more lines change than those that declare the data when a program gets placeholders."""
    rows = evidence["complication"]
    if (rows["outcome"] == NOT_RUN).any():
        return _not_run(LINES, TABLE.format("complication"))
    true = dict(zip(rows["program"], rows["beyond"] > 0, strict=True))
    return _counted(_of(true.values()), rows["beyond"], true, "", LINES, TABLE.format("complication"))


def unknown_values(evidence: Mapping) -> Judgement:
    """Judge whether a variable whose initial value, or its shape, is not known needs a placeholder."""
    rows = evidence["demonstrations"]
    rows = rows[rows["tool"] == TENSORFLOW].set_index("demonstration")["outcome"]
    if (rows == NOT_RUN).any():
        return _not_run(SHARE, TABLE.format("demonstrations"))
    needed, works, tried = {}, 0, 0
    for what, start in UNKNOWN.items():
        others = rows[rows.index.str.startswith(start) & ~rows.index.str.contains("placeholder")]
        needed[what] = not (others == WORKS).any()
        works, tried = works + int((others == WORKS).sum()), tried + len(others)
    share = works / tried
    verdict = _of(needed.values())
    condition = "" if verdict != DEPENDS else ", ".join(f"{what}: {_word(true)}" for what, true in needed.items())
    return Judgement(verdict, share, share, share, SHARE, tried, TABLE.format("demonstrations"), condition)


def drawbacks(evidence: Mapping) -> Judgement:
    """Judge whether a whole data set in constants is a drawback: in size, at the limit, in what can be varied."""
    rows = evidence["demonstrations"].set_index(["tool", "demonstration"])
    matrix = evidence["matrix"].set_index(["tool", "way", "asked"])["can"]
    if (rows["outcome"] == NOT_RUN).any():
        return _not_run(SHARE, TABLE.format("demonstrations"))
    vary = next(iter(ASKED))
    grown = evidence["config"]["judging"]["grown"]
    found = {
        "the graph grows by the data": _size(rows, TENSORFLOW, "data set as a constant, size") >= grown,
        "so does an exported archive": _size(rows, EXPORT, "archive, data inside") >= grown,
        "two gibibytes fail": rows.loc[(TENSORFLOW, "data set as a constant, at the limit"), "outcome"] == FAILED,
        "a batch of another size cannot be fed in its place": matrix[TENSORFLOW, "constant", vary] != YES,
        "other data of its size cannot be fed in its place": matrix[TENSORFLOW, "constant", "swap source"] != YES,
        "nobody notices where nothing is supplied": matrix[TENSORFLOW, "constant", "fail when forgotten"] != YES,
    }
    return _shared(pd.Series(found), "not", "demonstrations")


def most_flexible(evidence: Mapping) -> Judgement:
    """Judge whether what is fed in every step can do more of what is asked, in TensorFlow, than any other way."""
    wide = _wide(evidence)
    if wide is None:
        return _not_run(CELLS, FIGURE.format("matrix"))
    can = wide.loc[TENSORFLOW].sum(axis=1)
    others = can.drop("placeholder")
    lead = int(can["placeholder"] - others.max())
    verdict = HOLDS if lead > 0 else FAILS if lead < 0 else DEPENDS
    level = ", ".join(others.index[others == others.max()])
    condition = f"level with {level}" if verdict == DEPENDS else ""
    return Judgement(verdict, lead, lead, lead, CELLS, len(can), FIGURE.format("matrix"), condition)


def portable(evidence: Mapping) -> Judgement:
    """Judge whether saved graphs give the same answers in another process, without the Python that built them."""
    rows = evidence["demonstrations"]
    rows = rows[(rows["tool"] == TENSORFLOW) & rows["demonstration"].str.match("graph with .*, saved$")]
    if (rows["outcome"] == NOT_RUN).any():
        return _not_run(SHARE, TABLE.format("demonstrations"))
    return _shared(rows.set_index("demonstration")["outcome"] == WORKS, "not", "demonstrations")


def _wide(evidence: Mapping) -> pd.DataFrame | None:
    """Return by tool and way whether it can do what is asked; None where TensorFlow was not run."""
    matrix = evidence["matrix"]
    if (matrix["can"] == NOT_RUN).any():
        return None
    return matrix.assign(can=matrix["can"] == YES).pivot(index=["tool", "way"], columns="asked", values="can")


def _asks(way: str) -> bool:
    return any(word in way for word in ASKING)


def _of(true) -> str:
    true = list(true)
    return HOLDS if all(true) else FAILS if not any(true) else DEPENDS


def _word(true: bool) -> str:
    return "true" if true else "not true"


def _counted(verdict, counts, true: Mapping, figure: str, unit: str, place: str = "") -> Judgement:
    """Return a judgement by counts, whose mean and range it gives."""
    counts = [float(count) for count in counts]
    condition = ", ".join(f"{name}: {_word(each)}" for name, each in true.items()) if verdict == DEPENDS else ""
    ends = sum(counts) / len(counts), min(counts), max(counts)
    return Judgement(verdict, *ends, unit, len(counts), place or FIGURE.format(figure), condition)


def _shared(true: pd.Series, otherwise: str, table: str) -> Judgement:
    """Return a judgement by the share of cases that are true; the condition names those that are not."""
    verdict, share = _of(true), float(true.mean())
    names = [", ".join(name) if isinstance(name, tuple) else name for name in true.index[~true.astype(bool)]]
    condition = f"{otherwise}: {'; '.join(names)}" if verdict == DEPENDS else ""
    return Judgement(verdict, share, share, share, SHARE, len(true), TABLE.format(table), condition)


def _size(rows: pd.DataFrame, tool: str, name: str) -> float:
    """Return bytes a byte of data, the number that the demonstration's value begins with."""
    return float(rows.loc[(tool, name), "value"].split()[0])


def _not_run(unit: str, place: str) -> Judgement:
    return Judgement(UNDECIDED, 0.0, 0.0, 0.0, unit, 0, place, NO_TENSORFLOW)


ALL_BUT = (HOLDS, DEPENDS, FAILS, UNDECIDED)
CLAIMS = [
    Claim(
        "best-practice",
        THREAD,
        "Placeholders are best practice.",
        "things asked of a way of feeding that the best way with a placeholder can do, less those that the best way"
        " without one can; mean and range over tools that have placeholders",
        "Holds if in every tool a way with a placeholder can do all that is asked, and no way without one can; fails if"
        " in none; depends otherwise; undecided without TensorFlow.",
        best_practice,
        ALL_BUT,
        RANGE,
    ),
    Claim(
        "necessary",
        THREAD,
        "Placeholders are necessary on some occasions.",
        "things asked that some way with a placeholder can do and no way without one; mean and range over tools",
        "Holds if there is one in every tool; fails if there is none; depends otherwise; undecided without TensorFlow.",
        necessary,
        ALL_BUT,
        RANGE,
    ),
    Claim(
        "intent-clear",
        THREAD,
        "A placeholder makes clear that data must come: one that is not fed fails.",
        "placeholders that are not fed, with and without a default, and whether running them is an error",
        "Holds if all are; fails if none is; depends otherwise; undecided without TensorFlow.",
        intent_clear,
        ALL_BUT,
        NONE,
    ),
    Claim(
        "complicate",
        THREAD,
        "Placeholders complicate the code.",
        "lines that change beside those that declare the data, where a program with its data in the graph is rewritten"
        " with placeholders; mean and range over programs",
        "Holds if there are any in every program; fails if in none; depends otherwise; undecided without TensorFlow.",
        complicate,
        ALL_BUT,
        RANGE,
    ),
    Claim(
        "unknown-values",
        THREAD,
        "A variable whose initial value is not known beforehand requires a placeholder.",
        "ways without a placeholder to give a variable such a value, or one of a shape that is not known, and whether"
        " the variable has it; share that works",
        "Holds if none works in either case; fails if some works in both; depends otherwise; undecided"
        " without TensorFlow.",
        unknown_values,
        ALL_BUT,
        NONE,
    ),
    Claim(
        "constants-drawback",
        THREAD,
        "A whole data set in constants is a drawback.",
        "drawbacks that were looked for: the bytes of graph and archive, the limit, what can no longer be done; share"
        " that is there",
        "Holds if all are; fails if none is; depends otherwise; undecided without TensorFlow. A file grows by"
        " the data from {grown} bytes for each of theirs on.",
        drawbacks,
        ALL_BUT,
        NONE,
    ),
    Claim(
        "most-flexible",
        THREAD,
        "Feeding in every step is the most flexible way.",
        "things asked that a placeholder can do, less those that the next best way can, in TensorFlow",
        "Holds if it is more than nought; fails if it is less; depends where they are level; undecided"
        " without TensorFlow.",
        most_flexible,
        ALL_BUT,
        NONE,
    ),
    Claim(
        "graphs-portable",
        THREAD,
        "Graphs are portable: what was saved runs without the Python that built it.",
        "saved graphs that give the same answers, bit by bit, in a new process from the file alone; share",
        "Holds if all do; fails if none does; depends otherwise; undecided without TensorFlow.",
        portable,
        ALL_BUT,
        NONE,
    ),
    *SPEED,
]


def spoken(judging: Mapping, numbers: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that statements and rules may name: the study's numbers, and the bounds of its config."""
    return dict(numbers) | {key: f"{value:,}" for key, value in judging.items()}
