"""From the cells of one entry of the census to its verdict.

The rules were written before the first cells were measured, but for two things that were changed after first results,
on small data: TIMES went from 10 to 3, and the floor of weights one rounding unit off (`nudge_floor`) was added.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

INVARIANT = "invariant"
TIGHTENED = "invariant with tightened tolerance"
RESTORED = "restored by setting"
ROUNDING = "rounding"
RANDOM = "random"
CHANGED = "changed"
NOT_RUN = "could not be run"
VERDICTS = (INVARIANT, TIGHTENED, RESTORED, ROUNDING, RANDOM, CHANGED, NOT_RUN)

# order of the rows and of the sums is all that these can feel, so what two orders differ by is rounding, unless rows
# are drawn by their place
ORDER_FREE = ("mean", "sum", "size", "count")
TIMES = 3.0  # a difference within this many floors is rounding: a floor is a maximum over few fits, not a bound
SUFFIX = "tightened"
NOTHING_KNOWN = "no setting known to try"


@dataclass(frozen=True)
class Bounds:
    """Largest relative difference of scores that counts as the same fit: direct, and with tolerances tightened."""

    invariant: float
    tightened: float

    def of(self, remedy: str) -> float:
        """Return the bound for a setting by its name."""
        return self.tightened if remedy.endswith(SUFFIX) else self.invariant


def order_free(expects: str, draws: bool) -> bool:
    """Whether two orders of the rows can differ by rounding only, at the same random state."""
    return expects in ORDER_FREE and not draws


def rounding_floor(
    default: pd.DataFrame, arm: pd.DataFrame, expects: str, bounds: Bounds, draws: bool = False
) -> float:
    """Return what rounding alone does to an entry, 0 where nothing tells.

    Two orders of the rows, or of the copies, differ by rounding only where the order cannot matter otherwise: for the
    expectations in ORDER_FREE, at the same random state, unless the fit draws rows by their place. Weights that are
    moved by one rounding unit move a fit by as much, unless it hangs on a tie. A constant weight counts if weight 2,
    which does not round, changes nothing: the entry is then blind to the weights' size, and weight k can only round.
    """
    if not order_free(expects, draws):
        return 0.0
    floors = [default["order_floor"].max(), default["nudge_floor"].max(), arm["copies_floor"].max()]
    if default["power_floor"].max() <= bounds.invariant:
        floors.append(default["weight_floor"].max())
    return float(np.nanmax([0.0, *floors]))


def _rounded(worst: dict, floors: dict, expects: str) -> str | None:
    """Return the setting of least difference among those whose difference is rounding, None where there is none.

    Where no change was expected only doing nothing qualifies; elsewhere a setting, if doing nothing changes more.
    """
    found = []
    for name, value in worst.items():
        nothing = name in ("", SUFFIX)
        admitted = nothing if expects == "mean" else not nothing and worst[""] > TIMES * floors[name]
        if admitted and value <= TIMES * floors[name]:
            found.append(name)
    return min(found, key=lambda name: worst[name]) if found else None


def verdict(cells: pd.DataFrame, expects: str, bounds: Bounds, draws: bool = False) -> dict:
    """Return the verdict on one entry and the columns that rest on its cells; the weakest cell decides.

    draws: its fit draws rows by their place.

    The first that applies: the rows could be fitted in no cell; all default cells within bounds; all tightened; all
    cells of one setting, the first in the order tried, public ones before private; all cells of one within TIMES
    rounding floors; two random states differ; changed. A setting counts only if it was measured in every cell in which
    the rows could be fitted.
    """
    cells = cells.sort_values("step", kind="stable")
    default = cells[cells["remedy"] == ""]
    ran = default[default["difference"].notna()]
    tried = [name for name in cells["remedy"].unique() if name]
    errors = [message for message in default["error"].unique() if message]
    common = {
        "flips": float(ran["flips"].max()) if len(ran) else np.nan,
        "seed_floor": float(ran["seed_floor"].max()) if len(ran) else np.nan,
        "cells": len(ran),
        "failed": int((default["error"] != "").sum()),
        "unconverged": int((ran["converged"] == 0).sum()),
        "data": " ".join(sorted(ran["data"].unique())),
        "tried": "; ".join(tried),
    }
    if not len(ran):
        none = dict.fromkeys(("difference_default", "difference_after", "difference_public", "floor"), np.nan)
        return common | none | _decision(NOT_RUN, "", 0, bounds.invariant, errors[0] if errors else "no cell")
    arms = {"": ran} | {name: _arm(cells, ran, name) for name in tried}
    arms = {name: arm for name, arm in arms.items() if arm is not None}
    worst = {name: float(arm["difference"].max()) for name, arm in arms.items()}
    floors = {name: rounding_floor(ran, arm, expects, bounds, draws) for name, arm in arms.items()}
    public = [name for name, arm in arms.items() if not arm["private"].max()]
    good = [name for name in (*public, *arms) if worst[name] <= bounds.of(name)]
    rounded = _rounded(worst, floors, expects)
    if good:
        best = good[0]
        word = INVARIANT if best == "" else TIGHTENED if best == SUFFIX else RESTORED
    elif rounded is not None:
        best, word = rounded, ROUNDING
    else:
        best = min(worst, key=lambda name: worst[name])
        word = RANDOM if common["seed_floor"] > bounds.invariant else CHANGED
    restores = best if word in (RESTORED, ROUNDING) and best not in ("", SUFFIX) else ""
    found = {
        "difference_default": worst[""],
        "difference_after": worst[best],
        "difference_public": min(worst[name] for name in public),
        "floor": floors[best],
    }
    private = int(arms[best]["private"].max()) if restores else 0
    note = f"not in every cell: {errors[0]}" if errors else ""
    if word in (RANDOM, CHANGED):
        nothing = "" if any(name != SUFFIX for name in tried) else NOTHING_KNOWN
        note = "; ".join(filter(None, [note, _one_order(cells, ran, tried, bounds), nothing]))
    return common | found | _decision(word, restores, private, bounds.of(best), note)


def _one_order(cells: pd.DataFrame, ran: pd.DataFrame, tried: list[str], bounds: Bounds) -> str:
    """Name the first setting that restores the fit in one order of the copies only; '' where none does."""
    for how in ("tile", "repeat"):
        for name in tried:
            arm = _arm(cells, ran[ran["how"] == how], name)
            if arm is not None and arm["difference"].max() <= bounds.of(name):
                return f"restored in the order {how} only: {name}"
    return ""


def _arm(cells: pd.DataFrame, ran: pd.DataFrame, name: str) -> pd.DataFrame | None:
    """Return the cells of one setting, or None unless it ran in every cell that the defaults ran in."""
    key = ["data", "copies", "how"]
    arm = ran[key].merge(cells[cells["remedy"] == name], on=key, how="left")
    return None if arm["difference"].isna().any() else arm


def _decision(word: str, restores: str, private: int, tolerance: float, note: str) -> dict:
    return {
        "verdict": word,
        "setting_that_restores": restores,
        "private": private,
        "tolerance": tolerance,
        "note": note,
    }
