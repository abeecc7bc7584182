"""The figure of the moderators: how the length of the memory acts under other rates and populations."""

import os
from collections.abc import Mapping

import numpy as np
import pandas as pd

from hearsay import figures
from hearsay.figures import COLOURS
from hearsay.neat.analysis import ALL, PLACES
from hearsay.neat.arms import GRID, MEMORY, SCHEMES, B
from hearsay.neat.comparison import VERDICTS
from hearsay.neat.settings import FOREVER

DIFFERENT, EQUIVALENT, NEGLIGIBLE, OPEN = VERDICTS
HALF = 0.5
MEMORIES = {arm: SCHEMES[arm]["link_memory"] for arm in MEMORY}  # generations, by length
MARKERS = {  # of a verdict: marker, filled or not, what the legend calls it
    DIFFERENT: ("s", True, "different"),
    EQUIVALENT: ("o", True, "equivalent"),
    NEGLIGIBLE: ("D", True, "different, within the band"),
    OPEN: ("o", False, "undecided"),
}


def moderators(comparisons: pd.DataFrame, judging: Mapping, path: str | os.PathLike) -> None:
    """Draw A12 of each memory against one generation by the memory's length: a panel a rate, a line a population.

    comparisons: `COMPARISONS`; judging: the config's bounds. Verdicts of for ever are those of the grid's own family.
    """
    import matplotlib.pyplot as plt
    from matplotlib.patches import Patch

    grid = _grid(comparisons)
    rates, populations = sorted(grid["rate"].unique()), sorted(grid["population"].unique())
    colours = dict(zip(populations, _shades(len(populations)), strict=True))
    with figures.style():
        figure, panels = plt.subplots(
            1, max(len(rates), 1), figsize=(figures.WIDTH, 2.7), sharex=True, sharey=True, squeeze=False
        )
        for axes, rate in zip(panels[0], rates, strict=False):
            margin = judging["margin"]
            axes.axhspan(HALF - margin, HALF + margin, color=COLOURS["sky"], alpha=0.25, linewidth=0)
            axes.axhline(HALF, color=COLOURS["ink"], linewidth=0.7)
            for place, population in enumerate(populations):
                here = grid[(grid["rate"] == rate) & (grid["population"] == population)]
                shift = 0.2 * (place - (len(populations) - 1) / 2) * min(1, 3 / len(populations))
                _line(axes, here, shift, colours[population])
            axes.set_title(f"Rates × {rate:g}")
            axes.set_xticks(range(len(MEMORIES)), [_kept(memory) for memory in MEMORIES.values()])
            axes.set_xlabel("generations remembered")
        panels[0, 0].set_xlim(-0.5, len(MEMORIES) - 0.5)
        panels[0, 0].set_ylabel("A12 against one generation\n← fewer evaluations   more →")
        handles = [
            plt.Line2D([], [], color=colours[population], label=f"population {population}", linewidth=1.5)
            for population in populations
        ]
        handles += [
            plt.Line2D([], [], color=COLOURS["ink"], marker=marker, markersize=4.2, linestyle="none", label=words,
                       markerfacecolor=COLOURS["ink"] if filled else "white")
            for marker, filled, words in MARKERS.values()
        ]  # fmt: skip
        label = f"{HALF - judging['margin']:g} to {HALF + judging['margin']:g}: counts as no difference"
        handles.append(Patch(color=COLOURS["sky"], alpha=0.25, linewidth=0, label=label))
        figure.legend(handles=handles, loc="outside lower center", ncols=3, fontsize=7)
        figures.save(figure, path)


def _grid(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Return the comparisons of the grid with their rate and population, each once."""
    grid = comparisons[comparisons["group"].str.startswith(GRID) & (comparisons["other"] == B)]
    grid = grid[grid["arm"].isin(list(MEMORIES)) & grid["family"].isin([ALL, PLACES])]
    orders = {"family": (PLACES, ALL), "arm": MEMORY}  # the grid's own family first
    grid = grid.sort_values(list(orders), key=lambda column: column.map(orders[column.name].index))
    grid = grid.drop_duplicates(["task", "group", "arm"])
    grid = grid.sort_values("arm", key=lambda arms: arms.map(MEMORY.index))
    where = grid["group"].str.extract(r"x (?P<rate>[\d.e+-]+), population (?P<population>\d+)")
    return grid.assign(rate=where["rate"].astype(float), population=where["population"].astype(int))


def _line(axes, rows: pd.DataFrame, shift: float, colour: str) -> None:
    """Draw one population's line, through one half at one generation, where the comparison is of b with itself."""
    x = rows["arm"].map(list(MEMORIES).index) + shift
    line = pd.Series(rows["a12"].to_numpy(), index=x.to_numpy())
    if len(line):
        line[list(MEMORIES).index(B) + shift] = HALF
    line = line.sort_index()
    axes.plot(line.index, line, color=colour, linewidth=0.8, alpha=0.6, zorder=2)
    axes.vlines(x, rows["a12_low"], rows["a12_high"], color=colour, linewidth=1.2, zorder=2)
    for at, row in zip(x, rows.itertuples(), strict=True):
        marker, filled, _ = MARKERS[row.verdict]
        axes.plot(at, row.a12, marker, color=colour, markersize=4.2, markerfacecolor=colour if filled else "white",
                  zorder=3)  # fmt: skip


def _kept(memory: int) -> str:
    return "ever" if memory == FOREVER else f"{memory}"


def _shades(n: int) -> list[str]:
    """Return so many colours from light to dark."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    shades = LinearSegmentedColormap.from_list("", [COLOURS[name] for name in ("orange", "vermilion", "ink")])
    return [to_hex(shades(at)) for at in np.linspace(0, 1, n)]
