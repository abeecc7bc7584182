"""The census settled: random estimators get the verdict of their many seeds; and the exchange rates that it found."""

import pandas as pd

from hearsay.duplication.random_verdicts import RESTORED, UNDECIDED
from hearsay.duplication.verdicts import RANDOM, ROUNDING
from hearsay.duplication.verdicts import RESTORED as BY_SETTING
from hearsay.tables import Table

EXCHANGE_RATES = Table(
    "duplication/exchange-rates",
    "What to set when every row stands k times, so that the fit is that of the rows",
    ("setting_that_restores", "how"),
    {
        "setting_that_restores": "what to set for k copies of every row",
        "how": "exactly: the same scores up to the tolerance; in distribution: over seeds; up to rounding",
        "estimators": "for which it was found and verified, separated by commas",
        "entries": "estimators and settings",
        "difference_default": "largest difference of scores without it, in spreads of the original scores",
        "difference_after": "largest difference with it; empty where only distributions were compared",
        "private": "1: reached only behind the public interface for at least one of them",
    },
    text=("setting_that_restores", "how", "estimators"),
)
HOW = {BY_SETTING: "exactly", ROUNDING: "up to rounding", RESTORED: "in distribution"}


def settle(census: pd.DataFrame, random: pd.DataFrame) -> pd.DataFrame:
    """Return the table CENSUS with every verdict `random` replaced by that of the table RANDOM.

    An entry that RANDOM does not hold becomes undecided and says why in its note.
    """
    verdicts = random.set_index(["kind", "name"])
    settled = census.copy()
    for i, row in census[census["verdict"] == RANDOM].iterrows():
        key = (row["kind"], row["name"])
        if key in verdicts.index:
            found = verdicts.loc[key]
            word, restores = found["verdict"], found["remedy"]
            note = "; ".join(filter(None, [row["note"], found["note"]]))
        else:
            word, restores, note = UNDECIDED, "", "random on these rows, and not on those of the many seeds"
        settled.loc[i, ["verdict", "setting_that_restores", "note"]] = word, restores, note
        if word == RESTORED:
            settled.loc[i, "difference_after"] = float("nan")
    return settled


def exchange_rates(census: pd.DataFrame) -> pd.DataFrame:
    """Return the table EXCHANGE_RATES of a settled CENSUS: one row a setting that restores, and how well it does."""
    rows = census[(census["setting_that_restores"] != "") & census["verdict"].isin(HOW)]
    rows = rows.assign(how=rows["verdict"].map(HOW))
    found = [
        {
            "setting_that_restores": setting,
            "how": how,
            "estimators": ", ".join(sorted(here["estimator"].unique())),
            "entries": len(here),
            "difference_default": here["difference_default"].max(),
            "difference_after": here["difference_after"].max(),
            "private": int(here["private"].max()),
        }
        for (setting, how), here in rows.groupby(["setting_that_restores", "how"], sort=True)
    ]
    return pd.DataFrame(found, columns=list(EXCHANGE_RATES.columns))
