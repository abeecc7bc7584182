"""The census as a dumbbell plot: each estimator's change under copies, before and after the setting that undoes it."""

import os

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


def _panel(axes, rows: pd.DataFrame, most: int) -> None:
    for i, row in rows.iterrows():
        colour = COLOURS[LOOKS[row["verdict"]][1]]
        before, after = (max(row[f"difference_{when}"], FLOOR) for when in ("default", "after"))
        if np.isnan(before):
            axes.text(FLOOR, i, row["verdict"], fontsize=5, va="center", color=colour)
            continue
        if np.isinf(before):  # scores that copies leave no longer finite stand at the right edge
            axes.plot(1, i, ">", color=colour, markersize=4, transform=axes.get_yaxis_transform(), clip_on=False)
            continue
        if row["verdict"] in (RESTORED, ROUNDING, TIGHTENED) and after < before:
            axes.plot([after, before], [i, i], color=colour, linewidth=0.8)
            axes.plot(after, i, "o", color=colour, markerfacecolor="white", markersize=3)
        axes.plot(before, i, "o", color=colour, markersize=3)
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), rows["name"], fontsize=5)
    axes.set_ylim(len(rows) - most - 0.7, len(rows) - 0.3)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", linewidth=0.3, color=COLOURS["grey"], alpha=0.5)
    axes.set_xlabel("change of the scores, in spreads")
