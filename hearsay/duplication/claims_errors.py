"""Judges of what copying and resampling do to everything reported beside a fit: intervals, validation, calibration.

Evidence: the study's tables by name, and `config`, its section of the configuration. Where several simulated
cells are compared with a bound, the level of their intervals is corrected for their number by Bonferroni; tables that
bring intervals or corrected tests of their own are taken at these.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import norm

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, Judgement
from hearsay.duplication.prediction_error import PLUS

CURVE_FIGURE = "results/duplication/figures/nothing-learned.svg"
OVERSAMPLING_TABLE = "results/duplication/tables/oversampling.csv"
POSITIVES_FIGURE = "results/duplication/figures/calibration.svg"
BOOTSTRAP_FIGURE = "results/duplication/figures/bootstrap.svg"
RESAMPLING_TABLE = "results/duplication/tables/resampling.csv"

NEGATIVE_CONTROL = "majority"
CHANCE = 0.5


def quantile(evidence: Mapping, comparisons: int = 1) -> float:
    """Return the normal quantile of a two-sided interval, corrected for so many comparisons."""
    return float(norm.isf((1 - evidence["config"]["judging"]["confidence"]) / 2 / max(comparisons, 1)))


def some(holds: pd.Series | np.ndarray, fails: pd.Series | np.ndarray) -> str:
    """Return the verdict on a statement about all cases: `depends` if it holds for some and fails for others."""
    holds, fails = np.asarray(holds, bool), np.asarray(fails, bool)
    if not len(holds):
        return UNDECIDED
    if holds.all():
        return HOLDS
    if fails.all():
        return FAILS
    return DEPENDS if holds.any() and fails.any() else UNDECIDED


def usual_level(evidence: Mapping, arm: str = "copies") -> pd.DataFrame:
    """Return the coverage of the interval at the usual level, of rows that were really copied."""
    rows, level = evidence["coverage"], evidence["config"]["judging"]["confidence"]
    return rows[(rows["arm"] == arm) & (rows["copies"] > 1) & np.isclose(rows["level"], level)]


def no_information(evidence: Mapping) -> Judgement:
    """Judge the largest deviation of a coverage under copies from the law of an estimate that learned nothing."""
    rows, bound = usual_level(evidence), evidence["config"]["judging"]["law"]
    z = quantile(evidence, len(rows))
    deviation, margin = rows["coverage"] - rows["law"], z * rows["coverage_mc_error"]
    worst = deviation.abs().idxmax()
    estimate, half = float(deviation[worst]), float(margin[worst])
    if (deviation.abs() + margin < bound).all():
        verdict = HOLDS
    else:
        verdict = FAILS if (deviation.abs() - margin > bound).any() else UNDECIDED
    n = int(rows.loc[worst, "replicates"])
    return Judgement(verdict, estimate, estimate - half, estimate + half, "share", n, CURVE_FIGURE)


def intervals_stay_right(evidence: Mapping) -> Judgement:
    """Judge the coverage of the usual interval at the fewest copies beyond one, where it suffers least."""
    rows, judging = usual_level(evidence), evidence["config"]["judging"]
    rows = rows[rows["copies"] == rows["copies"].min()]
    margin = quantile(evidence, len(rows)) * rows["coverage_mc_error"]
    floor = judging["confidence"] - judging["law"]
    verdict = some(rows["coverage"] - margin > floor, rows["coverage"] + margin < floor)
    worst = rows["coverage"].idxmin()
    estimate, half = float(rows.loc[worst, "coverage"]), float(margin[worst])
    clustered = usual_level(evidence, "clustered")["coverage"].min()
    said = f"at {rows['copies'].iloc[0]} copies; clustered on the original row it is at least {100 * clustered:.1f} %"
    if verdict == DEPENDS:
        said = "on model and rows; " + said
    n = int(rows.loc[worst, "replicates"])
    return Judgement(verdict, estimate, estimate - half, estimate + half, "share", n, CURVE_FIGURE, said)


def folds_find_skill(evidence: Mapping) -> Judgement:
    """Judge, learner by learner, the accuracy of cross-validation over the most copies of coin-flip labels.

    Grouped folds are the control: should they see skill, the experiment says nothing about copies.
    """
    rows, skill = evidence["leakage"], evidence["config"]["judging"]["skill"]
    rows = rows[rows["measure"].eq("accuracy in CV") & rows["learner"].ne(NEGATIVE_CONTROL)]
    rows = rows[rows["copies"] == rows["copies"].max()]
    open_, grouped = rows[rows["folds"] == "rows"], rows[rows["folds"] == "grouped"]
    verdict = some(open_["low"] > CHANCE + skill, open_["high"] < CHANCE + skill)
    blind = (grouped["low"] > CHANCE + skill).any()
    if blind:
        verdict = UNDECIDED
    least = open_.loc[open_["accuracy"].idxmin()]
    highest = f"{100 * grouped['accuracy'].max():.1f} %"
    said = f"at {least['copies']} copies, least by {least['learner']}; grouped folds see at most {highest} there"
    if blind:
        said = f"the control fails: {said}"
    elif verdict in (DEPENDS, UNDECIDED):
        shown = sorted(open_.loc[open_["low"] > CHANCE + skill, "learner"])
        said = f"on the learner: shown by {', '.join(shown) or 'none'}; {said}"
    n = int(least["replicates"])
    return Judgement(verdict, least["accuracy"], least["low"], least["high"], "share", n, CURVE_FIGURE, said)


def oversampling_first(evidence: Mapping) -> Judgement:
    """Judge the AUC on coin flips where the positives were oversampled before the split."""
    rows, skill = evidence["oversampling"].set_index("arm"), evidence["config"]["judging"]["skill"]
    before = rows[rows["when"] == "before the split"]
    after = rows[rows["when"] == "after the split"]
    low, high = before["low"].fillna(-np.inf), before["high"].fillna(np.inf)
    verdict = some(low > CHANCE + skill, high < CHANCE + skill)
    least = before["auc"].idxmin()
    estimate = float(before.loc[least, "auc"])
    ends = [estimate if np.isinf(end[least]) else float(end[least]) for end in (low, high)]
    said = f"after the split at most {after['auc'].max():.3f}"
    if verdict == DEPENDS:
        said = "on how it is oversampled; " + said
    if np.isinf(low).any():
        said += "; a single data set has no interval"
    n = int(before["repeats"].min())
    return Judgement(verdict, estimate, *ends, "AUC", n, OVERSAMPLING_TABLE, said)


def _aspects(evidence: Mapping) -> pd.DataFrame:
    """Return what may change when the positives alone are copied: size of the change, its error, the bound."""
    judging = evidence["config"]["judging"]
    fits, predictions = evidence["positives"], evidence["predictions"]
    fits = fits[fits["copies"] == fits["copies"].max()]
    plain = predictions[(predictions["copies"] == predictions["copies"].max()) & (predictions["corrected"] == "no")]
    aspects = []
    for row in fits.itertuples():
        gone = row.coefficient == "intercept"
        at = row.specification, "the intercept" if gone else f"the slope of {row.coefficient}"
        # The table's intercept has the prior correction taken off; what copying does to it includes that.
        change = row.change + np.log(row.copies) if gone else row.change
        aspects.append((*at, change, row.change_mc, judging["coefficient"]))
    for row in plain.itertuples():
        aspects.append((row.specification, "the ranking (AUC)", row.auc_change, row.auc_change_mc, judging["score"]))
        error = (row.specification, "the mean prediction", row.in_the_large, row.in_the_large_mc, judging["score"])
        aspects.append(error)
    return pd.DataFrame(aspects, columns=["specification", "aspect", "change", "error", "bound"])


def positives_matter(evidence: Mapping) -> Judgement:
    """Judge intercept, slopes, ranking and calibration; the estimate is the shift of the well specified intercept."""
    aspects = _aspects(evidence)
    margin = quantile(evidence, len(aspects)) * aspects["error"]
    changed = aspects["change"].abs() - margin > aspects["bound"]
    kept = aspects["change"].abs() + margin < aspects["bound"]
    verdict = some(changed, kept)
    said = []
    for specification, here in aspects.groupby("specification", sort=True):
        names = {
            word: ", ".join(here.loc[which[here.index], "aspect"])
            for word, which in {"changed": changed, "the same": kept, "open": ~changed & ~kept}.items()
        }
        said.append(f"{specification}: " + "; ".join(f"{word} {names[word]}" for word in names if names[word]))
    shift = aspects[(aspects["aspect"] == "the intercept") & (aspects["specification"] == "well specified")]
    estimate, half = float(shift["change"].iloc[0]), float(margin[shift.index[0]])
    n = int(evidence["positives"]["replicates"].max())
    condition = ("on what is looked at. " if verdict == DEPENDS else "") + ". ".join(said)
    return Judgement(verdict, estimate, estimate - half, estimate + half, "log odds", n, POSITIVES_FIGURE, condition)


BOOTSTRAPPED = ("percentile", "basic", "normal", "BCa", "studentised")


def bootstrap_covers(evidence: Mapping) -> Judgement:
    """Judge the coverage of every bootstrap interval, distribution and size; the estimate is the lowest."""
    rows, judging = evidence["intervals"], evidence["config"]["judging"]
    rows = rows[rows["method"].isin(BOOTSTRAPPED)]
    margin = quantile(evidence, len(rows)) * rows["coverage_mc_error"]
    floor = judging["confidence"] - judging["law"]
    good, bad = rows["coverage"] - margin > floor, rows["coverage"] + margin < floor
    verdict = some(good, bad)
    worst = rows["coverage"].idxmin()
    estimate, half = float(rows.loc[worst, "coverage"]), float(margin[worst])
    said = ""
    if verdict == DEPENDS:
        by_method = rows[bad].groupby("method").size().reindex(BOOTSTRAPPED, fill_value=0)
        said = (
            f"on method, distribution and rows: {good.sum()} of {len(rows)} do; too low most often {by_method.idxmax()}"
            f", least often {by_method.idxmin()}"
        )
    at = rows.loc[worst]
    said += f"{'; ' if said else ''}lowest for {at['method']}, {at['distribution']}, {at['rows']} rows"
    n = int(at["replicates"])
    return Judgement(verdict, estimate, max(0.0, estimate - half), estimate + half, "share", n, BOOTSTRAP_FIGURE, said)


def bootstrap_validation(evidence: Mapping) -> Judgement:
    """Judge the paired difference of squared errors of the endpoint's estimator against cross-validation."""
    rows = evidence["prediction_error"]
    rows = rows[rows["estimator"] == PLUS]
    beyond = rows["p_holm"] < 1 - evidence["config"]["judging"]["confidence"]
    better, worse = beyond & (rows["mse_difference"] < 0), beyond & (rows["mse_difference"] > 0)
    verdict = some(better, worse)
    share = float(better.mean()) if len(rows) else 0.0
    high = float((~worse).mean()) if len(rows) else 0.0
    equal = rows["p_repeated_holm"] < 1 - evidence["config"]["judging"]["confidence"]
    said = [f"better in {better.sum()} of {len(rows)} cases"]
    said += [f"worse: {_cells(rows[worse])}"] if worse.any() else []
    said += [f"open: {_cells(rows[~better & ~worse])}"] if (~better & ~worse).any() else []
    ahead, behind = (int((equal & (np.sign(rows["mse_difference_repeated"]) == sign)).sum()) for sign in (-1, 1))
    said.append(f"against repeated cross-validation of equal cost better in {ahead}, worse in {behind}")
    said = ("on learner, problem and rows; " if verdict == DEPENDS else "") + "; ".join(said)
    return Judgement(verdict, share, share, high, "share of cases", len(rows), BOOTSTRAP_FIGURE, said)


def _cells(rows: pd.DataFrame) -> str:
    """Return the cases by learner and problem, with their numbers of rows."""
    groups = rows.groupby(["learner", "setting"], sort=True)["rows"]
    said = [f"{learner} on {setting} ({', '.join(map(str, sorted(n)))} rows)" for (learner, setting), n in groups]
    return ", ".join(said) or "none"


def _gains(evidence: Mapping, arm: str) -> tuple[pd.DataFrame, float, float]:
    """Return the gains in accuracy or R squared of an arm, the size of the tests, and the bound on no gain."""
    judging = evidence["config"]["judging"]
    rows = evidence["resampling"]
    rows = rows[(rows["arm"] == arm) & rows["measure"].isin(("accuracy", "R squared"))].reset_index(drop=True)
    return rows, 1 - judging["confidence"], judging["score"]


def _by_learner(rows: pd.DataFrame, yes: pd.Series, no: pd.Series, word: str) -> str:
    """Return for which learners something was shown or was shown not to be, each with its number of data sets."""
    shown, none = (rows.loc[which].groupby("learner").size() for which in (yes, no))

    def listed(counts: pd.Series) -> str:
        return ", ".join(f"{learner} ({n})" for learner, n in counts.items()) or "none"

    return f"on the learner; {word} (on so many data sets): {listed(shown)}; shown not to: {listed(none)}"


def one_resample_costs(evidence: Mapping) -> Judgement:
    """Judge the held-out score of a fit to one resample against that of the fit to the rows, by learner and data."""
    rows, alpha, bound = _gains(evidence, "one resample")
    beyond = rows["p_holm"] < alpha
    costs, free = beyond & (rows["gain"] < 0), rows["gain_low"] > -bound
    new = int(((rows["corrected_p_holm"] < alpha) & (rows["gain"] < 0)).sum())
    return _share(rows, costs, free, "it costs", new)


def bagging_helps(evidence: Mapping) -> Judgement:
    """Judge the held-out score of predictions averaged over resamples against that of the fit to the rows."""
    rows, alpha, bound = _gains(evidence, "bagged")
    beyond = rows["p_holm"] < alpha
    helps, none = beyond & (rows["gain"] > 0), rows["gain_high"] < bound
    new = int(((rows["corrected_p_holm"] < alpha) & (rows["gain"] > 0)).sum())
    return _share(rows, helps, none & ~helps, "it helps", new)


def _share(rows: pd.DataFrame, yes: pd.Series, no: pd.Series, word: str, new: int) -> Judgement:
    verdict = some(yes, no & ~yes)
    low, high = (float(yes.mean()), float((~no | yes).mean())) if len(rows) else (0.0, 0.0)
    said = "" if verdict in (HOLDS, FAILS) else _by_learner(rows, yes, no & ~yes, word) + "; "
    said += f"by the wider interval for new data in {new} of {len(rows)}"
    return Judgement(verdict, low, low, high, "share of cases", len(rows), RESAMPLING_TABLE, said)
