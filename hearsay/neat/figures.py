"""The figures of this study that compare arms; those of the mechanism are beside it."""

import os
from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd

from hearsay import figures
from hearsay.figures import COLOURS
from hearsay.neat.analysis import ALL, PLACES, PRIMARY
from hearsay.neat.arms import (
    AGAIN,
    D1,
    D3,
    GRID,
    K5,
    K20,
    MAIN,
    NONE,
    POLES,
    SCHEME_WORDS,
    TASKS,
    WITHOUT,
    A,
    B,
    C,
)
from hearsay.neat.comparison import VERDICTS
from hearsay.neat.figures_mechanism import doubles, mechanism

__all__ = ["doubles", "mechanism", "moderators", "published", "schemes", "survival"]

DIFFERENT, EQUIVALENT, NEGLIGIBLE, OPEN = VERDICTS
LOOKS = {  # of a verdict: colour, marker
    DIFFERENT: ("vermilion", "s"),
    EQUIVALENT: ("blue", "o"),
    NEGLIGIBLE: ("sky", "D"),
    OPEN: ("grey", "o"),
}
ORDER = (NONE, A, K5, K20, C, D1, D3, AGAIN)  # from top to bottom
LINES = {A: "vermilion", B: "ink", C: "blue", D1: "green", D3: "purple", K5: "sky", K20: "orange", NONE: "grey"}
HALF = 0.5
SHORT = {WITHOUT: "poles without\nvelocities", POLES: "double poles"}


def schemes(comparisons: pd.DataFrame, judging: Mapping, path: str | os.PathLike) -> None:
    """Draw A12 of every scheme against Stanley's, a panel a task, with the band in which no difference lies."""
    import matplotlib.pyplot as plt

    main = comparisons[(comparisons["group"] == MAIN) & (comparisons["other"] == B)]
    primary = main[main["family"] == PRIMARY].set_index(["task", "arm"])["verdict"]
    main = main[main["family"] == ALL]
    tasks = [task for task in TASKS if (main["task"] == task).any()]
    with figures.style():
        figure, panels = plt.subplots(
            1, len(tasks), figsize=(figures.WIDTH, 3.0), sharey=True, squeeze=False, layout="constrained"
        )
        for axes, task in zip(panels[0], tasks, strict=True):
            axes.axvspan(HALF - judging["margin"], HALF + judging["margin"], color=COLOURS["sky"], alpha=0.25, lw=0)
            axes.axvline(HALF, color=COLOURS["ink"], linewidth=0.7)
            for row in main[main["task"] == task].itertuples():
                said = primary.get((task, row.arm), row.verdict)
                colour, marker = LOOKS[said]
                y, size = ORDER.index(row.arm), 6.5 if (task, row.arm) in primary.index else 4
                axes.plot([row.a12_low, row.a12_high], [y, y], color=COLOURS[colour], linewidth=1.4)
                axes.plot(row.a12, y, marker, color=COLOURS[colour], markersize=size)
            axes.set_title(SHORT.get(task, task), fontsize=8)
            axes.set_xlabel("A12")
            axes.set_ylim(len(ORDER) - 0.4, -0.6)
            axes.grid(axis="y", color=COLOURS["grey"], alpha=0.2, linewidth=0.5)
        panels[0, 0].set_yticks(range(len(ORDER)), [SCHEME_WORDS[arm] for arm in ORDER])
        handles = [
            plt.Line2D([], [], color=COLOURS[colour], marker=marker, label=word, linewidth=1.4, markersize=4.5)
            for word, (colour, marker) in LOOKS.items()
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        figure.suptitle("← fewer evaluations than Stanley's record      more →", fontsize=8, x=0.62)
        figures.save(figure, path)


def moderators(comparisons: pd.DataFrame, judging: Mapping, path: str | os.PathLike) -> None:
    """Draw A12 of each memory against one generation over the grid: a panel a memory, rates by population."""
    import matplotlib.pyplot as plt

    grid = comparisons[comparisons["group"].str.startswith(GRID)]
    places = grid["group"].str.extract(r"x (?P<rate>[\d.]+), population (?P<population>\d+)").astype(float)
    grid = pd.concat([grid, places], axis=1)
    decided = grid[grid["family"] == PLACES].set_index("group")["verdict"]
    grid = grid[grid["family"] == ALL]
    arms = [arm for arm in (A, K5, K20, C) if (grid["arm"] == arm).any()]
    rates, populations = sorted(grid["rate"].unique()), sorted(grid["population"].unique())
    reach = max(0.1, float((grid["a12"] - HALF).abs().max()))
    with figures.style():
        figure, panels = plt.subplots(
            1, len(arms), figsize=(figures.WIDTH, 2.2), sharey=True, squeeze=False, layout="constrained"
        )
        for axes, arm in zip(panels[0], arms, strict=True):
            here = grid[grid["arm"] == arm]
            values = here.pivot(index="population", columns="rate", values="a12").to_numpy()
            image = axes.imshow(
                values, cmap="RdBu_r", vmin=HALF - reach, vmax=HALF + reach, aspect="auto", origin="lower"
            )
            for row in here.itertuples():
                said = decided.get(row.group, row.verdict) if arm == C else row.verdict
                mark = {DIFFERENT: " ≠", EQUIVALENT: " =", NEGLIGIBLE: " ="}.get(said, "")
                at = rates.index(row.rate), populations.index(row.population)
                strong = abs(row.a12 - HALF) > 0.7 * reach
                axes.text(
                    *at, f"{row.a12:.2f}{mark}", ha="center", va="center", color="white" if strong else COLOURS["ink"]
                )
            axes.set_title(fill(SCHEME_WORDS[arm], 20), fontsize=7)
            axes.set_xticks(range(len(rates)), [f"{rate:g}" for rate in rates])
            axes.set_yticks(range(len(populations)), [f"{population:g}" for population in populations])
        figure.supxlabel("structural mutation rates, as multiples of the paper's", fontsize=8)
        panels[0, 0].set_ylabel("population")
        bar = figure.colorbar(image, ax=panels[0].tolist(), shrink=0.9)
        bar.set_label("A12 against one generation")
        figures.save(figure, path)


def survival(table: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw the share of runs that have not solved their task against evaluations, a panel a task."""
    import matplotlib.pyplot as plt

    tasks = [task for task in TASKS if (table["task"] == task).any()]
    with figures.style():
        figure, panels = plt.subplots(2, 2, figsize=(figures.WIDTH, 4.0), sharey=True, layout="constrained")
        for axes, task in zip(panels.flat, tasks, strict=False):
            for arm, colour in LINES.items():
                rows = table[(table["task"] == task) & (table["arm"] == arm)].sort_values("evaluations")
                if len(rows):
                    axes.fill_between(
                        rows["evaluations"], rows["low"], rows["high"], color=COLOURS[colour], alpha=0.12, lw=0
                    )
                    axes.plot(rows["evaluations"], rows["unsolved"], color=COLOURS[colour])
            axes.set_xscale("log")
            axes.set_title(task)
            axes.set_xlabel("evaluations")
        for axes in panels[:, 0]:
            axes.set_ylabel("runs not solved, share")
        for axes in panels.flat[len(tasks) :]:
            axes.set_axis_off()
        handles = [plt.Line2D([], [], color=COLOURS[LINES[arm]], label=SCHEME_WORDS[arm]) for arm in LINES]
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
        figures.save(figure, path)


def published(table: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw our figures over the published ones, and shares of failures beside each other."""
    import matplotlib.pyplot as plt

    known = table.dropna(subset=["published", "ours"])
    ratios = known[(known["quantity"] != "failures") & (known["published"] > 0)].iloc[::-1]
    failed = known[known["quantity"] == "failures"].iloc[::-1]
    with figures.style():
        figure, (left, right) = plt.subplots(
            1, 2, figsize=(figures.WIDTH, 3.4), width_ratios=(1.2, 1), layout="constrained"
        )
        left.axvline(1, color=COLOURS["ink"], linewidth=0.7)
        for y, row in enumerate(ratios.itertuples()):
            if np.isfinite(row.low) and row.low > 0:
                ends = [row.low / row.published, row.high / row.published]
                left.plot(ends, [y, y], color=COLOURS["blue"], linewidth=1.6)
            if np.isfinite(row.published_se):
                half = 2 * row.published_se / row.published
                left.plot([1 - half, 1 + half], [y - 0.22, y - 0.22], color=COLOURS["grey"], linewidth=1.2)
            left.plot(row.ours / row.published, y, "o", color=COLOURS["blue"], markersize=4)
        left.set_xscale("log")
        left.set_xlim(0.12, 3)
        ticks = 2.0 ** np.arange(-3, 2)
        left.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        left.minorticks_off()
        left.set_yticks(range(len(ratios)), [_name(row) for row in ratios.itertuples()], fontsize=6.5)
        left.set_xlabel("ours over published")
        for y, row in enumerate(failed.itertuples()):
            right.plot([row.low, row.high], [y, y], color=COLOURS["blue"], linewidth=1.6)
            right.plot(row.ours, y, "o", color=COLOURS["blue"], markersize=4, label="ours" if y == 0 else None)
            right.plot(
                row.published, y, "x", color=COLOURS["vermilion"], markersize=5, label="published" if y == 0 else None
            )
        right.set_yticks(range(len(failed)), [_name(row) for row in failed.itertuples()], fontsize=6.5)
        right.set_xlabel("failures, share of runs")
        right.set_xlim(-0.04, 1.04)
        figure.legend(loc="outside lower right", ncols=2)
        figures.save(figure, path)


def _name(row: tuple) -> str:
    arm = "" if row.arm == "NEAT" else f", {row.arm}"
    what = "" if row.quantity == "failures" else f": {row.quantity}"
    name = f"{row.task}{arm}{what}".replace("double poles without velocities", "without velocities")
    return name.replace("double poles, ", "").replace("no speciation, random start", "no speciation, random")
