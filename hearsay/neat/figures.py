"""The figures of this study: the schemes against Stanley's, and the runs' survival; the others are beside it."""

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from hearsay import figures
from hearsay.figures import COLOURS
from hearsay.neat.analysis import AGAINST_MAIN, ALL, PRIMARY, SECONDARY
from hearsay.neat.arms import (
    AGAIN,
    D1,
    D3,
    K5,
    K20,
    MAIN,
    NONE,
    PARITY,
    POLES,
    SCHEME_WORDS,
    TASKS,
    UNCROSSED,
    UNSPECIATED,
    WITHOUT,
    A,
    B,
    C,
)
from hearsay.neat.comparison import VERDICTS
from hearsay.neat.figures_grid import moderators
from hearsay.neat.figures_mechanism import doubles, mechanism
from hearsay.neat.figures_published import published

__all__ = ["doubles", "mechanism", "moderators", "published", "schemes", "survival"]

DIFFERENT, EQUIVALENT, NEGLIGIBLE, OPEN = VERDICTS
NOT_SLOWER = "open, but no slower"
LOOKS = {  # of a verdict: colour, marker, what the legend calls it
    DIFFERENT: ("vermilion", "s", "different"),
    EQUIVALENT: ("blue", "o", "equivalent"),
    NEGLIGIBLE: ("sky", "D", "different, within the band"),
    NOT_SLOWER: ("green", "<", "undecided, but no slower"),
    OPEN: ("grey", "o", "undecided"),
}
FAMILIES = (PRIMARY, SECONDARY, ALL)  # whose verdict is drawn: the first that has the comparison
REACH = (0.1, 0.25)  # of the axis around one half: at least and at most; what lies beyond has an arrow
STEPS = (0.05, 0.1, 0.2)  # from one half to the ticks beside it
HALF = 0.5
TITLES = {PARITY: "Parity", POLES: "Double poles", WITHOUT: "Double poles, no velocities"}


class Line(NamedTuple):
    """A row of the figure: what it is called and which comparison it shows; a heading shows none."""

    words: str
    group: str = ""
    arm: str = ""


LINES = (
    Line("How long a mutation is remembered"),
    *(Line(SCHEME_WORDS[arm], MAIN, arm) for arm in (A, K5, K20, C)),
    Line("Pairs instead of numbers, or nothing"),
    *(Line(SCHEME_WORDS[arm], MAIN, arm) for arm in (D1, D3, NONE)),
    Line("Control"),
    Line(SCHEME_WORDS[AGAIN], MAIN, AGAIN),
    Line("Other settings"),
    Line("b without crossover, against with", f"{UNCROSSED}, {AGAINST_MAIN}", f"{B}, {UNCROSSED}"),
    Line("d3, both without speciation", UNSPECIATED, D3),
)
CURVES = {A: "vermilion", K5: "sky", K20: "orange", C: "blue", D1: "green", D3: "purple", NONE: "grey", B: "ink"}


def schemes(comparisons: pd.DataFrame, judging: Mapping, path: str | os.PathLike) -> None:
    """Draw A12 of every scheme against Stanley's, a panel a task, with the band that counts as no difference.

    comparisons: `COMPARISONS`; judging: the config's bounds.
    """
    import matplotlib.pyplot as plt

    shown = list(_shown(comparisons))
    tasks = [task for task in TASKS if any(row["task"] == task for _, row in shown)]
    ends = np.array([row[["a12_low", "a12_high", "a12"]].to_numpy(float) for _, row in shown])
    reach = float(np.clip(1.08 * np.nanmax(np.abs(ends - HALF), initial=0.0), *REACH))
    with figures.style():
        figure, panels = plt.subplots(
            1, max(len(tasks), 1), figsize=(figures.WIDTH, 3.6), sharex=True, sharey=True, squeeze=False
        )
        for axes, task in zip(panels[0], tasks, strict=False):
            _band(axes, judging["margin"])
            here = [(y, row) for y, row in shown if row["task"] == task]
            for y, row in here:
                _effect(axes, y, row, judging["alpha"], reach)
            rows = pd.DataFrame([row for _, row in here])
            axes.set_title(TITLES.get(task, task).replace(", ", ",\n"), fontsize=8, pad=21)
            few = "" if (rows["equivalence_power"] > 0).any() else ",\nestimates only"
            axes.annotate(f"{int(rows['n_other'].max()):,} runs of b{few}", (0, 1), (0, 19), fontsize=7,
                          xycoords="axes fraction", textcoords="offset points", va="top")  # fmt: skip
            axes.set_xlabel("← fewer    more →\nevaluations")
        panels[0, 0].set(xlim=(HALF - reach, HALF + reach), ylim=(len(LINES) - 0.4, -0.6))
        step = max(size for size in STEPS if size <= reach)
        panels[0, 0].set_xticks([HALF - step, HALF, HALF + step])
        panels[0, 0].set_yticks(range(len(LINES)), [line.words for line in LINES])
        for line, label in zip(LINES, panels[0, 0].get_yticklabels(), strict=True):
            label.set(fontsize=7, weight="normal" if line.group else "bold")
        for axes in panels.flat:
            axes.tick_params(axis="y", length=0)
        figure.suptitle("A12 of each scheme against b, Stanley's record of one generation", fontsize=8)
        said = {_said(row, judging["alpha"]) for _, row in shown}
        figure.legend(handles=_legend(said, judging["margin"]), loc="outside lower center", ncols=3, fontsize=7)
        figures.save(figure, path)


def _shown(comparisons: pd.DataFrame) -> Iterator[tuple[int, pd.Series]]:
    """Yield the rows of `COMPARISONS` to draw and their places; what decides a claim comes before the rest."""
    for y, line in enumerate(LINES):
        here = comparisons[(comparisons["group"] == line.group) & (comparisons["arm"] == line.arm)]
        here = here[here["other"] == B]
        if line.group != MAIN:  # only where a claim rests on them
            here = here[here["family"] == SECONDARY]
        for _, rows in here[here["family"].isin(FAMILIES)].groupby("task", sort=True):
            yield y, min((row for _, row in rows.iterrows()), key=lambda row: FAMILIES.index(row["family"]))


def _said(row: pd.Series, alpha: float) -> str:
    """Return the verdict to draw: in the secondary family an open one may still be shown to be no slower."""
    no_slower = row["family"] == SECONDARY and row["not_slower_p_holm"] <= alpha
    return NOT_SLOWER if row["verdict"] == OPEN and no_slower else row["verdict"]


def _effect(axes, y: int, row: pd.Series, alpha: float, reach: float) -> None:
    colour, marker, _ = LOOKS[_said(row, alpha)]
    colour, size = COLOURS[colour], 6.5 if row["family"] == PRIMARY else 4.2
    edges = HALF - reach, HALF + reach
    axes.plot(np.clip(row[["a12_low", "a12_high"]].to_numpy(float), *edges), [y, y], color=colour, linewidth=1.5,
              solid_capstyle="butt")  # fmt: skip
    if abs(row["a12"] - HALF) <= reach:
        for end, edge, sign in ((row["a12_low"], edges[0], -1), (row["a12_high"], edges[1], 1)):
            if sign * (end - edge) > 0:
                axes.plot(edge, y, "<" if sign < 0 else ">", color=colour, markersize=3, clip_on=False)
        axes.plot(row["a12"], y, marker, color=colour, markersize=size, markeredgecolor="white", markeredgewidth=0.5)
        return
    if np.isnan(row["a12"]):
        return
    side = np.sign(row["a12"] - HALF)
    axes.annotate(f"{row['a12']:.2f}", (HALF + side * reach, y), (-side * 15, 0), textcoords="offset points",
                  ha="right" if side > 0 else "left", va="center", fontsize=7, color=colour,
                  )  # fmt: skip
    axes.annotate("", (HALF + side * reach, y), (-side * 14, 0), textcoords="offset points",
                  arrowprops={"arrowstyle": "-|>", "color": colour, "shrinkA": 0, "shrinkB": 0})  # fmt: skip


def _band(axes, margin: float) -> None:
    axes.axvspan(HALF - margin, HALF + margin, color=COLOURS["sky"], alpha=0.25, linewidth=0)
    axes.axvline(HALF, color=COLOURS["ink"], linewidth=0.7)


def _legend(said: set[str], margin: float) -> list:
    import matplotlib.pyplot as plt
    from matplotlib.patches import Patch

    handles = [
        plt.Line2D([], [], color=COLOURS[colour], marker=marker, label=words, linewidth=1.5, markersize=4.2)
        for verdict, (colour, marker, words) in LOOKS.items()
        if verdict in said
    ]
    handles.append(
        plt.Line2D([], [], color=COLOURS["ink"], marker="o", markersize=6.5, linestyle="none", label="large: primary")
    )
    label = f"{HALF - margin:g} to {HALF + margin:g}: counts as no difference"
    return [*handles, Patch(color=COLOURS["sky"], alpha=0.25, linewidth=0, label=label)]


def survival(table: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw the share of runs that have not solved their task against evaluations, a panel a task.

    table: `SURVIVAL`. Evaluations before which hardly any run has solved the task are left out.
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FuncFormatter

    table = table[(table["group"] == MAIN) & table["arm"].isin(list(CURVES))]
    tasks = [task for task in TASKS if (table["task"] == task).any()]
    rows = max((len(tasks) + 1) // 2, 1)
    with figures.style():
        figure, panels = plt.subplots(rows, 2, figsize=(figures.WIDTH, 0.6 + 1.75 * rows), sharey=True, squeeze=False)
        for axes, task in zip(panels.flat, tasks, strict=False):
            here = table[table["task"] == task].sort_values("evaluations")
            axes.axhline(HALF, color=COLOURS["grey"], linewidth=0.6, linestyle=(0, (4, 3)))
            for arm, colour in CURVES.items():
                part = here[here["arm"] == arm]
                x, known = part["evaluations"], {"color": COLOURS[colour]}
                axes.fill_between(x, part["low"], part["high"], alpha=0.1, linewidth=0, **known)
                axes.plot(x, part["unsolved"], linewidth=1.8 if arm == B else 1.2, **known)
            begun = here.loc[here["unsolved"] < 0.99, "evaluations"]
            first = (begun if len(begun) else here["evaluations"]).min() / 1.5
            axes.set(xscale="log", xlim=(first, here["evaluations"].max()), ylim=(-0.03, 1.03))
            axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
            n = here.groupby("arm")["n"].max()
            runs = " to ".join(dict.fromkeys(f"{end:,.0f}" for end in (n.min(), n.max())))
            axes.set_title(f"{TITLES.get(task, task)}: {runs} runs", fontsize=8)
        for axes in panels[:, 0]:
            axes.set_ylabel("runs not yet solved, share")
        for axes in panels.flat[len(tasks) :]:
            axes.set_axis_off()
        for axes in panels.flat[max(len(tasks) - 2, 0) : len(tasks)]:  # the lowest of either column
            axes.set_xlabel("evaluations")
        there = [arm for arm in SCHEME_WORDS if arm in CURVES and (table["arm"] == arm).any()]
        handles = [plt.Line2D([], [], color=COLOURS[CURVES[arm]], label=SCHEME_WORDS[arm]) for arm in there]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7)
        figures.save(figure, path)
