"""Two more figures: how bad each way is by batch, depth and scale; and evaluations that update, on shifted data."""

import os
import re

import numpy as np
import pandas as pd

from hearsay import figures
from hearsay.figures import COLOURS
from hearsay.moments.conditions import NEVER, REESTIMATED
from hearsay.moments.evaluation import CLEAN, HALF, SHIFTS, SHUFFLED, SORTED
from hearsay.moments.figures_decays import decays, shades
from hearsay.moments.runs import BASE, BATCH_OF, DEPTH, SCALE, TRAINING
from hearsay.moments.shifted import ACCURACY, AFTERWARDS, ANY, FIXED, OWN, UPDATING

MARKS = {  # of a condition: marker, colour, what the legend calls it
    NEVER: ("X", "vermilion", NEVER),
    REESTIMATED: ("o", "ink", REESTIMATED),
    TRAINING: ("|", "green", "in training mode, on its own batches"),
}
WAYS = {FIXED: "ink", UPDATING: "blue", OWN: "green"}
LINES = {SHUFFLED: "-", HALF: (0, (4, 2)), SORTED: (0, (1, 1))}


def settings(summary: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw accuracy at the end of every training, a row each, under the main ways of keeping statistics.

    The base training has a second row, after as many steps as the others.

    summary: `SUMMARY`. Bars are 95 % intervals, of all but the moving averages.
    """
    import matplotlib.pyplot as plt

    rows = summary[summary["outcome"] == ACCURACY]
    last = rows.groupby("training")["step"].max()
    order = [(name, last[name]) for name in sorted(last.index, key=_place)]
    as_long = last.drop(BASE).min()  # the base training, when it was as long as the others
    if ((rows["training"] == BASE) & (rows["step"] == as_long)).any() and as_long < last[BASE]:
        order.insert(1, (BASE, as_long))
    names = decays(rows["condition"])
    looks = {name: ("o", colour, name) for name, colour in shades(names).items()} | {
        name: (marker, COLOURS[colour], words) for name, (marker, colour, words) in MARKS.items()
    }
    with figures.style():
        figure, axes = plt.subplots(figsize=(figures.WIDTH, 0.8 + 0.2 * len(order)), layout="constrained")
        for y, (training, step) in enumerate(order):
            here = rows[(rows["training"] == training) & (rows["step"] == step)].set_index("condition")
            axes.axhline(y, color=COLOURS["grey"], linewidth=0.3, zorder=0)
            for name, (marker, colour, _) in looks.items():
                if name in here.index:
                    row, main = here.loc[name], name in MARKS
                    if main:
                        axes.plot(np.clip([row["low"], row["high"]], 0, 1), [y, y], color=colour, linewidth=1.2)
                    edge = {"markeredgecolor": "white", "markeredgewidth": 0.5}
                    if marker == "|":
                        edge = {"markeredgecolor": colour, "markeredgewidth": 1.8}
                    axes.plot(row["mean"], y, marker, color=colour, markersize=6.5 if main else 4.5, **edge)
        labels = [f"{name}, {step:,} steps" for name, step in order]
        axes.set_yticks(range(len(order)), labels)
        axes.set(ylim=(len(order) - 0.5, -0.5), xlim=(0, 1.02), xlabel="accuracy at the end of the training")
        axes.tick_params(axis="y", length=0)
        there = set(rows["condition"])
        handles = [
            plt.Line2D([], [], color=colour, marker=marker, linestyle="none", label=words, markersize=5)
            for name, (marker, colour, words) in looks.items()
            if name in there
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=7)
        figures.save(figure, path)


def _place(training: str) -> tuple[int, float]:
    """Return what sorts trainings: the base, then by what is changed, then by its value."""
    kinds = (BASE, BATCH_OF, DEPTH, SCALE)
    kind = next(k for k, start in enumerate(kinds) if training.startswith(start))
    value = re.search(r"[\d.]+(e[+-]?\d+)?$", training)
    return kind, float(value.group()) if value else 0.0


def shift(shifted: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw accuracy by the size of test batches, a column a kind of test images, and below it clean images afterwards.

    shifted: `SHIFTED`. Bars are 95 % intervals.
    """
    import matplotlib.pyplot as plt

    sizes = sorted(shifted.loc[shifted["batch"] > 0, "batch"].unique())
    with figures.style():
        figure, panels = plt.subplots(
            2, len(SHIFTS), figsize=(figures.WIDTH, 3.2), sharex=True, sharey=True, layout="constrained"
        )
        fixed = shifted[(shifted["way"] == FIXED) & (shifted["outcome"] == ACCURACY)].set_index("shift")
        for column, kind in zip(panels.T, SHIFTS, strict=True):
            here = shifted[shifted["shift"] == kind]
            for axes, outcome, of in zip(column, (ACCURACY, AFTERWARDS), (kind, CLEAN), strict=True):
                axes.axhline(fixed.loc[of, "mean"], color=COLOURS[WAYS[FIXED]], linewidth=1.6)
                rows = here[(here["outcome"] == outcome) & (here["order"] != ANY)]
                _by_size(axes, rows, sizes)
            column[0].set_title(f"{kind[0].upper()}{kind[1:]}")
            column[1].set_xlabel("test images of a batch")
            column[1].set_xticks(range(len(sizes)), [f"{size:,}" for size in sizes])
        panels[0, 0].set(ylim=(0, 1.02), ylabel="accuracy of\nthe evaluation", xlim=(-0.35, len(sizes) - 0.65))
        panels[1, 0].set_ylabel("afterwards, on\nclean images")
        figure.legend(handles=_legend(), loc="outside lower center", ncols=3, fontsize=7)
        figures.save(figure, path)


def _by_size(axes, rows: pd.DataFrame, sizes: list[int]) -> None:
    for way, colour in WAYS.items():
        for k, (order, line) in enumerate(LINES.items()):
            part = rows[(rows["way"] == way) & (rows["order"] == order)].sort_values("batch")
            if len(part):
                # beside one another, so that bars do not hide bars
                x = part["batch"].map(sizes.index) + 0.06 * (k - 1) + (0.03 if way == OWN else -0.03)
                axes.plot(x, part["mean"], color=COLOURS[colour], linestyle=line, marker="o", markersize=2.5)
                axes.vlines(x, part["low"].clip(0), part["high"].clip(upper=1), color=COLOURS[colour], linewidth=0.8)


def _legend() -> list:
    import matplotlib.pyplot as plt

    words = {FIXED: "fixed, re-estimated in training", UPDATING: "updating first", OWN: "its own batch's"}
    ways = [plt.Line2D([], [], color=COLOURS[WAYS[way]], linewidth=1.6, label=text) for way, text in words.items()]
    orders = [plt.Line2D([], [], color=COLOURS["grey"], linestyle=line, label=order) for order, line in LINES.items()]
    return [handle for pair in zip(ways, orders, strict=True) for handle in pair]
