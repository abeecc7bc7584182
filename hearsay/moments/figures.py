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
TICKS = (0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.98, 0.99)


def steps(summary: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw accuracy by step under every way of keeping statistics, and above it that of the training itself.

    summary: `SUMMARY`, of which the base training is drawn.
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    rows = summary[(summary["training"] == BASE) & (summary["outcome"] == ACCURACY)]
    names = decays(rows["condition"])
    colours = shades(names)
    with figures.style():
        figure, (above, axes) = plt.subplots(
            2, 1, figsize=(figures.WIDTH, 4.4), sharex=True, height_ratios=[1, 3.4], layout="constrained"
        )
        own = rows[rows["condition"] == TRAINING].sort_values("step")
        band = {"color": COLOURS["ink"], "alpha": 0.15, "linewidth": 0}
        above.fill_between(own["step"], own["low"].clip(0), own["high"].clip(upper=1), **band)
        above.plot(own["step"], own["mean"], color=COLOURS["ink"])
        above.set(ylim=(0, 1.03), ylabel="in training,\nown batches")
        handles = []
        for name, look in _lines(names, colours, rows["condition"]):
            line = rows[rows["condition"] == name].sort_values("step")
            if name in BANDS:
                known = {"color": look["color"], "alpha": 0.15, "linewidth": 0}
                axes.fill_between(line["step"], line["low"].clip(0.01), line["high"].clip(upper=0.999), **known)
            handles += axes.plot(line["step"], line["mean"], label=name, **look)
        kept = [name for name in {*names, *LOOKS} if (rows["condition"] == name).any()]
        values = rows.loc[rows["condition"].isin(kept), "mean"]
        axes.set(xscale="log", yscale="logit", xlabel="steps of training", ylabel="accuracy on test images")
        axes.set_ylim(0.9 * values.clip(0.02).min(), 1 - 0.8 * (1 - values.clip(upper=0.998).max()))
        axes.yaxis.set_major_locator(FixedLocator(TICKS))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        figure.legend(handles=handles, loc="outside right lower", fontsize=7, title="statistics at evaluation",
                      title_fontsize=7, alignment="left")  # fmt: skip
        figures.save(figure, path)


def _lines(names: Mapping[str, float], colours: Mapping[str, str], conditions: pd.Series):
    """Yield conditions and how they are drawn, in the order of the legend."""
    there = set(conditions)

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
        figure, (first, second, third) = plt.subplots(1, 3, figsize=(figures.WIDTH, 2.9), layout="constrained")
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
            axes.set_title({LAG: "Lag in accuracy", LEFT: "Lag / lag of never updated"}[quantity], fontsize=8, pad=17)
            if not np.isnan(share):
                axes.annotate(f"place explains {share:.0%} of its variance", (0, 1), (0, 5), fontsize=7,
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
        figure.legend(handles=[*lines, bound, weight], loc="outside lower center", ncols=4, fontsize=7)
        figures.save(figure, path)
