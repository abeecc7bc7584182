"""Figures of how fast each way feeds, and of when that matters."""

import os
from collections.abc import Sequence

import numpy as np
import pandas as pd

from hearsay import figures
from hearsay.feeding.calibration import COMPUTES, WAITS, gains
from hearsay.feeding.ratios import PIPELINES, pipeline_ratios
from hearsay.figures import COLOURS

LOADED = {True: "TensorFlow, beside a placeholder", False: "PyTorch, beside a copy"}


def speed(summary: pd.DataFrame, prediction: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw the speed of every way relative to resident slices, a panel a model, measured and predicted.

    summary: `timing.SUMMARY`; prediction: `prediction.PREDICTION`; of the CPU. Bars are 95 % intervals.
    """
    import matplotlib.pyplot as plt

    summary, prediction = (table[table["device"] == "cpu"] for table in (summary, prediction))
    models = list(prediction.groupby("model")["step"].median().sort_values().index)
    batches = sorted(summary["batch"].unique())
    colours = dict(zip(batches, _shades(len(batches)), strict=True))
    order = list(summary.groupby("mode")["steady_relative"].median().sort_values(ascending=False).index)
    with figures.style():
        size = figures.WIDTH, 0.9 + 0.19 * len(order)
        figure, panels = plt.subplots(1, len(models), figsize=size, sharey=True, sharex=True, layout="constrained")
        for axes, model in zip(np.atleast_1d(panels), models, strict=True):
            axes.axvline(1, color=COLOURS["grey"], linewidth=0.6)
            for k, batch in enumerate(batches):
                offset = 0.22 * (k - (len(batches) - 1) / 2)
                rows = summary[(summary["model"] == model) & (summary["batch"] == batch)].set_index("mode")
                said = prediction[(prediction["model"] == model) & (prediction["batch"] == batch)].set_index("mode")
                for mode in rows.index:
                    y, row = order.index(mode) + offset, rows.loc[mode]
                    ends = [row["steady_relative_low"], row["steady_relative_high"]]
                    axes.plot(ends, [y, y], color=colours[batch], linewidth=1)
                    axes.plot(row["steady_relative"], y, "o", color=colours[batch], markersize=3.5)
                    if mode in said.index:
                        axes.plot(said.loc[mode, "predicted"], y, "|", color=COLOURS["ink"], markersize=6)
            axes.set(title=model, xscale="log", xlabel="times the steps/s")
            _ticks(axes.xaxis, (0.1, 0.2, 0.5, 1))
            axes.set_yticks(range(len(order)), order)
            axes.set_ylim(len(order) - 0.5, -0.5)
        handles = [
            plt.Line2D([], [], color=colours[b], marker="o", markersize=3.5, label=f"batch of {b}") for b in batches
        ]
        handles.append(plt.Line2D([], [], linestyle="none", marker="|", color=COLOURS["ink"], label="predicted"))
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        figures.save(figure, path)


def crossings(table: pd.DataFrame, prediction: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw from which step time on a way costs hardly anything, predicted and measured.

    table: `prediction.CROSSINGS`; prediction: `prediction.PREDICTION`, whose steps are marked; of the CPU. Where the
    models' speeds leave an end open, between which steps the crossing lies is not drawn.
    """
    import matplotlib.pyplot as plt

    table, prediction = (each[each["device"] == "cpu"] for each in (table, prediction))
    batches = sorted(table["batch"].unique())
    colours = dict(zip(batches, _shades(len(batches)), strict=True))
    order = list(table.groupby("mode")["predicted"].median().sort_values().index)
    steps = 1e3 * prediction.groupby(["model", "batch"])["step"].median()
    least, most = steps.min() / 3, max(3 * steps.max(), 1.3e3 * table["predicted_high"].max())
    with figures.style():
        size = figures.WIDTH, 1.0 + 0.2 * len(order)
        figure, axes = plt.subplots(figsize=size, layout="constrained")
        for k, batch in enumerate(batches):
            colour = colours[batch]
            for row in table[table["batch"] == batch].itertuples():
                y = order.index(row.mode) + 0.24 * (k - (len(batches) - 1) / 2)
                if row.measured_low > 0 and np.isfinite(row.measured_high):
                    ends = [1e3 * row.measured_low, 1e3 * row.measured_high]
                    axes.plot(ends, [y, y], color=colour, linewidth=3.5, alpha=0.25, solid_capstyle="butt")
                axes.plot(1e3 * np.array([row.predicted_low, row.predicted_high]), [y, y], color=colour, linewidth=1)
                axes.plot(1e3 * row.predicted, y, "o", color=colour, markersize=3.5)
                axes.plot(1e3 * row.measured, y, "D", color=colour, markersize=4, markerfacecolor="white")
        for model, step in steps.xs(batches[len(batches) // 2], level="batch").items():
            axes.axvline(step, color=COLOURS["grey"], linewidth=0.6, linestyle=":", zorder=0)
            axes.annotate(model, (step, 1), (0, 2), xycoords=("data", "axes fraction"), textcoords="offset points",
                          ha="center", color=COLOURS["grey"])  # fmt: skip
        axes.set(xscale="log", xlim=(least, most), xlabel="step, ms")
        _ticks(axes.xaxis, [tick for tick in (0.01, 0.1, 1, 10, 100) if least < tick < most])
        axes.set_yticks(range(len(order)), order)
        axes.set_ylim(len(order) - 0.5, -0.5)
        axes.grid(axis="y", color=COLOURS["grey"], linewidth=0.2)
        handles = [plt.Line2D([], [], color=colours[b], label=f"batch of {b}") for b in batches]
        dot = {"linestyle": "none", "color": COLOURS["ink"]}
        handles.append(plt.Line2D([], [], marker="o", markersize=3.5, label="predicted", **dot))
        handles.append(plt.Line2D([], [], marker="D", markersize=4, markerfacecolor="white", label="measured", **dot))
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        figures.save(figure, path)


def workers(table: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw how many times as fast two workers are as the loop by itself, over the length of planted fetches.

    table: `calibration.CALIBRATION`. Bars are 95 % intervals; lines are known from the planted lengths, and from times
    measured apart, which know what handing over costs.
    """
    import matplotlib.pyplot as plt

    found = gains(table, 0)
    found = found[found["workers"] == found["workers"].max()]
    steps = sorted(found["step"].unique())
    colours = dict(zip(steps, _shades(len(steps)), strict=True))
    with figures.style():
        kinds = [kind for kind in (WAITS, COMPUTES) if kind in set(found["kind"])]
        size = figures.WIDTH, 2.5
        figure, panels = plt.subplots(1, len(kinds), figsize=size, sharey=True, layout="constrained", squeeze=False)
        for axes, kind in zip(panels[0], kinds, strict=True):
            axes.axhline(1, color=COLOURS["grey"], linewidth=0.6)
            for k, (step, part) in enumerate(found[found["kind"] == kind].groupby("step")):
                x, colour = 1e3 * part["fetch"], colours[step]
                beside = x * 1.06 ** (k - (len(steps) - 1) / 2)  # so that no dot hides another
                axes.vlines(beside, part["low"], part["high"], color=colour, linewidth=1)
                axes.plot(beside, part["gain"], "o", color=colour, markersize=3.5)
                axes.plot(x, part["predicted"], color=colour)
                axes.plot(x, part["known"], color=colour, linewidth=0.6, linestyle=":")
            axes.set(title=f"fetching {kind}", xscale="log", yscale="log", xlabel="fetching a batch, ms")
            _ticks(axes.xaxis, 1e3 * found["fetch"].unique())
        panels[0][0].set(ylabel="speed with workers / without")
        _ticks(panels[0][0].yaxis, (0.5, 1, 2))
        handles = [plt.Line2D([], [], color=colours[s], marker="o", label=f"step of {1e3 * s:g} ms") for s in steps]
        ink = COLOURS["ink"]
        handles.append(plt.Line2D([], [], color=ink, label="predicted"))
        handles.append(plt.Line2D([], [], color=ink, linewidth=0.6, linestyle=":", label="if handing over were free"))
        figure.legend(handles=handles, loc="outside lower center", ncols=3)
        figures.save(figure, path)


def pipelines(graph_times: pd.DataFrame, modes: pd.DataFrame, alpha: float, path: str | os.PathLike) -> None:
    """Draw every case of `pipeline_ratios`: how many times as fast a pipeline is as feeding; hollow where open."""
    import matplotlib.pyplot as plt

    found = pipeline_ratios(graph_times, modes, alpha)
    models = list(found["model"].unique())
    colours = dict(zip(models, _shades(len(models)), strict=True))
    ours = {name: found[found["way"].isin(PIPELINES) == graph] for graph, name in LOADED.items()}
    ours = {name: rows for name, rows in ours.items() if len(rows)}
    cases = [rows.groupby("way").size().max() for rows in ours.values()]
    with figures.style():
        size = figures.WIDTH, 1.2 + 0.11 * len(found)
        heights = [len(rows) for rows in ours.values()]
        figure, panels = plt.subplots(
            len(ours), 1, figsize=size, sharex=True, layout="constrained", height_ratios=heights, squeeze=False
        )
        for axes, (name, rows), most in zip(panels[:, 0], ours.items(), cases, strict=True):
            axes.axvline(1, color=COLOURS["grey"], linewidth=0.6)
            ways = list(dict.fromkeys(rows["way"]))
            for y, way in enumerate(ways):
                mine = rows[rows["way"] == way].reset_index()
                for k, row in mine.iterrows():
                    height, colour = y + 0.8 * ((k + 0.5) / most - 0.5), colours[row["model"]]
                    settled = row["low"] > 1 or row["high"] < 1
                    axes.plot([row["low"], row["high"]], [height, height], color=colour, linewidth=1)
                    face = colour if settled else "white"
                    axes.plot(row["ratio"], height, "o", color=colour, markersize=3.5, markerfacecolor=face)
            axes.set_title(name)
            axes.set(xscale="log", ylim=(len(ways) - 0.5, -0.5))
            axes.set_yticks(range(len(ways)), ways)
            _ticks(axes.xaxis, (0.05, 0.1, 0.2, 0.5, 1, 2))
        panels[-1, 0].set(xlabel="times as fast as feeding")
        handles = [plt.Line2D([], [], color=colours[m], marker="o", markersize=3.5, label=m) for m in models]
        handles.append(
            plt.Line2D([], [], color=COLOURS["ink"], marker="o", markersize=3.5, markerfacecolor="white", label="open")
        )
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles))
        figures.save(figure, path)


def _ticks(axis, values: Sequence[float]) -> None:
    """Mark these values of a logarithmic axis, written as numbers."""
    axis.set_ticks(values, [f"{value:g}" for value in values])
    axis.set_ticks([], minor=True)


def _shades(n: int) -> list[str]:
    return [COLOURS[name] for name in ("orange", "blue", "purple", "green", "sky")][:n]
