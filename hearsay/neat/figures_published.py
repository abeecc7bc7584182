"""The figure of the published figures beside ours."""

import os
from fractions import Fraction

import numpy as np
import pandas as pd
from scipy.stats import norm

from hearsay import figures
from hearsay.figures import COLOURS
from hearsay.neat.arms import POLES, TASKS, WITHOUT, XOR

FAILURES = "failures"
QUANTITIES = {
    "evaluations": "evaluations",
    "sd": "evaluations, standard deviation",
    "worst": "evaluations, slowest run",
    "generations": "generations",
    "hidden": "hidden nodes",
    "connections": "enabled connections",
    "generalisation": "starts that a solution holds",
}
# The paper's NEAT and its ablations, as the labels have them.
ARMS = {
    "NEAT": "",
    "no mating": ", no mating",
    "random start": ", random start",
    "no speciation, random start": ", no speciation, random start",
    "no speciation": ", no speciation, minimal start",
    "no growth": ", no growth",
}
NAMES = {XOR: "XOR", POLES: "Double poles", WITHOUT: "Double poles, no velocities"}
REACH = (1.0, 4.0)  # of the logarithmic axis to either side of 1, in doublings: at least and at most
ROW = 0.185  # inches


def published(table: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw our figures over the published ones on a logarithmic axis, and below them the shares of failures.

    table: `PUBLISHED`. Both figures stand at the right. What nobody published has no ratio and is left out.
    """
    import matplotlib.pyplot as plt

    table = _sorted(table)
    ratios = table[(table["quantity"] != FAILURES) & (table["published"] > 0)].reset_index(drop=True)
    failed = table[(table["quantity"] == FAILURES) & table["ours"].notna()].reset_index(drop=True)
    sizes = [max(len(ratios), 1) + 1, max(len(failed), 1) + 1]
    with figures.style():
        height = ROW * sum(sizes) + 1.25
        figure, (upper, lower) = plt.subplots(2, 1, figsize=(figures.WIDTH, height), height_ratios=sizes)
        _ratios(upper, ratios)
        _failures(lower, failed)
        for axes, rows in ((upper, ratios), (lower, failed)):
            axes.set_yticks(range(len(rows)), [_name(row) for row in rows.itertuples()], fontsize=7)
            axes.set_ylim(max(len(rows), 1) - 0.4, -1.3)
            axes.tick_params(axis="y", length=0)
            _numbers(axes, rows)
        handles = [
            plt.Line2D([], [], color=COLOURS["blue"], marker="o", markersize=4, linewidth=1.5, label="ours"),
            plt.Line2D([], [], color=COLOURS["grey"], alpha=0.45, linewidth=5, label="the paper's own interval"),
            plt.Line2D([], [], color=COLOURS["vermilion"], marker="x", linestyle="none", label="the paper"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7)
        figures.save(figure, path)


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    order = {"task": TASKS, "arm": tuple(ARMS), "quantity": (*QUANTITIES, FAILURES)}
    return table.sort_values(list(order), key=lambda column: column.map(order[column.name].index), ignore_index=True)


def _ratios(axes, rows: pd.DataFrame) -> None:
    ours = (rows[["ours_low", "ours", "ours_high"]].div(rows["published"], axis=0)).to_numpy()
    left, right = _edges(ours)
    axes.axvline(1, color=COLOURS["ink"], linewidth=0.7)
    for y, (row, (low, middle, high)) in enumerate(zip(rows.itertuples(), ours, strict=True)):
        if np.isnan(middle):
            axes.annotate("no run solved it", (1, y), (-4, 0), textcoords="offset points", fontsize=7, va="center",
                          ha="right", color=COLOURS["grey"])  # fmt: skip
            continue
        if np.isfinite(row.published_se):
            half = norm.isf(0.025) * row.published_se / row.published
            axes.plot([1 - half, 1 + half], [y, y], color=COLOURS["grey"], alpha=0.45, linewidth=5,
                      solid_capstyle="butt", zorder=1)  # fmt: skip
        if np.isfinite(low) and np.isfinite(high):
            axes.plot(
                np.clip([low, high], left, right), [y, y], color=COLOURS["blue"], linewidth=1.5, solid_capstyle="butt"
            )
            for edge, beyond, marker in ((left, low < left, "<"), (right, high > right, ">")):
                if beyond:
                    axes.plot(edge, y, marker, color=COLOURS["blue"], markersize=3.5, clip_on=False)
        axes.plot(np.clip(middle, left, right), y, "o", color=COLOURS["blue"], markersize=4)
    axes.set_xscale("log")
    axes.set_xlim(left, right)
    ticks = 2.0 ** np.arange(np.ceil(np.log2(left)), np.floor(np.log2(right)) + 1)
    axes.set_xticks(ticks, [str(Fraction(tick)) for tick in ticks])
    axes.minorticks_off()
    axes.set_xlabel("ours over the paper's")


def _edges(ours: np.ndarray) -> tuple[float, float]:
    """Return the ends of the axis of ratios: all of them, no further than `REACH` from 1."""
    doublings = np.log2(np.where(ours > 0, ours, 2 ** -REACH[1]))
    doublings = np.where(np.isnan(ours), 0.0, doublings)
    low, high = (float(np.clip(1.05 * far, *REACH)) for far in (-doublings.min(initial=0), doublings.max(initial=0)))
    return 2**-low, 2**high


def _failures(axes, rows: pd.DataFrame) -> None:
    for y, row in enumerate(rows.itertuples()):
        axes.plot([row.ours_low, row.ours_high], [y, y], color=COLOURS["blue"], linewidth=1.5, solid_capstyle="butt")
        axes.plot(row.ours, y, "o", color=COLOURS["blue"], markersize=4, clip_on=False)
        axes.plot(row.published, y, "x", color=COLOURS["vermilion"], markersize=5, clip_on=False, zorder=3)
    axes.set_xlim(0, 1)
    axes.set_xlabel("failures: share of runs")


def _numbers(axes, rows: pd.DataFrame) -> None:
    """Write the paper's figure and ours at the right of each row."""
    columns = {"paper": ("published", 40), "ours": ("ours", 76)}  # points beyond the axes
    for title, (column, x) in columns.items():
        place = {"xycoords": axes.get_yaxis_transform(), "textcoords": "offset points", "ha": "right", "va": "center"}
        axes.annotate(title, (1, -0.95), (x, 0), weight="bold", fontsize=7, **place)
        for y, value in enumerate(rows[column]):
            axes.annotate(_figure(value), (1, y), (x, 0), fontsize=7, **place)


def _figure(value: float) -> str:
    if np.isnan(value):
        return "–"
    return f"{value:,.0f}" if value >= 20 else f"{value:.2f}"


def _name(row: tuple) -> str:
    name = f"{NAMES.get(row.task, row.task)}{ARMS[row.arm]}"
    # of the ablations the paper gives nothing else
    return name if row.quantity == FAILURES or ARMS[row.arm] else f"{name}: {QUANTITIES[row.quantity]}"
