"""Judges of what copying does to the fit itself: to estimates, fitted models and held-out scores.

Evidence: the study's tables by name, and `config`, its section of the configuration. What is counted over everything
there is has an interval only where some cases stayed open: from none of the open ones to all of them.
"""

from collections.abc import Mapping

import pandas as pd

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, Judgement
from hearsay.duplication.helps import NO_SCORE, NONE_SHOWN, RISES
from hearsay.duplication.random_verdicts import SAME
from hearsay.duplication.random_verdicts import UNDECIDED as OPEN
from hearsay.duplication.verdicts import CHANGED, INVARIANT, NOT_RUN, ROUNDING, TIGHTENED

CENSUS_FIGURE = "results/duplication/figures/census.svg"
IDENTITIES_TABLE = "results/duplication/tables/identities.csv"
DISTANCE_TABLE = "results/duplication/tables/distance.csv"
HELPS_TABLE = "results/duplication/tables/helps.csv"

UNCHANGED = (INVARIANT, ROUNDING, SAME)
MEAN = "mean"

TREES_AND_SVMS = (
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "ExtraTreeClassifier",
    "ExtraTreeRegressor",
    "LinearSVC",
    "LinearSVR",
    "NuSVC",
    "NuSVR",
    "SVC",
    "SVR",
)


def _listed(names: list[str], most: int = 4) -> str:
    """Return a few names, and how many more there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def defaults(census: pd.DataFrame) -> pd.DataFrame:
    """Return the census's rows of estimators at their defaults that could be run."""
    return census[(census["setting"] == "") & (census["verdict"] != NOT_RUN)]


def unchanged(rows: pd.DataFrame) -> pd.Series:
    """Return whether each fit is the same under copies as it is: nothing set, up to rounding, or in distribution."""
    return rows["verdict"].isin(UNCHANGED) & (rows["setting_that_restores"] == "")


def is_functional(rows: pd.DataFrame) -> pd.Series:
    """Return whether each fit, solved exactly, is the same under copies."""
    return unchanged(rows) | (rows["verdict"] == TIGHTENED)


def _share_unchanged(rows: pd.DataFrame, condition: str) -> Judgement:
    """Judge whether all, none or some of `rows` stay the same; those that are open count both ways."""
    same, open_ = unchanged(rows), rows["verdict"] == OPEN
    low, high, n = same.mean(), (same | open_).mean(), len(rows)
    if low == 1:
        verdict = HOLDS
    elif high == 0:
        verdict = FAILS
    elif low > 0 and high < 1:
        verdict = DEPENDS
    else:
        verdict = UNDECIDED
    said = condition if verdict == DEPENDS else ""
    if open_.any():
        said += f"{'; ' if said else ''}{open_.sum()} of {n} stayed open at this number of seeds"
    return Judgement(verdict, low, low, high, "share of estimators", n, CENSUS_FIGURE, said)


def fit_unchanged(evidence: Mapping) -> Judgement:
    """Judge over all estimators at their defaults."""
    rows = defaults(evidence["census"])
    undone = (rows["setting_that_restores"] != "").sum()
    tighter, lost = ((rows["verdict"] == verdict).sum() for verdict in (TIGHTENED, CHANGED))
    condition = f"on the estimator: of {len(rows)}, {unchanged(rows).sum()} stay the same as they are"
    ties = (unchanged(rows) & (rows["verdict"] == ROUNDING)).sum()
    condition += f" ({ties} of them but for ties that rounding decides)" if ties else ""
    condition += f", {tighter} when solved more exactly, {undone} with a setting that we name"
    return _share_unchanged(rows, f"{condition}, and for {lost} none was found")


def trees_and_svms(evidence: Mapping) -> Judgement:
    """Judge over single trees and support vector machines at their defaults."""
    rows = defaults(evidence["census"])
    rows = rows[rows["estimator"].isin(TREES_AND_SVMS)]
    changed = rows[~unchanged(rows) & (rows["verdict"] != OPEN)]
    undo = changed["setting_that_restores"].where(changed["verdict"] != TIGHTENED, "a tighter tolerance")
    said = [f"{name}: {setting or 'nothing found'}" for name, setting in zip(changed["name"], undo, strict=True)]
    return _share_unchanged(rows, "on the estimator; changed, with what undoes it: " + _listed(said, len(said)))


def functional(evidence: Mapping) -> Judgement:
    """Judge how often the expectation from the documented objective agrees with what was found.

    Open cases count both ways. A guess without any knowledge reaches the share of the commoner outcome.
    """
    rows = evidence["census"]
    rows = rows[rows["verdict"] != NOT_RUN]
    decided, n = rows[rows["verdict"] != OPEN], len(rows)
    kept = is_functional(decided)
    agree = (decided["expects"] == MEAN) == kept
    odd = sorted(decided.loc[~agree, "name"])
    open_ = n - len(decided)
    share, low, high = float(agree.mean()), float(agree.sum() / max(n, 1)), float((agree.sum() + open_) / max(n, 1))
    guess = float(max(kept.mean(), 1 - kept.mean()))
    if not odd:
        verdict = UNDECIDED if open_ else HOLDS
    elif high <= guess:
        verdict = FAILS
    else:
        verdict = DEPENDS if low > guess else UNDECIDED
    said = [f"it agrees for {agree.sum()} of {len(decided)} that were decided"] if odd or open_ else []
    said += [f"exceptions: {_listed(odd)}"] if odd else []
    said += [f"{open_} stayed open"] if open_ else []
    condition = ("on the estimator; " if verdict == DEPENDS else "") + "; ".join(said)
    return Judgement(verdict, share, low, high, "share of estimators and settings", n, CENSUS_FIGURE, condition)


def score_never_rises(evidence: Mapping) -> Judgement:
    """Judge the number of estimators whose held-out score rises beyond chance; what is not shown counts both ways."""
    rows = evidence["helps"]
    rising, open_ = rows["changes_here"] == RISES, rows["changes_here"].isin((NONE_SHOWN, NO_SCORE))
    low, high, n = int(rising.sum()), int((rising | open_).sum()), len(rows)
    names = sorted(rows.loc[rising, "name"].unique())
    if low > 0:
        new = (rows["changes"] == RISES).sum()
        said = f"on these data sets it rises for {_listed(names)}; by the wider interval for new data, in {new} cases"
        return Judgement(FAILS, low, low, high, "cases", n, HELPS_TABLE, said)
    if high == 0:
        return Judgement(HOLDS, low, low, high, "cases", n, HELPS_TABLE)
    return Judgement(UNDECIDED, low, low, high, "cases", n, HELPS_TABLE, "no rise was shown, nor the absence of any")


def default_not_data(evidence: Mapping) -> Judgement:
    """Judge, over the cases whose score rises, whether the re-set default does as well on the rows without copies.

    A case whose re-set default is not known, or whose interval contains the bound, is open.
    """
    rows, bound = evidence["helps"], evidence["config"]["judging"]["score"]
    rows = rows[rows["changes_here"] == RISES]
    if rows.empty:
        return Judgement(UNDECIDED, 0, 0, 1, "share of cases", 0, HELPS_TABLE, "no score was shown to rise")
    as_well, worse = rows["reset_low"] > -bound, rows["reset_high"] < -bound
    verdict = DEPENDS if as_well.any() and worse.any() else UNDECIDED
    verdict = HOLDS if as_well.all() else FAILS if worse.all() else verdict
    lacking = [f"worse for {_listed(sorted(rows.loc[worse, 'name'].unique()))}"] if worse.any() else []
    open_ = ~as_well & ~worse
    lacking += [f"open for {_listed(sorted(rows.loc[open_, 'name'].unique()))}"] if open_.any() else []
    said = ("on the estimator; " if verdict == DEPENDS else "") + "; ".join(lacking)
    low, high = float(as_well.mean()), float((~worse).mean())
    return Judgement(verdict, low, low, high, "share of cases", len(rows), HELPS_TABLE, said)


def _identity(evidence: Mapping, name: str) -> pd.DataFrame:
    rows = evidence["identities"]
    rows = rows[rows["identity"] == name]
    return rows.assign(same=rows["same"] == "yes")


def variance_same(evidence: Mapping) -> Judgement:
    """Judge the variance with either denominator; the estimate is the largest factor on the unbiased one."""
    biased = _identity(evidence, "variance with denominator n unchanged")
    unbiased = _identity(evidence, "unbiased variance unchanged")
    factors = unbiased["found"] / unbiased["expected"]
    worst = float(factors.loc[(factors - 1).abs().idxmax()])
    n = len(biased) + len(unbiased)
    both = biased["same"].all(), unbiased["same"].all()
    if all(both):
        verdict, said = HOLDS, ""
    elif any(both):
        which = "the number of rows" if both[0] else "one less than the number of rows"
        verdict, said = DEPENDS, f"on the denominator: with {which} it is, with the other it is not"
    else:
        verdict, said = FAILS, ""
    return Judgement(verdict, worst, worst, worst, "times the variance", n, IDENTITIES_TABLE, said)


def likelihood_same(evidence: Mapping) -> Judgement:
    """Judge the largest relative difference of a maximum likelihood estimate."""
    rows = _identity(evidence, "maximum likelihood estimates unchanged")
    worst, n = float(rows["difference"].max()), len(rows)
    if rows["same"].all():
        verdict, said = HOLDS, ""
    elif rows["same"].any():
        verdict, said = DEPENDS, "on the model: not " + _listed(sorted(rows.loc[~rows["same"], "model"].unique()))
    else:
        verdict, said = FAILS, ""
    return Judgement(verdict, worst, worst, worst, "relative difference", n, IDENTITIES_TABLE, said)


def distribution_no_better(evidence: Mapping) -> Judgement:
    """Judge the distance of the empirical distribution to the truth, copies over none, with new rows as the control."""
    rows, exact = evidence["distance"], evidence["config"]["judging"]["exact"]
    rows = rows[rows["copies"] > 1]
    copies, new = rows[rows["arm"] == "copies"], rows[rows["arm"] == "new rows"]
    ratios = copies[["kolmogorov_ratio", "wasserstein_ratio"]].to_numpy().ravel()
    worst = float(ratios[abs(ratios - 1).argmax()])
    n = int(copies["replicates"].sum())
    powerful = ((new["kolmogorov_ratio"] < 1) & (new["wasserstein_ratio"] < 1)).all() and len(new) > 0
    said = "" if powerful else "the instrument does not see that new rows help"
    verdict = (HOLDS if abs(worst - 1) <= exact else FAILS) if powerful else UNDECIDED
    return Judgement(verdict, worst, worst, worst, "times the distance", n, DISTANCE_TABLE, said)
