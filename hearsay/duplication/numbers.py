"""The numbers of this study that the text may cite, by key."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hearsay.duplication import random_verdicts, verdicts
from hearsay.duplication.claims_fits import MEAN, NOT_RUN, OPEN, defaults, is_functional, unchanged
from hearsay.duplication.config import USUAL
from hearsay.duplication.prediction_error import PLUS

VERDICT_KEYS = {
    verdicts.INVARIANT: "invariant",
    verdicts.TIGHTENED: "tightened",
    verdicts.RESTORED: "restored",
    random_verdicts.SAME: "same_random",
    random_verdicts.RESTORED: "restored_random",
    verdicts.ROUNDING: "rounding",
    verdicts.CHANGED: "changed",
    random_verdicts.UNDECIDED: "open",
    verdicts.NOT_RUN: "not_run",
}
LEAF = "HistGradientBoostingClassifier"


def numbers(tables: Mapping[str, pd.DataFrame], config: Mapping) -> dict[str, tuple]:
    """Return key -> (value, unit, meaning) from the study's tables and its section of the configuration."""
    return {
        **_curve(tables),
        **_identities(tables),
        **_census(tables, config),
        **_helps(tables["helps"], config),
        **_leakage(tables),
        **_positives(tables),
        **_bootstrap(tables, config),
    }


def one(table: pd.DataFrame, column: str, **where) -> float:
    """Return the value of `column` in the one row that has these values. Raises ValueError where it is not one."""
    for name, value in where.items():
        column_ = table[name]
        table = table[np.isclose(column_, value) if isinstance(value, float) else column_ == value]
    (found,) = table[column]
    return float(found)


def _curve(tables: Mapping[str, pd.DataFrame]) -> dict[str, tuple]:
    coverage, selection, distance = tables["coverage"], tables["selection"], tables["distance"]
    usual = coverage[np.isclose(coverage["level"], USUAL)]
    copies, rows = sorted(usual["copies"].unique()), usual["rows"].max()
    few, most = int(copies[1]), int(copies[-1])
    found = {
        "copies_few": (few, "copies", "fewest copies of every row beyond one"),
        "copies_most": (most, "copies", "most copies of every row"),
        "coverage_replicates": (int(usual["replicates"].max()), "data sets", "simulated data sets a model and size"),
        "rows_many": (int(rows), "rows", "rows of the larger simulated data sets"),
        "rows_few": (int(usual["rows"].min()), "rows", "rows of the smaller ones"),
    }
    for word, k in (("few", few), ("most", most)):
        at = {"model": "mean", "rows": rows, "copies": k}
        mean = usual[(usual["arm"] == "copies")]
        found[f"coverage_{word}"] = (one(mean, "coverage", **at), "share", f"coverage of the mean at {k} copies")
        found[f"law_{word}"] = (one(mean, "law", **at), "share", f"its closed form at {k} copies")
        found[f"rejection_{word}"] = (
            one(mean, "rejection", model="logistic", rows=rows, copies=k),
            "share",
            f"rejections of a true null in logistic regression at {k} copies, nominally one in twenty",
        )
    beyond = usual[usual["copies"] > 1]

    def lowest(arm: str, copies: int | None = None) -> float:
        mine = beyond[beyond["arm"] == arm]
        return float(mine.loc[mine["copies"].eq(copies or mine["copies"]), "coverage"].min())

    jitter = beyond[(beyond["arm"] == "jitter") & (beyond["copies"] == most)]
    naive = coverage[(coverage["arm"] == "copies") & (coverage["law_kind"] != "")]
    found |= {
        "clustered_lowest": (lowest("clustered"), "share", "lowest coverage, clustered on the original row"),
        "new_rows_lowest": (lowest("new rows"), "share", "lowest coverage with as many new rows"),
        "new_rows_lowest_few": (lowest("new rows", few), "share", f"the same, as many as for {few} copies"),
        "nominal": (USUAL, "share", "level that the usual intervals are said to have"),
        "ids_lowest": (lowest("bootstrap of row ids"), "share", "lowest coverage of a bootstrap of row numbers"),
        "jitter_most": (float(jitter["coverage"].max()), "share", f"highest coverage with jitter at {most} copies"),
        "law_cells": (len(naive), "coverages", "coverages of copied rows held against a closed form"),
        "law_largest": (
            float((naive["coverage"] - naive["law"]).abs().max()),
            "",
            "largest deviation of one from its closed form",
        ),
    }
    for criterion in ("AIC", "BIC"):
        for word, k in (("one", 1), ("most", most)):
            value = one(selection, "selected", criterion=criterion, model="linear", arm="copies", rows=rows, copies=k)
            found[f"{criterion.lower()}_{word}"] = (value, "share", f"{criterion} takes a null predictor, {k} copies")
    new = distance[(distance["arm"] == "new rows") & (distance["copies"] == most) & (distance["rows"] == rows)]
    found["distance_new"] = (float(new["kolmogorov_ratio"].iloc[0]), "", "distance to the truth with as many new rows")
    return found


def _identities(tables: Mapping[str, pd.DataFrame]) -> dict[str, tuple]:
    rows = tables["identities"]
    unbiased = rows[rows["identity"] == "unbiased variance unchanged"]
    clustered = rows[rows["identity"].str.startswith("cluster-robust covariance")]
    plain = clustered[clustered["identity"].str.contains("without correction")]
    default = clustered[clustered["identity"].str.contains("default correction equals")]
    predicted = rows["same"] == rows["predicted"]
    return {
        "identities": (len(rows), "identities", "identities held against numbers"),
        "identities_predicted": (int(predicted.sum()), "identities", "of them, as theory says"),
        "identities_worst": (
            float(rows.loc[rows["same"] == "yes", "difference"].max()),
            "",
            "largest relative difference of those that hold",
        ),
        "unbiased_least": (
            float((unbiased["found"] / unbiased["expected"]).min()),
            "",
            "unbiased variance after copying over before, lowest",
        ),
        "cluster_plain": (
            float(plain["difference"].max()),
            "",
            "clustered covariance without correction, off by at most",
        ),
        "cluster_default": (float(default["difference"].max()), "", "the same with statsmodels' correction"),
    }


def _census(tables: Mapping[str, pd.DataFrame], config: Mapping) -> dict[str, tuple]:
    census = tables["census"]
    ours = census[census["setting"] == ""]
    ran = defaults(census)
    decided = census[~census["verdict"].isin((NOT_RUN, OPEN))]
    agree = (decided["expects"] == MEAN) == is_functional(decided)
    copies = ", ".join(map(str, sorted(tables["census_cells"]["copies"].unique())))
    found = {
        "estimators": (len(ours), "estimators", "classifiers and regressors of scikit-learn"),
        "entries": (len(census), "entries", "estimators and settings in the census"),
        "extra": (len(census) - len(ours), "entries", "of them, settings other than the defaults"),
        "ran": (len(ran), "estimators", "estimators that could be run at their defaults"),
        "data_sets": (tables["census_cells"]["data"].nunique(), "data sets", "data sets of the census"),
        "census_copies": (copies, "", "copies of every row in the census"),
        "census_rows": (int(tables["census_cells"]["rows"].max()), "rows", "training rows of a data set, at most"),
        "cells": (int((tables["census_cells"]["remedy"] == "").sum()), "cells", "fits with nothing set, compared"),
        "agree": (int(agree.sum()), "entries", "entries whose expectation agrees with what was found"),
        "agree_of": (len(decided), "entries", "entries that were decided"),
        "seeds": (config["distribution"]["seeds"], "seeds", "seeds an arm, for random estimators"),
        "unchanged": (int(unchanged(ran).sum()), "estimators", "estimators whose fit copies leave as it is"),
        "restorable": (
            int((ran["setting_that_restores"] != "").sum()),
            "estimators",
            "estimators that a setting found here restores",
        ),
        "rates": (len(tables["exchange_rates"]), "settings", "settings found that undo the copies"),
        "tests": (int(tables["distribution"]["p"].notna().sum()), "tests", "two-sample tests, corrected together"),
    }
    for verdict, key in VERDICT_KEYS.items():
        count = int((ours["verdict"] == verdict).sum())
        found[f"census_{key}"] = (count, "estimators", f"estimators at their defaults: {verdict}")
    return found


def _helps(rows: pd.DataFrame, config: Mapping) -> dict[str, tuple]:
    count = rows["changes_here"].value_counts()
    # The estimator whose leaves need an absolute number of rows, on the fewest rows of the first data set that it has.
    leaf = rows[rows["name"] == LEAF].sort_values(["rows", "data"]).iloc[0]
    found = {
        "cases": (len(rows), "cases", "estimators, settings and data sets whose held-out score was compared"),
        "rises": (int(count.get("rises", 0)), "cases", "of them, the score rises"),
        "falls": (int(count.get("falls", 0)), "cases", "of them, it falls"),
        "same_fit": (int(count.get("same fit", 0)), "cases", "of them, the fit is the same"),
        "none_shown": (int(count.get("none shown", 0)), "cases", "of them, no change was shown"),
        "rises_new_data": (int((rows["changes"] == "rises").sum()), "cases", "shown to rise on new data as well"),
        "helps_splits": (config["helps"]["splits"], "splits", "random splits of a data set"),
    }
    return found | {
        "leaf_rises": (bool(leaf["changes_here"] == "rises"), "", f"whether the score of {LEAF} rises"),
        "leaf_name": (LEAF, "", "an estimator whose leaves need an absolute number of rows"),
        "leaf_rows": (int(leaf["rows"]), "rows", "training rows"),
        "leaf_before": (float(leaf["score"]), "", "its held-out score without copies"),
        "leaf_after": (float(leaf["score_copied"]), "", "with copies"),
        "leaf_setting": (leaf["reset"] or "none", "", "the re-set default that does the same without copies"),
        "leaf_reset": (
            float(leaf["score_reset"]) if leaf["reset_splits"] > 0 else 0.0,
            "",
            "its score; 0 without one",
        ),
    }


def _leakage(tables: Mapping[str, pd.DataFrame]) -> dict[str, tuple]:
    leakage, oversampling = tables["leakage"], tables["oversampling"]
    cv = leakage[leakage["measure"] == "accuracy in CV"]
    copies = sorted(cv["copies"].unique())
    few, most = int(copies[1]), int(copies[-1])
    found = {
        "leak_folds": (int(cv["folds_scored"].max()), "folds", "folds of the cross-validation"),
        "leak_few": (few, "copies", "fewest copies beyond one in the cross-validation"),
        "leak_most": (most, "copies", "most copies in the cross-validation"),
        "leak_sets": (int(cv["replicates"].max()), "data sets", "data sets of coin flips"),
    }
    for key, learner in {"nn": "1-NN", "forest": "random forest", "svc": "SVC", "logit": "logistic regression"}.items():
        for word, k in (("one", 1), ("few", few), ("most", most)):
            value = one(cv, "accuracy", learner=learner, folds="rows", copies=k)
            found[f"{key}_{word}"] = (value, "share", f"accuracy of {learner} on coin flips, {k} copies")
    found["nn_law"] = (one(cv, "law", learner="1-NN", folds="rows", copies=few), "share", "closed form for 1-NN")
    grouped = cv[(cv["folds"] == "grouped") & (cv["copies"] > 1)]
    found["grouped_highest"] = (float(grouped["accuracy"].max()), "share", "highest accuracy with grouped folds")
    bag = leakage[leakage["measure"] == "out of bag"]
    found["oob_few"] = (one(bag, "accuracy", folds="rows", copies=few), "share", f"out-of-bag accuracy, {few} copies")
    stop = leakage[leakage["measure"] == "validation score of early stopping"]
    for word, k in (("one", 1), ("most", most)):
        value = one(stop, "accuracy", folds="rows", copies=k)
        found[f"early_{word}"] = (value, "share", f"validation score of early stopping, {k} copies")
    arms = oversampling.set_index("arm")
    for key, arm in {
        "none": "nothing",
        "smote_after": "SMOTE after the split",
        "smote_before": "SMOTE before the split",
        "copies_before": "duplication before the split",
        "copies_grouped": "duplication before a grouped split",
    }.items():
        found[f"auc_{key}"] = (float(arms.loc[arm, "auc"]), "", f"AUC on random labels: {arm}")
    found["auc_rows"] = (int(arms["rows"].max()), "rows", "rows of the oversampling experiment")
    found["auc_sets"] = (int(arms["repeats"].max()), "data sets", "data sets of the oversampling experiment")
    again = oversampling.dropna(subset="published")
    same = np.isclose(again["published"], again["rerun"], rtol=0, atol=1e-12)
    found["auc_reruns"] = (
        int(same.sum()),
        "AUCs",
        "published AUCs that the published steps give again, to twelve places",
    )
    found["rerun"] = (bool(again["rerun"].notna().all()), "", "whether the published steps were run again")
    found["auc_published"] = (len(again), "AUCs", "published AUCs")
    return found


def _positives(tables: Mapping[str, pd.DataFrame]) -> dict[str, tuple]:
    fits, predictions = tables["positives"], tables["predictions"]
    most = int(fits["copies"].max())
    found = {
        "positives_most": (most, "copies", "most copies of a positive row"),
        "positives_sets": (int(fits["replicates"].max()), "data sets", "simulated data sets"),
    }
    for word, specification in {"well": "well specified", "mis": "misspecified"}.items():
        at = {"specification": specification, "copies": most}
        plain = {**at, "copies": 1}
        slope = {**at, "coefficient": "x1"}
        found |= {
            f"{word}_shift": (
                one(fits, "change", **at, coefficient="intercept"),
                "log odds",
                f"intercept less log k, change; {specification}",
            ),
            f"{word}_slope_one": (one(fits, "estimate", **plain, coefficient="x1"), "log odds", "slope without copies"),
            f"{word}_slope": (one(fits, "estimate", **slope), "log odds", "slope with copies"),
            f"{word}_variance": (one(fits, "variance_ratio", **slope), "", "its variance over that without copies"),
            f"{word}_naive": (one(fits, "naive_coverage", **slope), "share", "coverage of its naive interval"),
            f"{word}_clustered": (one(fits, "clustered_coverage", **slope), "share", "of the clustered interval"),
            f"{word}_auc": (one(predictions, "auc_change", **at, corrected="no"), "", "change of the AUC"),
            f"{word}_large": (
                one(predictions, "in_the_large", **at, corrected="no"),
                "",
                "mean predicted less mean true chance",
            ),
            f"{word}_large_corrected": (
                one(predictions, "in_the_large", **at, corrected="yes"),
                "",
                "the same after the prior correction",
            ),
            f"{word}_error_one": (
                one(predictions, "squared_error", **plain, corrected="no"),
                "",
                "squared error, no copies",
            ),
            f"{word}_error": (
                one(predictions, "squared_error", **at, corrected="yes"),
                "",
                "after the prior correction",
            ),
        }
    return found


def _bootstrap(tables: Mapping[str, pd.DataFrame], config: Mapping) -> dict[str, tuple]:
    intervals, errors = tables["intervals"], tables["prediction_error"]
    beside, standard = tables["intervals_published"], tables["standard_errors"]
    compared = beside[beside["compared"] == "yes"]
    rows = intervals["rows"].min()
    few = intervals[intervals["rows"] == rows]
    bootstrapped = few[few["method"] != "Student"]
    worst, best = (bootstrapped.loc[bootstrapped["coverage"].agg(which)] for which in ("idxmin", "idxmax"))
    endpoint = errors[errors["estimator"] == PLUS]
    shown = endpoint["p_holm"] < 1 - config["judging"]["confidence"]
    noise = endpoint[endpoint["setting"] == "no information"]
    least = standard.loc[standard["ratio"].idxmin()]
    return {
        "interval_rows": (int(rows), "rows", "fewest rows of a sample"),
        "interval_sets": (int(intervals["replicates"].max()), "samples", "samples a distribution and size"),
        "interval_resamples": (int(intervals["resamples"].max()), "resamples", "resamples of each"),
        "interval_worst": (float(worst["coverage"]), "share", "lowest coverage of a bootstrap interval at these rows"),
        "interval_worst_method": (worst["method"], "", "its method"),
        "interval_worst_rows": (worst["distribution"], "", "its distribution"),
        "interval_best": (float(best["coverage"]), "share", "highest coverage there"),
        "se_least": (float(least["ratio"]), "", "bootstrap standard error over the true one, lowest"),
        "se_least_rows": (least["distribution"], "", "for this distribution"),
        "published_cells": (len(beside), "coverages", "published coverages at sizes that we ran"),
        "published_compared": (len(compared), "coverages", "of them, of intervals that are defined as ours"),
        "published_differ": (
            int((compared["p_holm"] < 1 - config["judging"]["confidence"]).sum()),
            "coverages",
            "of them, beyond chance",
        ),
        "published_z": (float(compared["z"].abs().max()) if len(compared) else 0.0, "", "largest z-score among these"),
        "error_cells": (len(endpoint), "cases", "learners, problems and sizes in which error estimates were compared"),
        "error_better": (int((shown & (endpoint["mse_difference"] < 0)).sum()), "cases", "the bootstrap's is better"),
        "error_worse": (int((shown & (endpoint["mse_difference"] > 0)).sum()), "cases", "the bootstrap's is worse"),
        "error_sets": (int(endpoint["replicates"].max()), "training sets", "training sets of each"),
        "error_bias_noise": (float(noise["bias"].min()), "", "most optimistic bias of the bootstrap's on pure noise"),
        **_gains(tables["resampling"], config),
    }


def _gains(resampling: pd.DataFrame, config: Mapping) -> dict[str, tuple]:
    rows = resampling[resampling["measure"].isin(("accuracy", "R squared"))]
    alpha = 1 - config["judging"]["confidence"]
    found = {"bags": (int(rows["bags"].max()), "resamples", "resamples that a bagged learner is fitted to")}
    found |= {"gain_splits": (int(rows["splits"].max()), "splits", "random splits of a data set")}
    for key, arm in {"resample": "one resample", "bagged": "bagged"}.items():
        here = rows[rows["arm"] == arm]
        shown = here["p_holm"] < alpha
        found |= {
            f"{key}_cases": (len(here), "cases", f"learners and data sets: {arm}"),
            f"{key}_up": (int((shown & (here["gain"] > 0)).sum()), "cases", "shown to gain"),
            f"{key}_down": (int((shown & (here["gain"] < 0)).sum()), "cases", "shown to lose"),
            f"{key}_new_data": (
                int((here["corrected_p_holm"] < alpha).sum()),
                "cases",
                "shown to gain or lose by the wider interval for new data",
            ),
        }
    brier = resampling[(resampling["measure"] == "Brier score") & (resampling["arm"] == "bagged")]
    shown = brier["p_holm"] < alpha
    found |= {
        "brier_cases": (len(brier), "cases", "learners and data sets whose Brier score bagging may change"),
        "brier_up": (int((shown & (brier["gain"] > 0)).sum()), "cases", "shown to be better by bagging"),
        "brier_down": (int((shown & (brier["gain"] < 0)).sum()), "cases", "shown to be worse by bagging"),
    }
    bagged = rows[rows["arm"] == "bagged"]
    top = bagged.loc[bagged["gain"].idxmax()]
    return found | {
        "bagged_top": (top["learner"], "", "learner that gains most from bagging"),
        "bagged_top_data": (top["data"], "", "on this data set"),
        "bagged_top_gain": (float(top["gain"]), "", "its gain in accuracy or R squared"),
    }
