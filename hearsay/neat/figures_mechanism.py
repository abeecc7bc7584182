"""The figures of the mechanism: what happens by generation, and how a connection is doubled."""

import os

import numpy as np
import pandas as pd

from hearsay import figures
from hearsay.figures import COLOURS
from hearsay.neat.arms import D1, D3, MAIN, PARITY, POLES, SCHEME_WORDS, XOR, A, B, C

LINES = {A: "vermilion", B: "ink", C: "blue", D1: "green", D3: "purple"}
TASKS = (XOR, POLES, PARITY)
PANELS = {
    "species": "species",
    "matching_any": "matching genes\nshare",
    "independent_new_any": "of two mutations\nshare of matching",
    "networks_apart": "other numbers\nshare of equal pairs",
}


def mechanism(table: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw four quantities by generation, a column a task, a line a scheme."""
    import matplotlib.pyplot as plt

    main = table[table["group"] == MAIN]
    with figures.style():
        figure, panels = plt.subplots(
            len(PANELS), len(TASKS), figsize=(figures.WIDTH, 5.6), sharex="col", sharey="row", layout="constrained"
        )
        for axes, (quantity, task) in zip(panels.flat, [(q, t) for q in PANELS for t in TASKS], strict=True):
            for arm, colour in LINES.items():
                rows = main[(main["task"] == task) & (main["arm"] == arm) & (main["quantity"] == quantity)]
                # beyond, too few runs still go on
                rows = rows[rows["runs"] >= rows["runs"].max() / 2].sort_values("generation")
                error = rows["error"].fillna(0.0)
                low, high = rows["mean"] - error, rows["mean"] + error
                axes.fill_between(rows["generation"], low, high, color=COLOURS[colour], alpha=0.15, lw=0)
                axes.plot(rows["generation"], rows["mean"], color=COLOURS[colour])
        for axes, task in zip(panels[0], TASKS, strict=True):
            axes.set_title(task)
        for axes, name in zip(panels[:, 0], PANELS.values(), strict=True):
            axes.set_ylabel(name, fontsize=7)
        for axes in panels[-1]:
            axes.set_xlabel("generation")
        handles = [plt.Line2D([], [], color=COLOURS[colour], label=SCHEME_WORDS[arm]) for arm, colour in LINES.items()]
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
        figures.save(figure, path)


def doubles(seed: int, path: str | os.PathLike) -> None:
    """Draw how two equally fit parents make a child with a doubled connection or path, by the engine itself."""
    import matplotlib.pyplot as plt

    from hearsay.neat.doubles import cases
    from hearsay.neat.drawing import draw_doubles

    found = cases(seed)
    columns = 1 + len(next(iter(found.values())))
    with figures.style():
        figure, panels = plt.subplots(
            len(found), columns, figsize=(figures.WIDTH, 4.5), squeeze=False, layout="constrained"
        )
        draw_doubles(np.asarray(panels), found)
        figures.save(figure, path)
