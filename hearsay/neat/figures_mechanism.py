"""The figures of the mechanism: what happens by generation, and how a connection is doubled."""

import os

import numpy as np
import pandas as pd

from hearsay import figures
from hearsay.figures import COLOURS
from hearsay.neat.arms import D1, D3, MAIN, PARITY, POLES, SCHEME_WORDS, XOR, A, B, C

LINES = {D3: "purple", D1: "green", A: "vermilion", C: "blue", B: "ink"}  # the last on top
TASKS = (XOR, POLES, PARITY)
PANELS = {  # quantity: its panel's name
    "species": "Species",
    "matching_any": "Genes that match, share of all places of two aligned genomes",
    "independent_new_any": "Matching genes that two mutations made, share of those that evolution made",
    "networks_apart": "Pairs of equal networks whose genes have other numbers, share of such pairs",
    "pairs_several_links": "Pairs of nodes with several numbers, share of pairs",
    "genes": "Genes of a genome",
}
GOING = "species"  # what every run has a value of in every generation: its `runs` are those that still go on
MOST, LEAST = 0.5, 0.25  # shares of the runs that still go on: below the first a line is thin, below the second it ends


def mechanism(table: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw the mechanism by generation: a row a quantity, a column a task, a line a scheme; last, the runs themselves.

    table: `MECHANISM`. Lines are thin where most runs have ended and end where nearly all have; a generation in which
    fewer than half of the runs that go on have a value is left out.
    """
    import matplotlib.pyplot as plt

    main = table[(table["group"] == MAIN) & table["arm"].isin(list(LINES))]
    tasks = [task for task in TASKS if (main["task"] == task).any()]
    main = _with_going(main)
    with figures.style():
        figure, panels = plt.subplots(
            1 + len(PANELS), max(len(tasks), 1), figsize=(figures.WIDTH, 7.4), sharex="col", sharey="row",
            height_ratios=[1] * len(PANELS) + [0.75], squeeze=False,
        )  # fmt: skip
        for column, task in zip(panels.T, tasks, strict=False):
            here = main[main["task"] == task]
            for axes, quantity in zip(column, PANELS, strict=False):
                for arm, colour in LINES.items():
                    _line(axes, here[(here["arm"] == arm) & (here["quantity"] == quantity)], COLOURS[colour])
            for arm, colour in LINES.items():
                rows = here[(here["arm"] == arm) & (here["quantity"] == GOING)].sort_values("generation")
                column[-1].plot(rows["generation"], rows["share"], color=COLOURS[colour])
            column[-1].set_xlabel("generation")
            first = here.loc[here["quantity"] == GOING, "runs"].max()
            column[0].annotate(f"{task[0].upper()}{task[1:]}, {first:,.0f} runs", (0, 1), (0, 18), weight="bold",
                               xycoords="axes fraction", textcoords="offset points")  # fmt: skip
        for axes, words in zip(panels[:, 0], [*PANELS.values(), "Runs that still go on, share"], strict=True):
            axes.set_title(" ", fontsize=7.5)  # room for the words, which run on over the other columns
            axes.annotate(words, (0, 1), (0, 5), xycoords="axes fraction", textcoords="offset points", fontsize=7.5,
                          in_layout=False)  # fmt: skip
            axes.set_ylim(-0.04 * axes.get_ylim()[1], axes.get_ylim()[1])
        there = [arm for arm in SCHEME_WORDS if arm in LINES and (main["arm"] == arm).any()]
        handles = [plt.Line2D([], [], color=COLOURS[LINES[arm]], label=SCHEME_WORDS[arm]) for arm in there]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7)
        figures.save(figure, path)


def _with_going(main: pd.DataFrame) -> pd.DataFrame:
    """Add what still goes on in a generation: `going`, runs, and `share`, of those of the first one."""
    where = ["task", "arm", "generation"]
    going = main.loc[main["quantity"] == GOING, [*where, "runs"]].rename(columns={"runs": "going"})
    going["share"] = going["going"] / going.groupby(["task", "arm"])["going"].transform("max")
    return main.merge(going, on=where)


def _line(axes, rows: pd.DataFrame, colour: str) -> None:
    known = (rows["share"] >= LEAST) & (rows["runs"] >= rows["going"] / 2)
    rows = rows[known].sort_values("generation")
    if not len(rows):
        return
    low, high = rows["mean"] - rows["error"], rows["mean"] + rows["error"]
    axes.fill_between(rows["generation"], low, high, color=colour, alpha=0.15, linewidth=0)
    axes.plot(rows["generation"], rows["mean"], color=colour, linewidth=0.5)
    most = rows[rows["share"] >= MOST]
    axes.plot(most["generation"], most["mean"], color=colour, linewidth=1.4)


def doubles(seed: int, path: str | os.PathLike) -> None:
    """Draw how two equally fit parents make a child with a doubled connection or path, by the engine itself."""
    import matplotlib.pyplot as plt

    from hearsay.neat.doubles import cases
    from hearsay.neat.drawing import draw_doubles

    found = cases(seed)
    columns = 1 + len(next(iter(found.values())))
    with figures.style():
        figure, panels = plt.subplots(len(found), columns, figsize=(figures.WIDTH, 4.5), squeeze=False)
        draw_doubles(np.asarray(panels), found)
        figures.save(figure, path)
