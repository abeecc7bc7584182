"""Verdicts on random estimators: the same in distribution, restored by a setting, changed, or undecided.

A verdict needs two things: whether a difference is shown (Holm's p within the family of arms, below one minus the
confidence), and whether the mean scores are shown to shift by less than the bound `equivalence`, by a one-sided test
whose size is shared among the settings tried. Neither: undecided. So is an entry whose tests could not have rejected
anything, with so few permutations or seeds for so many tests.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from hearsay.duplication.distribution import FAMILIES
from hearsay.tables import Table

SAME, RESTORED, CHANGED, UNDECIDED = "same in distribution", "restored in distribution", "changed", "undecided"
TOO_FEW = "too few permutations to reject"

RANDOM = Table(
    "duplication/random",
    "Random estimators under copies: the verdicts",
    ("kind", "name"),
    {
        "name": "estimator and setting, as in the census",
        "estimator": "class",
        "setting": "what was set; empty for the defaults",
        "kind": "classification or regression",
        "data": "data set",
        "seeds": "fits of the arm copied that gave finite scores",
        "verdict": f"{SAME}; {RESTORED}; {CHANGED} (no setting that was tried restores it); {UNDECIDED}",
        "remedy": "the first setting that restores; empty where none does or none is needed",
        "tried": "all settings tried, separated by semicolons",
        "p_copies": "Holm's p-value of copies against originals, over all entries",
        "p_after": "the same with the setting that restores, else with that of the largest p-value, over all settings",
        "shift_copies": "root mean square shift of the mean scores by copies, in standard deviations over seeds",
        "shift_copies_low": "lower end of its interval",
        "shift_copies_high": "upper end",
        "shift_after": "the same with the setting of `p_after`",
        "shift_after_low": "lower end of its interval",
        "shift_after_high": "upper end",
        "note": "what else to know: what was made smaller than its default in every arm, tests that could not reject, "
        "floors that differ, fits that failed, p-values below the level before correction",
    },
    text=("name", "estimator", "setting", "kind", "data", "verdict", "remedy", "tried", "note"),
)


def verdicts(table: pd.DataFrame, equivalence: float, confidence: float) -> pd.DataFrame:
    """Return the table RANDOM from the gathered table DISTRIBUTION: one row an entry."""
    alpha = 1 - confidence
    families = table["arm"].map(FAMILIES)
    tests = table["p"].notna().groupby(families).transform("sum")
    table = table.assign(testable=tests * table["p_least"].groupby(families).transform("min") < alpha)
    rows = []
    for _, group in table.groupby(["kind", "name"], sort=True):
        copied = group[group["arm"] == "copied"].iloc[0]
        tried = group[group["arm"] == "remedy"].sort_values("order")
        passed = tried[[judge(row, equivalence, alpha) == "same" for _, row in tried.iterrows()]]
        verdict, remedy = _verdict(copied, tried, passed, equivalence, alpha)
        after = passed.iloc[0] if len(passed) else tried.loc[tried["p"].idxmax()] if tried["p"].notna().any() else None
        row = {name: copied[name] for name in ("name", "estimator", "setting", "kind", "data", "seeds")}
        row |= {"verdict": verdict, "remedy": remedy, "tried": "; ".join(tried["remedy"])}
        for arm, source in (("copies", copied), ("after", after)):
            row[f"p_{arm}"] = np.nan if source is None else source["p_holm"]
            for end in ("", "_low", "_high"):
                row[f"shift_{arm}{end}"] = np.nan if source is None else source[f"shift{end}"]
        rows.append({**row, "note": "; ".join(_notes(group, alpha))})
    return pd.DataFrame(rows, columns=list(RANDOM.columns))


def judge(row: pd.Series, equivalence: float, alpha: float) -> str:
    """Return whether an arm is `different`, the `same` (not shown different, and within the bound), or `open`."""
    if row["p_holm"] < alpha:
        return "different"
    tested = row["testable"] and np.isfinite(row["p_holm"])
    return "same" if tested and row["shift_high"] < equivalence else "open"


def _verdict(copied, tried, passed, equivalence, alpha) -> tuple[str, str]:
    state = judge(copied, equivalence, alpha)
    if state != "different":
        return (SAME if state == "same" else UNDECIDED), ""
    if len(passed):
        return RESTORED, passed.iloc[0]["remedy"]
    still_open = [judge(row, equivalence, alpha) == "open" for _, row in tried.iterrows()]
    return (UNDECIDED if any(still_open) else CHANGED), ""


def _notes(group: pd.DataFrame, alpha: float) -> Iterator[str]:
    if group["lighter"].iloc[0]:
        yield f"with {group['lighter'].iloc[0]}"
    if not group.loc[group["arm"].isin(("copied", "remedy")), "testable"].all():
        yield TOO_FEW
    for _, row in group.iterrows():
        where = f"{row['arm']} ({row['remedy']})" if row["remedy"] else row["arm"]
        if row["failed"]:
            yield f"{where}: {row['failed']} fits failed"
        if row["arm"] in ("again", "permuted", "weighted") and row["p_holm"] < alpha:
            yield f"{where}: differs from the originals"
        elif row["p"] < alpha <= row["p_holm"]:
            yield f"{where}: p = {row['p']:.2g} before correction"
