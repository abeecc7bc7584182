"""Figures of what each way can do, and of what came out when it was tried. How fast they feed is in `figures_speed`."""

import os
import textwrap
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pandas as pd

from hearsay import figures
from hearsay.feeding.outcomes import ASKED, EAGER, EXPORT, FX, NOT_RUN, TENSORFLOW, WORKS, YES
from hearsay.feeding.torch_matrix import FORGOTTEN, NEVER, NOT_BUILT
from hearsay.figures import COLOURS

TOOLS = (TENSORFLOW, FX, EXPORT, EAGER)
DID, DID_NOT, ABSENT = ("o", COLOURS["blue"]), ("x", COLOURS["vermilion"]), ("_", COLOURS["grey"])
UNBUILT = ("s", COLOURS["orange"])
EMPTY: Mapping = MappingProxyType({})
SAID = {NEVER: "fails if no data was ever given", FORGOTTEN: "fails if this step's data is forgotten"}
# A question, and the demonstration that answers it in each tool; empty where it has no meaning there.
TRIED = {
    "input fed": ("placeholder, fed", "fed", "fed", "fed"),
    "input not fed": ("placeholder, unfed", "unfed", "unfed", "unfed"),
    "input with a default, not fed": (
        "default placeholder, unfed",
        "number for a default, unfed",
        "default left out of the example, unfed",
        "default, unfed",
    ),
    "input with a default, fed": (
        "default placeholder, fed",
        "number for a default, fed",
        "default left out of the example, fed",
        "default, fed",
    ),
    "nothing to be fed": ("constant, unfed", "no placeholder", "no placeholder", "no argument"),
    "constant fed all the same": ("constant, fed", "constant fed", "constant fed", ""),
    "node between fed, input too": ("", "node fed", "node fed", ""),
    "node between fed, input not": (
        "hidden node, fed",
        "node fed, placeholder unfed",
        "node fed, placeholder unfed",
        "",
    ),
    "unneeded input not fed": ("placeholder, not fetched", "unneeded placeholder unfed", "", ""),
    "batch of another size": (
        "placeholder, fed another number of rows",
        "another batch",
        "another batch",
        "another batch",
    ),
    "the same, size declared as unknown": (
        "placeholder of unknown batch, fed another number of rows",
        "",
        "another batch, marked dynamic",
        "",
    ),
    "input of a wrong shape": (
        "placeholder of unknown shape, fed the wrong shape",
        "wrong shape",
        "wrong shape",
        "wrong shape",
    ),
    "input of a wrong type": ("placeholder, fed doubles", "wrong type", "wrong type", "wrong type"),
}


def tried(demonstrations: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw which demonstrations ran and which failed, the same question in one row for all tools."""
    outcomes = demonstrations.set_index(["tool", "demonstration"])["outcome"]
    cells = {
        (question, tool): {WORKS: DID, NOT_RUN: ABSENT}.get(outcomes[tool, name], DID_NOT)
        for question, names in TRIED.items()
        for tool, name in zip(TOOLS, names, strict=True)
        if name
    }
    places = {question: (y, question) for y, question in enumerate(TRIED)}
    _cells(cells, places, TOOLS, {"runs": DID, "is an error": DID_NOT}, path)


def matrix(cells: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw what each way of feeding can do, a row each, tools one below the other. cells: `outcomes.MATRIX`."""
    found, places, groups, y = {}, {}, {}, 0.0
    for tool in TOOLS:
        mine = cells[cells["tool"] == tool]
        groups[tool] = y
        for way in dict.fromkeys(mine["way"]):
            places[tool, way] = y, way
            y += 1
        y += 0.5
        marks = mine["can"].map(lambda can: {YES: DID, NOT_RUN: ABSENT}.get(can, DID_NOT))
        marks = marks.where(mine["how"] != NOT_BUILT, pd.Series([UNBUILT] * len(mine), mine.index))
        asked = mine["asked"].replace(SAID)
        found |= {((tool, way), what): mark for way, what, mark in zip(mine["way"], asked, marks, strict=True)}
    words = {"can": DID, "cannot": DID_NOT, NOT_BUILT: UNBUILT}
    _cells(found, places, [SAID.get(asked, asked) for asked in ASKED], words, path, groups)


def _cells(cells: Mapping, places: Mapping, columns: Sequence[str], words: Mapping, path, groups: Mapping = EMPTY):
    """Draw a mark for each (row, column) of `cells`; places: height and name of a row; groups: height of a heading."""
    import matplotlib.pyplot as plt

    heights, names = zip(*places.values(), strict=True)
    with figures.style():
        size = figures.WIDTH, 0.8 + 0.165 * max(heights)
        figure, axes = plt.subplots(figsize=size, layout="constrained")
        for (row, column), (marker, colour) in cells.items():
            x, y = columns.index(column), places[row][0]
            axes.plot(x, y, marker, color=colour, markersize=5, markeredgewidth=1.5)
        axes.set_yticks(heights, names)
        for name, y in groups.items():
            beside = {"xycoords": ("figure fraction", "data"), "va": "center", "weight": "bold"}
            axes.annotate(name, (0.005, y), **beside).set_in_layout(False)
        axes.set_xticks(range(len(columns)), [textwrap.fill(column, 11, break_long_words=False) for column in columns])
        axes.xaxis.tick_top()
        axes.set(xlim=(-0.6, len(columns) - 0.4), ylim=(max(heights) + 0.6, -0.6))
        axes.tick_params(length=0)
        axes.grid(axis="y", color=COLOURS["grey"], linewidth=0.3)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        handles = [
            plt.Line2D([], [], linestyle="none", marker=marker, color=colour, label=word)
            for word, (marker, colour) in words.items()
            if (marker, colour) in cells.values()
        ]
        figure.legend(handles=handles, loc="outside lower right", ncols=len(handles))
        figures.save(figure, path)
