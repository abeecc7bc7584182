"""The census as dumbbells: each estimator's change under copies, before and after the setting that undoes it."""

import os
from collections.abc import Mapping

import numpy as np
import pandas as pd

from hearsay import figures
from hearsay.duplication.random_verdicts import CHANGED, UNDECIDED
from hearsay.duplication.random_verdicts import RESTORED as RESTORED_IN_DISTRIBUTION
from hearsay.duplication.random_verdicts import SAME as SAME_IN_DISTRIBUTION
from hearsay.duplication.verdicts import INVARIANT, NOT_RUN, RESTORED, ROUNDING, TIGHTENED
from hearsay.figures import COLOURS

# The verdicts in the order of the rows, with their colour and what the legend calls them.
LOOKS = {
    INVARIANT: ("the same", "green"),
    ROUNDING: ("the same but for rounding", "sky"),
    TIGHTENED: ("the same, solved more exactly", "ink"),
    SAME_IN_DISTRIBUTION: ("random, the same in distribution", "blue"),
    RESTORED: ("changed, restored by a setting", "orange"),
    RESTORED_IN_DISTRIBUTION: ("random, restored in distribution", "purple"),
    CHANGED: ("changed, nothing found", "vermilion"),
    UNDECIDED: ("random, open", "grey"),
    NOT_RUN: ("could not be run", "grey"),
}
FLOOR = 1e-17  # where a difference of exactly nothing is drawn
THINNEST = 6  # lines: a band of the summary that still holds its label
KINDS = {"classification": "classifiers", "regression": "regressors"}


def census(table: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw the estimators at their defaults: what copies change, and what a setting leaves of it."""
    import matplotlib.pyplot as plt

    rows = table[table["setting"] == ""].copy()
    rows["place"] = rows["verdict"].map(list(LOOKS).index)
    counts = [int((rows["kind"] == kind).sum()) for kind in KINDS]
    with figures.style():
        figure, panels = plt.subplots(1, 2, figsize=(figures.WIDTH, 1.1 + 0.125 * max(counts)), sharex=True)
        for axes, (kind, title) in zip(panels, KINDS.items(), strict=True):
            here = rows[rows["kind"] == kind].sort_values(["place", "name"], ascending=False).reset_index(drop=True)
            _panel(axes, here, max(counts))
            axes.set_title(f"{len(here)} {title}")
        seen = [verdict for verdict in LOOKS if (rows["verdict"] == verdict).any()]
        handles = [
            plt.Line2D(
                [], [], marker="o", markersize=4, linestyle="none", color=COLOURS[LOOKS[v][1]], label=LOOKS[v][0]
            )
            for v in dict.fromkeys(seen)
        ]
        handles.append(
            plt.Line2D([], [], marker="o", markersize=4, linestyle="none", color=COLOURS["ink"],
                       markerfacecolor="white", label="left with the setting")
        )  # fmt: skip
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=6.5)
        figures.save(figure, path)


def census_summary(table: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw the same without names: a thin line an estimator, in a band for each verdict with the number it got."""
    import matplotlib.pyplot as plt

    rows = table[table["setting"] == ""]
    bands = [(verdict, rows[rows["verdict"] == verdict].sort_values("difference_default")) for verdict in LOOKS]
    bands = [(verdict, here) for verdict, here in bands if len(here)]
    heights = [max(len(here), THINNEST) for _, here in bands]
    with figures.style():
        figure, axes = plt.subplots(figsize=(figures.WIDTH, 0.5 + 0.0185 * sum(heights)))
        tops = np.cumsum([0, *heights])
        for (_, here), top, height in zip(bands, tops, heights, strict=False):
            axes.axhline(top, color=COLOURS["grey"], linewidth=0.3)
            for i, row in enumerate(here.to_dict("records")):
                _dumbbell(axes, top + (height - len(here)) / 2 + i + 1 / 2, row, size=2.2)
        labels = [f"{LOOKS[verdict][0]} ({len(here)})" for verdict, here in bands]
        axes.set_yticks(tops[:-1] + np.array(heights) / 2, labels)
        axes.set_ylim(tops[-1], 0)
        _change_axis(axes, "largest change of the scores, in standard deviations of the original scores")
        figures.save(figure, path)


def _dumbbell(axes, y: float, row: Mapping, size: float) -> None:
    """Draw the change of one estimator at this height and, where a setting leaves less of it, what is left."""
    colour = COLOURS[LOOKS[row["verdict"]][1]]
    before, after = (max(row[f"difference_{when}"], FLOOR) for when in ("default", "after"))
    if np.isinf(before):  # scores that copies leave no longer finite stand at the right edge
        right = axes.get_yaxis_transform()
        axes.plot(1, y, ">", color=colour, markersize=size + 1, transform=right, clip_on=False)
        return
    if row["verdict"] in (RESTORED, ROUNDING, TIGHTENED) and after < before:
        axes.plot([after, before], [y, y], color=colour, linewidth=0.25 * size)
        axes.plot(after, y, "o", color=colour, markerfacecolor="white", markersize=size, markeredgewidth=0.25 * size)
    axes.plot(before, y, "o", color=colour, markersize=size)


def _change_axis(axes, label: str) -> None:
    axes.set_xscale("log")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", linewidth=0.3, color=COLOURS["grey"], alpha=0.5)
    axes.set_xlabel(label)


def _panel(axes, rows: pd.DataFrame, most: int) -> None:
    for i, row in enumerate(rows.to_dict("records")):
        if np.isnan(row["difference_default"]):
            axes.text(FLOOR, i, row["verdict"], fontsize=6.5, va="center", color=COLOURS[LOOKS[row["verdict"]][1]])
        else:
            _dumbbell(axes, i, row, size=3)
    axes.set_yticks(range(len(rows)), rows["name"], fontsize=6.5)
    axes.set_ylim(len(rows) - most - 0.7, len(rows) - 0.3)
    _change_axis(axes, "change of the scores, in SD")
