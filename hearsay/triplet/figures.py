"""The figures of this study: what sharing does to accuracy and to the branches' agreement; the rest is beside it."""

import os
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from hearsay import figures
from hearsay.figures import COLOURS
from hearsay.triplet.evaluation import ACROSS, BOTH, DOMAINS, MEAN, ONE, PARAMETERS, SHARINGS, VARIANCE
from hearsay.triplet.figures_factors import factors, keeping, leak, losses, moderators
from hearsay.triplet.sampling import DISTRIBUTIONS, IID, SHIFTS
from hearsay.triplet.training import PER_BRANCH

__all__ = ["factors", "keeping", "layers", "leak", "losses", "moderators", "sharing", "shift", "steps"]

WORDS = {PARAMETERS: "parameters\nonly", MEAN: "+ mean", VARIANCE: "+ variance", BOTH: "+ both"}
OUTCOMES = {  # what is drawn of each: colour, marker, words
    ONE: ("ink", "o", "queries and gallery by one branch"),
    ACROSS: ("vermilion", "s", "gallery by another branch"),
    DOMAINS: ("blue", "D", "shifted gallery by the branch that was trained on it"),
}
LINES = {  # of what is shared: colour, line
    PARAMETERS: ("vermilion", "-"),
    MEAN: ("orange", (0, (5, 1.5))),
    VARIANCE: ("blue", (0, (2, 1))),
    BOTH: ("ink", "-"),
}
LINEAR = 5.0  # points around no difference within which the axis of differences is linear
TICKS = (-50, -20, -5, -2, 0, 2, 5, 20, 50)
POINTS = 100


def sharing(summary: pd.DataFrame, comparisons: pd.DataFrame, judging: Mapping, path: str | os.PathLike) -> None:
    """Draw nearest neighbours by what the branches share, a column a distribution.

    Above the accuracies, means with 95 % intervals over trainings; below what is lost or won against both statistics
    shared, paired by training, with intervals corrected over the family, and the band that counts as no harm.
    summary: `SUMMARY`; comparisons: `COMPARISONS`; judging: the config's bounds.
    """
    import matplotlib.pyplot as plt

    rows = summary[(summary["training"] == PER_BRANCH) & summary["statistics"].isin(SHARINGS)]
    pairs = _against_both(comparisons)
    places = dict(zip(SHARINGS, range(len(SHARINGS)), strict=True))
    with figures.style():
        figure, panels = plt.subplots(
            2, len(DISTRIBUTIONS), figsize=(figures.WIDTH, 3.9), sharex=True, sharey="row", squeeze=False
        )
        for column, distribution in enumerate(DISTRIBUTIONS):
            above, below = panels[:, column]
            below.axhspan(-POINTS * judging["harm"], POINTS * judging["harm"], color=COLOURS["sky"], alpha=0.25, lw=0)
            below.axhline(0, color=COLOURS["ink"], linewidth=0.6)
            for k, (outcome, (colour, marker, _)) in enumerate(OUTCOMES.items()):
                look = {"color": COLOURS[colour], "marker": marker, "markersize": 4}
                here = _of(rows, distribution, outcome)
                _dots(above, here["statistics"].map(places) + 0.12 * (k - 1), here, "mean", POINTS, look, line="-")
                here = _of(pairs, distribution, outcome)
                _dots(below, here["statistics"].map(places) + 0.12 * (k - 1), here, "difference", POINTS, look)
            above.set_title(distribution, fontsize=8)
        panels[0, 0].set_ylabel("nearest neighbours,\nper cent right")
        panels[1, 0].set_ylabel("against both shared,\npoints")
        panels[1, 0].set_yscale("symlog", linthresh=LINEAR, linscale=1.0)
        low, high = _reach(pairs)
        panels[1, 0].set_ylim(low, high)
        ticks = [tick for tick in TICKS if low <= tick <= high]
        panels[1, 0].set_yticks(ticks, [f"{tick:{'+' if tick else ''}d}".replace("-", "−") for tick in ticks])
        panels[1, 0].minorticks_off()
        panels[1, 0].set_xticks(range(len(SHARINGS)), [WORDS[name] for name in SHARINGS])
        for axes in panels[1]:
            axes.set_xlabel("what the branches share")
            axes.tick_params(axis="x", labelsize=6.5)
        figure.legend(handles=_legend(), loc="outside lower center", ncols=2, fontsize=7)
        figures.save(figure, path)


def _against_both(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Return the comparisons of trainings per branch with the same, both statistics shared."""
    same = (comparisons["training"] == PER_BRANCH) & (comparisons["other_training"] == PER_BRANCH)
    found = comparisons[same & (comparisons["other_statistics"] == BOTH) & comparisons["statistics"].isin(SHARINGS)]
    return found[found["outcome"].isin(list(OUTCOMES))]


def _reach(pairs: pd.DataFrame) -> tuple[float, float]:
    ends = POINTS * pairs[["low", "high"]].to_numpy(float)
    ends = ends[np.isfinite(ends)]
    return 1.15 * min(ends.min(initial=0), -LINEAR), 1.15 * max(ends.max(initial=0), LINEAR)


def _of(rows: pd.DataFrame, distribution: str, outcome: str) -> pd.DataFrame:
    here = rows[(rows["distribution"] == distribution) & (rows["outcome"] == outcome)]
    return here.sort_values("statistics", key=lambda names: names.map(SHARINGS.index))


def _dots(axes, x, rows: pd.DataFrame, column: str, scale: float, look: Mapping, line: str = "none") -> None:
    """Draw estimates with their intervals."""
    values = rows[column] * scale
    ends = np.abs(np.stack([values - rows["low"] * scale, rows["high"] * scale - values]))
    axes.errorbar(x, values, ends, linestyle=line, linewidth=0.9, elinewidth=1.1, markeredgecolor="white",
                  markeredgewidth=0.4, **look)  # fmt: skip


def _legend() -> list:
    import matplotlib.pyplot as plt
    from matplotlib.patches import Patch

    handles = [
        plt.Line2D([], [], color=COLOURS[colour], marker=marker, markersize=4, label=words)
        for colour, marker, words in OUTCOMES.values()
    ]
    return [*handles, Patch(color=COLOURS["sky"], alpha=0.25, linewidth=0, label="counts as no harm")]


def shift(summary: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw nearest neighbours by how far the domains are apart, with own and with shared statistics.

    summary: `SUMMARY`. Means with 95 % intervals over trainings. Without a shift, galleries of both kinds are one.
    """
    import matplotlib.pyplot as plt

    rows = summary[(summary["training"] == PER_BRANCH) & summary["statistics"].isin([PARAMETERS, BOTH])]
    amounts = {IID: 0.0, **SHIFTS}
    titles = {
        ONE: "One branch,\nimages of its domain",
        ACROSS: "Gallery by another branch,\nimages of one domain",
        DOMAINS: "Gallery by another branch,\nimages of its domain",
    }
    with figures.style():
        figure, panels = plt.subplots(1, len(titles), figsize=(figures.WIDTH, 2.5), sharex=True, sharey=True)
        for axes, (outcome, title) in zip(panels, titles.items(), strict=True):
            for statistics, colour, marker in ((PARAMETERS, "vermilion", "s"), (BOTH, "ink", "o")):
                here = rows[rows["statistics"] == statistics]
                none = here["outcome"] == (ACROSS if outcome == DOMAINS else outcome)
                here = here[(none & (here["distribution"] == IID)) | (here["outcome"] == outcome)]
                here = here[here["distribution"].isin(list(amounts))]
                here = here.assign(amount=here["distribution"].map(amounts)).sort_values("amount")
                look = {"color": COLOURS[colour], "marker": marker, "markersize": 4}
                _dots(axes, POINTS * here["amount"], here, "mean", POINTS, look, line="-")
            axes.set_title(title, fontsize=8)
            axes.set_xlabel("shift of positives and\nnegatives, per cent")
            axes.set_xticks([POINTS * amount for amount in amounts.values()])
        panels[0].set_ylabel("nearest neighbours,\nper cent right")
        handles = [
            plt.Line2D([], [], color=COLOURS["vermilion"], marker="s", markersize=4, label="statistics of its own"),
            plt.Line2D([], [], color=COLOURS["ink"], marker="o", markersize=4, label="both statistics shared"),
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=2, fontsize=7)
        figures.save(figure, path)


def steps(table: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw the branches' discrepancy by step, by what they share, a panel a distribution.

    table: `STEPS`. Lines are means, bands the range over trainings.
    """
    ticks = [0, *(10**power for power in range(9) if 10**power <= table["step"].max())]

    def axis(axes) -> None:
        axes.set_xscale("symlog", linthresh=1)
        axes.set_xlim(-0.15, 1.2 * table["step"].max())
        axes.set_xticks(ticks, [f"{step:,}" for step in ticks])
        axes.minorticks_off()
        axes.set_xlabel("steps of training")

    _discrepancies(table, "step", axis, path)


def layers(table: pd.DataFrame, path: str | os.PathLike) -> None:
    """Draw the branches' discrepancy after each layer, at the end of the training, a panel a distribution.

    table: `LAYERS`. Lines are means, bands the range over trainings.
    """
    kinds = table.drop_duplicates("place").sort_values("place")

    def axis(axes) -> None:
        axes.set_xticks(kinds["place"], kinds["layer"], rotation=90, fontsize=6.5)

    _discrepancies(table, "place", axis, path)


def _discrepancies(table: pd.DataFrame, column: str, axis: Callable, path: str | os.PathLike) -> None:
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FuncFormatter

    there = [name for name in DISTRIBUTIONS if (table["distribution"] == name).any()]
    least = POINTS * table.loc[table["discrepancy"] > 0, "discrepancy"].min()
    linear = 10.0 ** np.floor(np.log10(least)) if np.isfinite(least) else 1.0
    with figures.style():
        figure, panels = plt.subplots(
            1, max(len(there), 1), figsize=(figures.WIDTH, 2.4), sharex=True, sharey=True, squeeze=False
        )
        for axes, distribution in zip(panels[0], there, strict=False):
            here = table[table["distribution"] == distribution]
            for statistics, (colour, line) in LINES.items():
                each = here[here["statistics"] == statistics].groupby(column)["discrepancy"]
                mean, least, most = (POINTS * each.agg(name) for name in ("mean", "min", "max"))
                axes.fill_between(mean.index, least, most, color=COLOURS[colour], alpha=0.15, linewidth=0)
                axes.plot(mean.index, mean, color=COLOURS[colour], linestyle=line, marker="o", markersize=2)
            axes.set_title(distribution, fontsize=8)
            axes.set_yscale("symlog", linthresh=linear, linscale=0.5)
            axes.set_ylim(-0.2 * linear, 1.5 * POINTS * max(table["discrepancy"].max(), linear / POINTS))
            axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:g}"))
            axes.minorticks_off()
            axis(axes)
        panels[0, 0].set_ylabel("discrepancy,\nper cent of an embedding")
        words = {PARAMETERS: "parameters only", MEAN: "and the mean", VARIANCE: "and the variance"}
        words |= {BOTH: "and both: exactly nothing" if _nothing(table) else "and both"}
        handles = [
            plt.Line2D([], [], color=COLOURS[colour], linestyle=line, marker="o", markersize=2, label=words[statistics])
            for statistics, (colour, line) in LINES.items()
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=7)
        figures.save(figure, path)


def _nothing(table: pd.DataFrame) -> bool:
    return bool((table.loc[table["statistics"] == BOTH, "discrepancy"] == 0).all())
