"""One style for all figures, and files whose bytes depend only on what is drawn."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from hearsay.files import staged

# Okabe and Ito's colours, told apart by people with any colour vision and in grey print by their lightness.
COLOURS = {
    "ink": "#222222",
    "grey": "#8a8a8a",
    "blue": "#0072b2",
    "orange": "#e69f00",
    "green": "#009e73",
    "vermilion": "#d55e00",
    "purple": "#cc79a7",
    "sky": "#56b4e9",
}
WIDTH = 6.3  # inches, the text width of the paper

_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": COLOURS["ink"],
    "axes.linewidth": 0.6,
    "legend.frameon": False,
    "legend.fontsize": 7.5,
    "lines.linewidth": 1.2,
    "figure.constrained_layout.use": True,
    "svg.fonttype": "path",
    "svg.hashsalt": "hearsay",
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style inside this block, without a display."""
    import matplotlib
    import matplotlib.style

    matplotlib.use("agg")
    with matplotlib.style.context(["default", _STYLE], after_reset=True):
        yield


def save(figure, path: str | os.PathLike) -> None:
    """Write a matplotlib figure as SVG, staged, without a date in it, and close it."""
    import matplotlib.pyplot as plt

    with style(), staged(path) as stage:
        figure.savefig(stage, format="svg", metadata={"Date": None, "Creator": "Hearsay"})
    plt.close(figure)
