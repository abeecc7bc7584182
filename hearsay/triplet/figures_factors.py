"""Figures of what else matters: ways of keeping statistics, other trainings, losses, and what a batch tells."""

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from hearsay import figures
from hearsay.figures import COLOURS
from hearsay.triplet.analysis import LESS, LOSSES
from hearsay.triplet.evaluation import (
    ACROSS,
    BATCH,
    BOTH,
    MEAN,
    MEANS,
    ONE,
    OTHERS,
    PARAMETERS,
    REESTIMATED,
    VARIANCE,
    VARIANCES,
)
from hearsay.triplet.runs import (
    AGAIN,
    BATCH_OF,
    FROZEN,
    GRADIENTS_APART,
    GROUP_NORM,
    LEAK,
    LOSS,
    NO_NORM,
    OTHER_NET,
    THREE_NETS,
    WITH_ADAM,
)
from hearsay.triplet.sampling import BIASED, DISTRIBUTIONS, IID, MILDER, SHIFTED
from hearsay.triplet.training import APART, CONCATENATED, GHOST, PER_BRANCH

LOOKS = {IID: ("ink", "o"), BIASED: ("blue", "D"), SHIFTED: ("vermilion", "s")}
REACH = (4.0, 20.0)  # points around no difference that are drawn, at least and at most
POINTS = 100


class Line(NamedTuple):
    """A row of a figure: what it is called, and training and statistics; a heading has none."""

    words: str
    training: str = ""
    statistics: str = ""


def factors(comparisons: pd.DataFrame, judging: Mapping, path: str | os.PathLike) -> None:
    """Draw what one factor at a time does to nearest neighbours by one branch, as differences in points.

    comparisons: `COMPARISONS`. Intervals are corrected over the family; the band counts as no harm. An effect beyond
    the axis is written at an arrow.
    """
    sizes = sorted(
        (name for name in comparisons["training"].unique() if name.startswith(BATCH_OF)),
        key=lambda name: int(name.removeprefix(BATCH_OF)),
    )
    lines = [
        Line("Both shared, kept another way"),
        *(Line(arm, PER_BRANCH, arm) for arm in (*OTHERS, REESTIMATED, BATCH)),
        Line(FROZEN, FROZEN, BOTH),
        Line("Not both shared"),
        *(Line(words, PER_BRANCH, arm) for arm, words in _SHARED.items()),
        Line("three nets, nothing shared", THREE_NETS, APART),
        Line("Normalised otherwise"),
        Line("branches as one batch", CONCATENATED, BOTH),
        Line("three mixed batches", GHOST, BOTH),
        *(Line(name, name, BOTH) for name in (GROUP_NORM, NO_NORM)),
        Line("Trained otherwise"),
        *(Line(name, name, BOTH) for name in _losses(comparisons)),
        *(Line(name, name, BOTH) for name in (*sizes, WITH_ADAM)),
        Line("Adam: gradients apart, not together", GRADIENTS_APART, BOTH),
        Line(OTHER_NET, OTHER_NET, BOTH),
        Line("Control"),
        Line("other weights and triplets", AGAIN, BOTH),
    ]
    rows = comparisons[comparisons["outcome"] == ONE]
    words = "nearest neighbours by one branch, points\nagainst branches normalised apart that share both statistics"
    _forest(rows, lines, judging["harm"], words, path)


_SHARED = {PARAMETERS: "parameters only", MEAN: "and the mean", VARIANCE: "and the variance"}


def moderators(comparisons: pd.DataFrame, judging: Mapping, path: str | os.PathLike) -> None:
    """Draw what sharing the parameters alone costs across branches, in other trainings than the study's own.

    comparisons: `COMPARISONS`; as `factors`.
    """
    rows = comparisons[(comparisons["outcome"] == ACROSS) & (comparisons["statistics"] == PARAMETERS)]
    rows = rows[rows["training"] == rows["other_training"]]
    sizes = sorted(
        (name for name in rows["training"].unique() if name.startswith(BATCH_OF)),
        key=lambda name: int(name.removeprefix(BATCH_OF)),
    )
    others = [*_losses(rows), *sizes, WITH_ADAM, GRADIENTS_APART, OTHER_NET, AGAIN]
    lines = [
        Line("branches normalised apart", PER_BRANCH, PARAMETERS),
        *(Line("other weights and triplets" if name == AGAIN else name, name, PARAMETERS) for name in others),
        Line("three mixed batches", GHOST, PARAMETERS),
    ]
    words = "gallery by another branch, points:\nstatistics of its own against both shared"
    _forest(rows[~rows["distribution"].isin(MILDER)], lines, judging["harm"], words, path, most=POINTS)


def _losses(rows: pd.DataFrame) -> list[str]:
    return sorted(name for name in rows["training"].unique() if name.startswith(LOSS))


def _forest(
    rows: pd.DataFrame, lines: Sequence[Line], harm: float, words: str, path: str | os.PathLike, most: float = REACH[1]
) -> None:
    """Draw a row a line, and in it an interval a distribution."""
    import matplotlib.pyplot as plt
    from matplotlib.patches import Patch
    from matplotlib.ticker import MaxNLocator

    known = set(zip(rows["training"], rows["statistics"], strict=True))
    lines = [line for line in lines if not line.training or (line.training, line.statistics) in known]
    values = POINTS * rows.loc[rows["training"].isin([line.training for line in lines]), ["low", "high"]].to_numpy()
    values = values[np.isfinite(values)]
    left, right = (float(np.clip(1.05 * (sign * values).max(initial=0.0), REACH[0], most)) for sign in (-1, 1))
    with figures.style():
        figure, axes = plt.subplots(figsize=(figures.WIDTH, 0.9 + 0.165 * len(lines)))
        axes.axvspan(-POINTS * harm, POINTS * harm, color=COLOURS["sky"], alpha=0.25, linewidth=0)
        axes.axvline(0, color=COLOURS["ink"], linewidth=0.6)
        for y, line in enumerate(lines):
            here = rows[(rows["training"] == line.training) & (rows["statistics"] == line.statistics)]
            for k, (distribution, look) in enumerate(LOOKS.items()):
                for row in here[here["distribution"] == distribution].itertuples():
                    _interval(axes, y + 0.22 * (k - 1), row, (-left, right), look)
        axes.set(xlim=(-left, right), ylim=(len(lines) - 0.4, -0.6), xlabel=words)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.set_yticks(range(len(lines)), [line.words for line in lines])
        for line, label in zip(lines, axes.get_yticklabels(), strict=True):
            label.set(fontsize=7, weight="normal" if line.training else "bold")
        axes.tick_params(axis="y", length=0)
        axes.xaxis.label.set_fontsize(7)
        handles = [
            plt.Line2D([], [], color=COLOURS[colour], marker=marker, markersize=3.5, label=distribution)
            for distribution, (colour, marker) in LOOKS.items()
        ]
        handles.append(Patch(color=COLOURS["sky"], alpha=0.25, linewidth=0, label="counts as no harm"))
        figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=7)
        figures.save(figure, path)


def _interval(axes, y: float, row, edges: tuple[float, float], look: tuple[str, str]) -> None:
    colour, value = COLOURS[look[0]], POINTS * row.difference
    ends = POINTS * np.array([row.low, row.high])
    axes.plot(np.clip(ends, *edges), [y, y], color=colour, linewidth=1.1, solid_capstyle="butt")
    for end, marker in zip(edges, "<>", strict=True):
        if ends[0] < end < ends[1]:
            axes.plot(end, y, marker, color=colour, markersize=2.5, clip_on=False)
    if edges[0] <= value <= edges[1]:
        axes.plot(value, y, look[1], color=colour, markersize=3.5, markeredgecolor="white", markeredgewidth=0.4)
    else:
        side = np.sign(value)
        edge = edges[value > 0]
        axes.annotate(f"{value:+.0f}", (edge, y), (-8 * side, 0), textcoords="offset points", fontsize=6.5,
                      ha="right" if side > 0 else "left", va="center", color=colour, bbox={"fc": "white", "ec": "none",
                      "pad": 0.5})  # fmt: skip
        axes.plot(edge, y, ">" if side > 0 else "<", color=colour, markersize=3.5, clip_on=False)


def losses(comparisons: pd.DataFrame, judging: Mapping, path: str | os.PathLike) -> None:
    """Draw the discrepancy with other losses over that with Hoffer's ratio, a panel a distribution.

    comparisons: `COMPARISONS`. Geometric means over trainings, intervals corrected over the family; the band is the
    factor within which the size does not matter.
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    rows = comparisons[comparisons["family"] == LOSSES].dropna(subset="difference")
    names, most = _losses(rows), np.log2(judging["factor"])
    colours = {PARAMETERS: "vermilion", MEAN: "orange", VARIANCE: "blue"}
    with figures.style():
        figure, panels = plt.subplots(1, 2, figsize=(figures.WIDTH, 2.2), sharex=True, sharey=True)
        for axes, distribution in zip(panels, (IID, SHIFTED), strict=True):
            axes.axvspan(-most, most, color=COLOURS["sky"], alpha=0.25, linewidth=0)
            axes.axvline(0, color=COLOURS["ink"], linewidth=0.6)
            for y, name in enumerate(names):
                for k, statistics in enumerate(LESS):
                    here = rows[(rows["training"] == name) & (rows["statistics"] == statistics)]
                    for row in here[here["distribution"] == distribution].itertuples():
                        known = {"color": COLOURS[colours[statistics]]}
                        place = y + 0.22 * (k - 1)
                        ends = np.clip([row.low, row.high], -8 * most, 8 * most)
                        axes.plot(ends, [place, place], linewidth=1.1, **known)
                        axes.plot(row.difference, place, "o", markersize=3.5, markeredgecolor="white",
                                  markeredgewidth=0.4, **known)  # fmt: skip
            axes.set_title(distribution, fontsize=8)
            axes.set_xlabel("times the discrepancy with Hoffer's ratio")
        panels[0].xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        panels[0].xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{2.0**x:g}"))
        panels[0].set_yticks(range(len(names)), [name.removeprefix(LOSS) for name in names])
        panels[0].set_ylim(len(names) - 0.5, -0.5)
        handles = [
            plt.Line2D([], [], color=COLOURS[colour], marker="o", markersize=3.5, label=_SHARED[statistics])
            for statistics, colour in colours.items()
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7, title="shared",
                      title_fontsize=7)  # fmt: skip
        figures.save(figure, path)


def keeping(summary: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw how far running statistics are from a full pass, by the way in which they are kept.

    summary: `SUMMARY`. Means with 95 % intervals over trainings.
    """
    rows = summary[summary["training"] == PER_BRANCH]
    lines = {PARAMETERS: "each branch its own", BOTH: "all, in turn", **{arm: arm for arm in OTHERS}}
    titles = {
        MEANS: "Running means",
        VARIANCES: "Running variances",
    }
    labels = {MEANS: "error, standard deviations", VARIANCES: "error of the logarithm"}
    _panels(rows, titles, labels, lines, "statistics", path)


def leak(summary: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw how well the branch is told from an embedding of the same image in training mode, by training.

    summary: `SUMMARY`. Means with 95 % intervals over trainings; lines are chance, and what is told where the anchor is
    known always and the other two, whose images are of one domain, never apart.
    """
    rows = summary[summary["outcome"] == LEAK]
    sizes = sorted(
        (name for name in rows["training"].unique() if name.startswith(BATCH_OF)),
        key=lambda name: int(name.removeprefix(BATCH_OF)),
    )
    lines = {PER_BRANCH: "branches normalised apart", **{name: name for name in (*sizes, GROUP_NORM, NO_NORM)}}
    _panels(rows, {LEAK: ""}, {LEAK: "branch told from the batch's statistics, per cent"}, lines, "training", path,
            scale=POINTS, marks={"chance": POINTS / 3, "anchor told from the others": 2 * POINTS / 3})  # fmt: skip


def _panels(
    rows: pd.DataFrame,
    titles: Mapping[str, str],
    labels: Mapping[str, str],
    lines: Mapping[str, str],
    column: str,
    path: str | os.PathLike,
    scale: float = 1,
    marks: Mapping[str, float] | None = None,
) -> None:
    """Draw a panel an outcome, a row a line, and in it a mean with its interval a distribution."""
    import matplotlib.pyplot as plt

    with figures.style():
        figure, panels = plt.subplots(
            1, len(titles), figsize=(figures.WIDTH, 0.9 + 0.24 * len(lines)), sharey=True, squeeze=False
        )
        for axes, outcome in zip(panels[0], titles, strict=True):
            for k, (words, value) in enumerate((marks or {}).items()):
                axes.axvline(value, color=COLOURS["grey"], linewidth=0.8, linestyle=(0, (4, 3)))
                axes.annotate(words, (value, 1), (2 - 4 * k, 2), xycoords=("data", "axes fraction"), fontsize=6.5,
                              ha="right" if k else "left", textcoords="offset points",
                              color=COLOURS["grey"])  # fmt: skip
            for y, name in enumerate(lines):
                for k, (distribution, (colour, marker)) in enumerate(LOOKS.items()):
                    here = rows[(rows[column] == name) & (rows["outcome"] == outcome)]
                    for row in here[here["distribution"] == distribution].itertuples():
                        known = {"color": COLOURS[colour]}
                        place = y + 0.22 * (k - 1)
                        axes.plot([scale * row.low, scale * row.high], [place, place], linewidth=1.1, **known)
                        axes.plot(scale * row.mean, place, marker, markersize=3.5, markeredgecolor="white",
                                  markeredgewidth=0.4, **known)  # fmt: skip
            axes.set_title(titles[outcome], fontsize=8)
            axes.set_xlabel(labels[outcome])
            axes.set_ylim(len(lines) - 0.5, -0.6)
        if marks is None:
            for axes in panels[0]:
                axes.set_xlim(left=0)
        panels[0, 0].set_yticks(range(len(lines)), list(lines.values()), fontsize=7)
        handles = [
            plt.Line2D([], [], color=COLOURS[colour], marker=marker, markersize=3.5, label=distribution)
            for distribution, (colour, marker) in LOOKS.items()
            if distribution in DISTRIBUTIONS
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7)
        figures.save(figure, path)
