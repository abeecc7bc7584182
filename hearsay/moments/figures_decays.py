"""The moving averages that figures draw, and their colours."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from hearsay.figures import COLOURS

PALE, DARK = "#b5dcf3", "#00304d"


def decays(conditions: pd.Series) -> dict[str, float]:
    """Return the plain moving averages among names of conditions, and their decays, in ascending order."""
    found = {name: re.fullmatch(r"decay ([\d.]+)", name) for name in conditions.unique()}
    return dict(sorted(((name, float(m.group(1))) for name, m in found.items() if m), key=lambda pair: pair[1]))


def shades(names: Mapping[str, float]) -> dict[str, str]:
    """Return a colour for each moving average, darker for the slower."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex

    blues = LinearSegmentedColormap.from_list("", [PALE, COLOURS["sky"], COLOURS["blue"], DARK])
    return {name: to_hex(blues(at)) for name, at in zip(names, np.linspace(0.15, 1, len(names)), strict=True)}
