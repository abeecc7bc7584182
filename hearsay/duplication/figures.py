"""The figures of this study; that of the census is beside it."""

import os
from itertools import cycle

import numpy as np
import pandas as pd

from hearsay import figures
from hearsay.duplication import law
from hearsay.duplication.config import USUAL
from hearsay.duplication.figures_census import census, census_summary
from hearsay.duplication.prediction_error import CV, PLUS, REPEATED, WEIGHTED
from hearsay.figures import COLOURS

__all__ = ["bootstrap", "calibration", "census", "census_summary", "nothing_learned", "published"]

CROWDED = (30, 40)  # ticks that would run into their neighbours
MODELS = {"mean": "o", "linear": "s", "logistic": "^"}
ARMS = {
    "copies": ("copies, as if they were data", "vermilion"),
    "bootstrap of rows": ("bootstrap of the copies", "orange"),
    "jitter": ("copies with a little noise", "purple"),
    "clustered": ("clustered on the original row", "blue"),
    "bootstrap of row ids": ("bootstrap of row numbers", "sky"),
    "new rows": ("as many new rows", "green"),
}
LEARNERS = {
    "1-NN": ("nearest neighbour", "vermilion"),
    "random forest": ("random forest", "orange"),
    "SVC": ("support vector machine", "blue"),
    "MLP with early stopping": ("network, stopped early", "purple"),
    "logistic regression": ("logistic regression", "green"),
}


def nothing_learned(coverage: pd.DataFrame, leakage: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw coverage against copies on its law, beside the accuracy of cross-validation on coin flips."""
    import matplotlib.pyplot as plt

    with figures.style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(figures.WIDTH, 3.4), width_ratios=(1.15, 1))
        _coverage(left, coverage)
        _accuracy(right, leakage)
        figure.get_layout_engine().set(rect=(0, 0.17, 1, 0.83))  # the legends stand below
        figures.save(figure, path)


def _coverage(axes, coverage: pd.DataFrame) -> None:
    usual = coverage[np.isclose(coverage["level"], USUAL)]
    models = list(MODELS)
    most = int(usual["copies"].max())
    grid = np.geomspace(1, most, 200)
    axes.plot(grid, [law.coverage(USUAL, k) for k in grid], color=COLOURS["ink"], linewidth=0.9)
    at = most**0.62
    axes.annotate("the law", (at, law.coverage(USUAL, at)), (-6, -4), textcoords="offset points", ha="right", va="top")
    axes.axhline(USUAL, color=COLOURS["grey"], linewidth=0.7, linestyle=(0, (4, 3)))
    for place, (arm, (label, colour)) in enumerate(ARMS.items()):
        for (model, rows), here in usual[usual["arm"] == arm].groupby(["model", "rows"]):
            # side by side: arms of a kind apart, models a little
            shift = np.exp(0.06 * (place % 3 - 1) + 0.015 * (models.index(model) - 1))
            axes.errorbar(
                here["copies"] * shift,
                here["coverage"],
                yerr=norm_half(here["coverage_mc_error"]),
                fmt=MODELS[model],
                markersize=2.8,
                color=COLOURS[colour],
                markerfacecolor=COLOURS[colour] if rows == usual["rows"].min() else "white",
                elinewidth=0.6,
                linestyle="none",
                label=label if (model, rows) == (models[0], usual["rows"].min()) else None,
            )
    _copies_axis(axes, usual["copies"])
    axes.set_ylabel(f"coverage of the nominal {100 * USUAL:.0f} % interval")
    axes.set_title("Intervals claim more and more")
    _legend_below(axes)


def _accuracy(axes, leakage: pd.DataFrame) -> None:
    cv = leakage[leakage["measure"] == "accuracy in CV"]
    for learner, (label, colour) in LEARNERS.items():
        for folds, style in {"rows": "-", "grouped": (0, (1.5, 1.5))}.items():
            here = cv[(cv["learner"] == learner) & (cv["folds"] == folds)].sort_values("copies")
            axes.plot(
                here["copies"], here["accuracy"], color=COLOURS[colour], linestyle=style, marker=".", markersize=4
            )
            axes.fill_between(here["copies"], here["low"], here["high"], color=COLOURS[colour], alpha=0.15, linewidth=0)
        axes.plot([], [], color=COLOURS[colour], label=label)
    axes.plot([], [], color=COLOURS["ink"], linestyle=(0, (1.5, 1.5)), label="the same, grouped folds")
    axes.axhline(1 / 2, color=COLOURS["grey"], linewidth=0.7, linestyle=(0, (4, 3)))
    _copies_axis(axes, cv["copies"])
    axes.set_ylabel("accuracy in cross-validation")
    axes.set_title("Folds see skill in coin flips")
    _legend_below(axes)


def _legend_below(axes) -> None:
    legend = axes.legend(
        loc="upper left", bbox_to_anchor=(-0.14, -0.2), ncols=2, handletextpad=0.4, columnspacing=1, fontsize=6.5
    )
    legend.set_in_layout(False)


def norm_half(errors: pd.Series) -> pd.Series:
    """Return the half width of the usual interval for these standard errors."""
    from scipy.stats import norm

    return norm.isf((1 - USUAL) / 2) * errors


def _copies_axis(axes, copies: pd.Series) -> None:
    ticks = sorted(copies.unique())
    axes.set_xscale("log")
    axes.set_xticks(ticks, [str(k) for k in ticks])
    axes.minorticks_off()
    axes.set_xlabel("copies of every row")


def calibration(curves: pd.DataFrame, path: str | os.PathLike, least: float = 1e-3) -> None:
    """Draw true against predicted chances with only the positives copied, before and after the prior correction.

    least: share of the population below which a bin is left out.
    """
    import matplotlib.pyplot as plt

    copies = sorted(curves["copies"].unique())
    colours = dict(zip(copies, cycle(("ink", "sky", "blue", "vermilion", "orange", "purple")), strict=False))
    titles = {"no": "as fitted", "yes": "corrected"}
    with figures.style():
        figure, panels = plt.subplots(1, 4, figsize=(figures.WIDTH, 2.3), sharex=True, sharey=True)
        cells = [(s, c) for s in ("well specified", "misspecified") for c in titles]
        for axes, (specification, corrected) in zip(panels, cells, strict=True):
            axes.plot([0, 1], [0, 1], color=COLOURS["grey"], linewidth=0.7, linestyle=(0, (4, 3)))
            here = curves[(curves["specification"] == specification) & (curves["corrected"] == corrected)]
            for k, part in here[here["share"] > least].groupby("copies"):
                axes.plot(
                    part["predicted"], part["observed"], color=COLOURS[colours[k]], marker=".", markersize=3, label=k
                )
            axes.set_title(f"{specification},\n{titles[corrected]}", fontsize=7.5)
            axes.set_xlabel("predicted chance")
            axes.set_aspect("equal")
        panels[0].set_ylabel("true chance")
        panels[0].legend(
            title="copies of a positive",
            title_fontsize=6.5,
            fontsize=6.5,
            loc="upper left",
            handlelength=1,
            borderpad=0,
        )
        figures.save(figure, path)


def published(intervals: pd.DataFrame, oversampling: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw our coverages and AUCs against published ones, with the error bars of both."""
    import matplotlib.pyplot as plt

    with figures.style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(figures.WIDTH, 3), width_ratios=(1, 1.1))
        left.set_xlabel("published coverage")
        left.set_ylabel("ours")
        left.set_title("Bootstrap intervals")
        if len(intervals):  # none where no size that was run is a published one
            _coverages(left, intervals)
        _aucs(right, oversampling)
        figures.save(figure, path)


def _coverages(axes, intervals: pd.DataFrame) -> None:
    methods = {"percentile": "blue", "basic": "vermilion", "normal": "green", "Student": "orange", "BCa": "grey"}
    both = intervals[["ours", "published"]].to_numpy()
    span = [both.min() - 0.01, both.max() + 0.01]
    axes.plot(span, span, color=COLOURS["grey"], linewidth=0.7, linestyle=(0, (4, 3)))
    for method, colour in methods.items():
        here = intervals[intervals["method"] == method]
        compared = (here["compared"] == "yes").any()
        axes.errorbar(
            here["published"],
            here["ours"],
            xerr=norm_half(here["published_mc_error"]),
            yerr=norm_half(here["ours_mc_error"]),
            fmt="o" if compared else "x",
            markersize=3,
            elinewidth=0.5,
            linestyle="none",
            color=COLOURS[colour],
            label=method if compared else f"{method} (defined otherwise)",
        )
    axes.legend(fontsize=6.5, handletextpad=0.1, loc="upper left", ncols=2, columnspacing=0.5)
    axes.set_ylim(span[0], span[1] + 0.3 * (span[1] - span[0]))


def _aucs(axes, oversampling: pd.DataFrame) -> None:
    rows = oversampling.sort_values("auc").reset_index(drop=True)
    axes.axvline(1 / 2, color=COLOURS["grey"], linewidth=0.7, linestyle=(0, (4, 3)))
    for i, row in rows.iterrows():
        axes.plot([row["low"], row["high"]], [i, i], color=COLOURS["blue"], linewidth=2)
        axes.plot(
            row["auc"], i, "o", color=COLOURS["blue"], markersize=4, label="ours, with interval" if i == 0 else None
        )
    axes.plot(
        rows["published"], rows.index, "D", color=COLOURS["vermilion"], markersize=3.5, label="published, one run"
    )
    axes.set_yticks(rows.index, rows["arm"])
    axes.set_xlabel("AUC on random labels")
    axes.set_title("Oversampling")
    axes.legend(loc="center right", fontsize=6.5)


def bootstrap(intervals: pd.DataFrame, errors: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw the coverage of bootstrap intervals against rows, and the error of error estimates from few rows."""
    import matplotlib.pyplot as plt

    methods = {
        "percentile": "blue", "basic": "vermilion", "normal": "green", "BCa": "purple", "studentised": "orange",
        "Student": "ink",
    }  # fmt: skip
    distributions = ("normal", "exponential", "lognormal")
    with figures.style():
        figure = plt.figure(figsize=(figures.WIDTH, 3.9))
        upper, lower = figure.subfigures(2, 1)
        panels = upper.subplots(1, 3, sharey=True)
        for axes, distribution in zip(panels, distributions, strict=True):
            axes.axhline(USUAL, color=COLOURS["grey"], linewidth=0.7, linestyle=(0, (4, 3)))
            for method, colour in methods.items():
                here = intervals[(intervals["distribution"] == distribution) & (intervals["method"] == method)]
                here = here.sort_values("rows")
                axes.errorbar(
                    here["rows"], here["coverage"], yerr=norm_half(here["coverage_mc_error"]), color=COLOURS[colour],
                    marker=".", markersize=4, elinewidth=0.6, label=method,
                    linestyle=(0, (1.5, 1.5)) if method == "Student" else "-",
                )  # fmt: skip
            axes.set_xscale("log")
            ticks = [n for n in sorted(intervals["rows"].unique()) if n not in CROWDED]
            axes.set_xticks(ticks, [str(n) for n in ticks])
            axes.minorticks_off()
            axes.set_title(f"Mean of {distribution} rows", fontsize=8)
            axes.set_xlabel("rows")
        panels[0].set_ylabel("coverage")
        panels[0].legend(fontsize=6.5, loc="lower right")
        _errors(lower, errors)
        figures.save(figure, path)


def _errors(subfigure, errors: pd.DataFrame) -> None:
    """Draw the error of each estimator of a classifier's error, over that of plain cross-validation."""
    shown = {REPEATED: "grey", "out of bag": "sky", WEIGHTED: "orange", PLUS: "blue"}
    base = errors[errors["estimator"] == CV].set_index(["setting", "learner", "rows"])["rmse"]
    settings = ("no information", "overlapping", "separated")
    panels = subfigure.subplots(1, 3, sharey=True)
    for axes, setting in zip(panels, settings, strict=True):
        here = errors[errors["setting"] == setting]
        cells = sorted({(row.learner, row.rows) for row in here.itertuples()})
        axes.axhline(1, color=COLOURS["grey"], linewidth=0.7, linestyle=(0, (4, 3)))
        for estimator, colour in shown.items():
            of = here[here["estimator"] == estimator].set_index(["learner", "rows"])
            ratio = [of.loc[cell, "rmse"] / base[(setting, *cell)] for cell in cells]
            axes.plot(
                range(len(cells)), ratio, "o", color=COLOURS[colour], markersize=3.5, label=estimator, linestyle="none"
            )
        axes.set_xticks(range(len(cells)), [f"{learner}, {rows}" for learner, rows in cells], rotation=90, fontsize=6.5)
        axes.set_title(f"Classes: {setting}", fontsize=8)
    panels[0].set_ylabel("RMSE over that of\nplain cross-validation")
    panels[-1].legend(fontsize=6.5)
