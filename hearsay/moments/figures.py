"""The figures of this study: accuracy by step, and the lag of moving averages; the others are beside it."""

import os
from collections.abc import Mapping

import numpy as np
import pandas as pd

from hearsay import figures
from hearsay.figures import COLOURS
from hearsay.moments.conditions import BATCH, DEBIASED, EARLY, FROZEN, LAST, NEVER, REESTIMATED, ZERO
from hearsay.moments.figures_decays import decays, shades
from hearsay.moments.figures_settings import settings, shift
from hearsay.moments.lags import LAG, LEFT, STEPS, TIMES
from hearsay.moments.runs import BASE, TRAINING
from hearsay.moments.shifted import ACCURACY

__all__ = ["curve", "settings", "shift", "steps"]

LOOKS = {  # of a condition by the end of its name: colour, line, width
    REESTIMATED: ("ink", "-", 2.2),
    BATCH: ("green", "-", 1.0),
    LAST: ("grey", "-", 1.0),
    NEVER: ("vermilion", "-", 2.0),
    DEBIASED: ("purple", "-", 1.2),
    ZERO: ("purple", (0, (1, 1)), 1.2),
    EARLY: ("orange", "-", 1.2),
    FROZEN: ("orange", (0, (1, 1)), 1.2),
}
BANDS = (NEVER, REESTIMATED)  # whose intervals are drawn
OWN = "in training, own batches"  # what the legend calls it


def steps(summary: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw accuracy by step under every way of keeping statistics, and that which the training itself shows.

    summary: `SUMMARY`, of which the base training is drawn.
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FuncFormatter

    rows = summary[(summary["training"] == BASE) & (summary["outcome"] == ACCURACY)]
    names = decays(rows["condition"])
    with figures.style():
        figure, axes = plt.subplots(figsize=(figures.WIDTH, 2.9), layout="constrained")
        own = {"color": COLOURS["ink"], "linestyle": (0, (3, 2)), "linewidth": 1.0, "label": OWN}
        looks = {TRAINING: own} | {name: {"label": name} | look for name, look in _lines(names, shades(names), rows)}
        handles = []
        for name, look in looks.items():
            line = rows[rows["condition"] == name].sort_values("step")
            if name in BANDS:
                ends = line["low"].clip(0), line["high"].clip(upper=1)
                axes.fill_between(line["step"], *ends, color=look["color"], alpha=0.15, linewidth=0)
            handles += axes.plot(line["step"], line["mean"], **look)
        axes.set(xscale="log", ylim=(0, 1), xlabel="steps of training", ylabel="accuracy")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        figure.legend(handles=handles, loc="outside right upper", fontsize=7, alignment="left")
        figures.save(figure, path)


def _lines(names: Mapping[str, float], colours: Mapping[str, str], rows: pd.DataFrame):
    """Yield conditions of `rows` and how they are drawn, in the order of the legend."""
    there = set(rows["condition"])

    def fixed(end: str):
        for name in sorted(there):
            if name == end or name.endswith(f", {end}"):
                colour, line, width = LOOKS[end]
                yield name, {"color": COLOURS[colour], "linestyle": line, "linewidth": width}

    for end in (REESTIMATED, BATCH, LAST):
        yield from fixed(end)
    for name in names:
        yield name, {"color": colours[name], "linewidth": 1.4}
    for end in (DEBIASED, ZERO, EARLY, FROZEN, NEVER):
        yield from fixed(end)


def curve(summary: pd.DataFrame, found: pd.DataFrame, judging: Mapping, path: str | os.PathLike) -> None:
    """Draw how far moving averages lag behind re-estimated statistics, a line a decay, to see whether they are one.

    By steps, by steps x (1 - decay), and by the same as a share of the gap that never updating leaves. summary:
    `SUMMARY`; found: `CURVE`; judging: the config's bounds.
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FuncFormatter

    rows = summary[(summary["training"] == BASE) & (summary["outcome"] == ACCURACY)]
    looks = rows.pivot(index="step", columns="condition", values="mean").sort_index()
    names = decays(rows["condition"])
    colours = shades(names)
    gap = looks[REESTIMATED] - looks[NEVER]
    shares = found.set_index(["quantity", "abscissa"])["mean"]
    panels = ((LAG, STEPS), (LAG, TIMES), (LEFT, TIMES))
    with figures.style():
        figure, (first, second, third) = plt.subplots(1, 3, figsize=(figures.WIDTH, 2.5), layout="constrained")
        second.sharey(first)
        for axes, (quantity, abscissa) in zip((first, second, third), panels, strict=True):
            known = gap > (judging["broken"] if quantity == LEFT else -np.inf)
            for name, decay in names.items():
                lag = (looks[REESTIMATED] - looks[name])[known]
                values = lag / gap[known] if quantity == LEFT else lag
                places = values.index * (1 - decay if abscissa == TIMES else 1)
                axes.plot(places, values, color=colours[name], linewidth=1.4, label=name)
            share = shares.get((quantity, abscissa), np.nan)
            axes.set(xscale="log", xlabel=abscissa.replace(" x ", " × ").replace(" - ", " − "))
            axes.set_title({LAG: "Lag in accuracy", LEFT: "Share of the gap left"}[quantity], fontsize=8, pad=17)
            if not np.isnan(share):
                axes.annotate(f"x explains {share:.0%} of the variance", (0, 1), (0, 5), fontsize=7,
                              xycoords="axes fraction", textcoords="offset points")  # fmt: skip
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        for axes in (first, second):
            axes.axhline(judging["within"], color=COLOURS["grey"], linewidth=0.7, linestyle=(0, (4, 3)))
        first.set_ylabel("accuracy re-estimated less\nthat of the moving average")
        third.set_ylim(-0.05, 1.05)
        ends = third.get_xlim()
        places = np.geomspace(*ends)
        look = {"color": COLOURS["vermilion"], "linewidth": 0.9, "linestyle": (0, (3, 2)), "zorder": 1}
        (weight,) = third.plot(places, np.exp(-places), label="weight of the initial values", **look)
        third.set_xlim(*ends)
        bound = plt.Line2D([], [], color=COLOURS["grey"], linewidth=0.7, linestyle=(0, (4, 3)), label="bound")
        handles, _ = first.get_legend_handles_labels()
        lines = [line for line in handles if line.get_label() in names]
        figure.legend(handles=[*lines, bound, weight], loc="outside lower center", ncols=len(lines) + 2, fontsize=7)
        figures.save(figure, path)
