"""The census: whether the fitted model stays the same when every row is copied, and which setting makes it so."""

import logging
import time
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from hearsay import tables
from hearsay.duplication import probe
from hearsay.duplication.arena import Arena
from hearsay.duplication.data import load
from hearsay.duplication.remedies import Remedy, remedies, tighten
from hearsay.duplication.roster import Entry, missing, roster
from hearsay.duplication.verdicts import Bounds, order_free, verdict
from hearsay.errors import HearsayError
from hearsay.progress import progress
from hearsay.tables import Table

log = logging.getLogger("hearsay")
WEIGHED = ("sum", "size", "count", "folds")  # what a constant weight may restore or round; updates and draws it cannot
DEFAULT, TIGHTENED, AND_TIGHTENED = "", "tightened", ", tightened"

CELLS = Table(
    "duplication/census-cells",
    "Scores of an estimator fitted to k copies of every row, against its fit to the rows themselves",
    ("kind", "name", "step", "data", "copies", "how"),
    {
        "name": "entry of the census",
        "estimator": "class",
        "setting": "what was set; empty: the defaults",
        "kind": "classification or regression",
        "data": "data set",
        "rows": "training rows before copying",
        "copies": "copies of every row, the row itself counted",
        "how": "order of the copies: tile (1..n, 1..n, ...) or repeat (1, 1, .., 2, 2, ..)",
        "step": "place of the setting in the order tried, 0: nothing set",
        "remedy": "what was set for the copies; empty: nothing; tightened: tolerances, on both sides",
        "private": "1: the remedy is reached only behind the public interface",
        "difference": "largest difference of scores on training and held-out rows, in spreads of the original scores; "
        "inf: the fit to the copies failed; empty: the fit to the rows did",
        "flips": "share of those rows whose predicted class changes; empty for regressors",
        "score_original": "the estimator's own score (accuracy or R squared) on held-out rows, fitted to the rows",
        "score_copied": "the same, fitted to the copies",
        "converged": "1: neither fit warned that it had not converged",
        "seed_floor": "difference between two fits to the same rows with two random states; empty: it has none",
        "order_floor": "difference between fits to the rows and to a permutation of them",
        "copies_floor": "difference between fits to the copies in the two orders",
        "weight_floor": "difference between fits without and with the constant sample weight k; empty: none or random",
        "power_floor": "the same with the constant weight 2, whose products do not round",
        "nudge_floor": "the same with weights one rounding unit off 1; only where the default changes",
        "error": "message of the fit that failed; empty: none",
    },
    text=("name", "estimator", "setting", "kind", "data", "how", "remedy", "error"),
)
CENSUS = Table(
    "duplication/census",
    "Verdict on every entry of the census",
    ("kind", "name"),
    {
        "name": "entry of the census",
        "estimator": "class",
        "setting": "what was set; empty: the defaults",
        "kind": "classification or regression",
        "expects": "class expected from the documented objective; a prototype's results were known for most defaults",
        "why": "the reason for it",
        "verdict": "one of the verdicts; the weakest over all cells",
        "setting_that_restores": "what to set for the copies so that the fit is the original one; empty: none found; "
        "n: rows before copying; s2: residual variance of least squares with n - p - 1 degrees of freedom",
        "private": "1: that setting is reached only behind the public interface",
        "difference_default": "largest difference over the cells, nothing set, in spreads of the original scores",
        "difference_after": "the same with the setting that restores; without one, with the closest",
        "difference_public": "the same with the closest setting that was tried in every cell and is public",
        "tolerance": "the bound that the deciding difference was held against",
        "flips": "largest share of rows whose predicted class changes, nothing set; empty for regressors",
        "floor": "largest of the rounding floors that the rule admits, in the same unit",
        "seed_floor": "largest difference between two random states; empty: it has none",
        "cells": "cells with nothing set in which the rows could be fitted",
        "failed": "cells in which the fit to the rows or to the copies failed",
        "unconverged": "cells with nothing set in which a fit warned that it had not converged",
        "data": "data sets of the cells that ran",
        "tried": "settings tried, in their order",
        "note": "message of a failure, or what else a reader must know",
    },
    text=(
        "name",
        "estimator",
        "setting",
        "kind",
        "expects",
        "why",
        "verdict",
        "setting_that_restores",
        "data",
        "tried",
        "note",
    ),
)


def _cell(arena: Arena, k: int, how: str, remedy: Remedy | None, tight: bool) -> dict:
    entry, a, b = arena.entry, arena.original(tight), arena.copied(k, how, remedy, tight)
    error = a.error or b.error
    other = arena.fits.get((k, "tile" if how == "repeat" else "repeat", remedy and remedy.name, tight))
    apart = float("nan") if error or other is None or other.error else probe.difference(b.scores, other.scores)
    name = remedy.name if remedy else DEFAULT
    default = remedy is None and not tight
    weighed = default and not error and entry.expects in (*WEIGHED, "mean")
    return {
        "name": entry.name,
        "estimator": entry.estimator,
        "setting": entry.setting,
        "kind": entry.kind,
        "data": arena.name,
        "rows": len(arena.split.y),
        "copies": k,
        "how": how,
        "step": 0,  # numbered once the entry is done
        "remedy": (name + AND_TIGHTENED if name else TIGHTENED) if tight else name,
        "private": int(remedy is not None and remedy.private),
        "difference": float("nan" if a.error else "inf") if error else probe.difference(a.scores, b.scores),
        "flips": float("nan") if error else probe.flips(a.labels, b.labels),
        "score_original": a.held_out,
        "score_copied": b.held_out,
        "converged": int(a.converged and b.converged),
        "seed_floor": arena.seed_floor() if default and not error else float("nan"),
        "order_floor": arena.order_floor() if default and not error else float("nan"),
        "copies_floor": apart,
        "weight_floor": arena.weight_floor(k) if weighed else float("nan"),
        "power_floor": arena.weight_floor(2.0) if weighed else float("nan"),
        "nudge_floor": float("nan"),  # measured once the default is known to change
        "error": error,
    }


def _arm(arenas, copies, remedy, tight, bound: float, stop: bool) -> tuple[list[dict], bool]:
    """Return the cells of one setting, and whether all stay within `bound`.

    stop: give up at the first that fails by more than rounding can explain.
    """
    cells, within = [], True
    for arena in arenas:
        for k in copies:
            for how in probe.ORDERS:
                arena.copied(k, how, remedy, tight)
                cells.append(_cell(arena, k, how, remedy, tight))
                # a data set that the default cannot be fitted to says nothing about a remedy
                failed = np.isnan(cells[-1]["difference"]) and not arena.original(False).error
                within &= not failed and not cells[-1]["difference"] > bound
                if not stop or within:
                    continue
                if failed or cells[-1]["difference"] > max(bound, arena.rounding(k, bound)):
                    return cells, False
    return cells, within


def measure_entry(
    entry: Entry, data: Sequence[str], copies: Sequence[int], rows: int, seed: int, bounds: Bounds
) -> list[dict]:
    """Return the cells of one entry: nothing set, then, as far as needed, tightened, and each candidate's.

    A candidate is given up at the first cell in which it fails, except the last of the public ones, which runs in full
    so that the distance which stays is known; the private ones run always, as the evidence for a hidden constant.
    """
    arenas = [Arena(entry, name, rows, seed) for name in data if load(name).kind == entry.kind]
    if not arenas:
        return []
    tightens = tighten(arenas[0].estimator) is not None
    cells, within = _arm(arenas, copies, None, False, bounds.invariant, False)
    if within or all(arena.original(False).error for arena in arenas):
        return _complete(cells)
    nudges = {arena.name: arena.nudge_floor() for arena in arenas if order_free(entry.expects, entry.draws)}
    for cell in cells:
        cell["nudge_floor"] = nudges.get(cell["data"], float("nan"))
    if tightens:
        more, within = _arm(arenas, copies, None, True, bounds.tightened, True)
        cells += more
        if within:
            return _complete(cells)
    candidates = [r for r in remedies(arenas[0].estimator) if entry.expects in WEIGHED or "weights" not in r.sorts]
    last_public = next((remedy for remedy in reversed(candidates) if not remedy.private), None)
    for remedy in candidates:
        if within and not remedy.private:
            continue
        last = remedy.private or remedy is last_public
        more, good = _arm(arenas, copies, remedy, False, bounds.invariant, tightens or not last)
        cells += more
        if not good and tightens:
            more, good = _arm(arenas, copies, remedy, True, bounds.tightened, not last)
            cells += more
        within |= good
    return _complete(cells)


def _complete(cells: list[dict]) -> list[dict]:
    """Number the settings, and give both orders of a cell their difference, known once the second has been fitted."""
    order = list(dict.fromkeys(cell["remedy"] for cell in cells))
    for cell in cells:
        cell["step"] = order.index(cell["remedy"])
        for other in cells:
            same = all(cell[key] == other[key] for key in ("data", "copies", "remedy"))
            if same and np.isnan(cell["copies_floor"]):
                cell["copies_floor"] = other["copies_floor"]
    return cells


def measure(
    entries: Iterable[Entry], data: Sequence[str], copies: Sequence[int], rows: int, seed: int, bounds: Bounds
) -> pd.DataFrame:
    """Return the CELLS of `entries`, each on the data sets of its kind. One thread."""
    cells = []
    with threadpool_limits(1):
        for entry in progress(list(entries), "census"):
            start = time.process_time()
            cells += measure_entry(entry, data, copies, rows, seed, bounds)
            log.info("census: %s, %.1f CPU s", entry.name, time.process_time() - start)
    return pd.DataFrame(cells, columns=list(CELLS.columns))


def run(census: dict, seed: int, shard: int) -> pd.DataFrame:
    """Return the CELLS of one shard. census: config group `census` (data, copies, rows, shards and the bounds).

    Raises HearsayError where an estimator of the installed scikit-learn has no entry.
    """
    gone = missing()
    if gone:
        raise HearsayError(f"census: no entry for {', '.join(gone)}; add each to the roster, with its expectation")
    entries = roster()[shard :: census["shards"]]
    bounds = Bounds(census["invariant"], census["tightened"])
    return measure(entries, census["data"], census["copies"], census["rows"], seed, bounds)


def gather(paths: Sequence[str]) -> pd.DataFrame:
    """Return the CELLS of all shards, read from their tables, in the order of measurement within an entry."""
    return pd.concat([tables.read(path, CELLS) for path in paths], ignore_index=True)


def summarise(cells: pd.DataFrame, census: dict, entries: Sequence[Entry] | None = None) -> pd.DataFrame:
    """Return the CENSUS from all shards' CELLS. Raises HearsayError where an entry of the roster has no cell."""
    entries = roster() if entries is None else entries
    kinds = {load(name).kind for name in census["data"]}
    groups = dict(tuple(cells.groupby(["kind", "name"], sort=False)))
    lost = [e.name for e in entries if (e.kind, e.name) not in groups and e.kind in kinds]
    if lost:
        raise HearsayError(f"census: no cell for {', '.join(lost)}; every entry must be measured or say why not")
    bounds = Bounds(census["invariant"], census["tightened"])
    found = []
    for entry in entries:
        if (entry.kind, entry.name) not in groups:
            continue
        own = {key: getattr(entry, key) for key in ("name", "estimator", "setting", "kind", "expects", "why")}
        found.append(own | verdict(groups[entry.kind, entry.name], entry.expects, bounds, entry.draws))
    return pd.DataFrame(found)[list(CENSUS.columns)]
