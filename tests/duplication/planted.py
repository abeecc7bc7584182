"""Small planted tables of the study, by the columns that the real ones declare."""

import itertools

import numpy as np
import pandas as pd

from hearsay.duplication import coverage, law, leakage, oversampling, prediction_error, resampling, verdicts
from hearsay.duplication import random_verdicts as random_
from hearsay.duplication.evidence import TABLES
from hearsay.duplication.intervals import METHODS
from hearsay.duplication.population import COEFFICIENTS, SPECIFICATIONS


def table(name: str, rows, /, **common) -> pd.DataFrame:
    """Return the table of that file name: '' where a text and NaN where a number is not given; its shape is checked."""
    shape = TABLES[name]
    blank = {column: "" if column in shape.text else np.nan for column in shape.columns}
    rows = [common | row for row in rows]
    unknown = {column for row in rows for column in row} - set(blank)
    assert not unknown, f"{name} has no column {unknown}"
    frame = pd.DataFrame([blank | row for row in rows], columns=list(blank))
    shape.check(frame)
    return frame


def grid(**axes) -> list[dict]:
    """Return every combination of the values."""
    return [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]


ENTRIES = [  # estimator, setting, kind, expects, verdict, setting that restores
    ("GaussianNB", "", "classification", "mean", verdicts.INVARIANT, ""),
    ("DecisionTreeClassifier", "", "classification", "mean", random_.SAME, ""),
    ("DecisionTreeClassifier", "min_samples_leaf=5", "classification", "count", random_.RESTORED, "leaf * k"),
    ("NuSVC", "", "classification", "mean", verdicts.TIGHTENED, ""),
    ("LinearSVC", "", "classification", "sum", verdicts.RESTORED, "C / k"),
    ("LogisticRegression", "", "classification", "sum", verdicts.RESTORED, "C / k"),
    ("HistGradientBoostingClassifier", "", "classification", "count", verdicts.RESTORED, "min_samples_leaf * k"),
    ("ExtraTreeClassifier", "", "classification", "mean", random_.UNDECIDED, ""),
    ("ClassifierMixin", "", "classification", "mean", verdicts.NOT_RUN, ""),
    ("NuSVR", "", "regression", "sum", verdicts.ROUNDING, "C / k"),
    ("LinearRegression", "", "regression", "mean", verdicts.ROUNDING, ""),
    ("GaussianProcessRegressor", "", "regression", "mean", verdicts.CHANGED, ""),
    ("RANSACRegressor", "", "regression", "draw", random_.RESTORED, "max_trials / k"),
]


def census(*entries: tuple) -> pd.DataFrame:
    """Return a settled census of (estimator, setting, kind, expects, verdict, setting that restores)."""
    rows = []
    for estimator, setting, kind, expects, verdict, restores in entries:
        before = np.nan if verdict == verdicts.NOT_RUN else 0.0 if verdict == verdicts.INVARIANT else 0.5
        after = np.nan if verdict in (verdicts.NOT_RUN, random_.RESTORED) else min(before, 1e-12)
        own = {"estimator": estimator, "setting": setting, "kind": kind, "expects": expects, "verdict": verdict}
        own |= {"name": f"{estimator}({setting})" if setting else estimator, "setting_that_restores": restores}
        rows.append(own | {"difference_default": before, "difference_after": after, "private": 0})
    return table("census", rows)


def _coverage() -> pd.DataFrame:
    rows = []
    axes = {"model": ("mean", "linear", "logistic"), "rows": (30, 60), "copies": (1, 2, 5), "level": (0.9, 0.95, 0.99)}
    for at in grid(**axes, arm=("copies", "new rows", "jitter", "clustered", *coverage.RESAMPLED)):
        naive = at["arm"] in ("copies", "jitter", "bootstrap of rows")
        right = law.coverage(at["level"], at["copies"]) if naive else at["level"]
        of = {"coverage": right, "law": right, "law_kind": "asymptotic", "rejection": 1 - right, "replicates": 40}
        rows.append(at | of | {"coverage_mc_error": np.sqrt(right * (1 - right) / 40), "failed": 0})
    return table("coverage", rows)


def _leakage() -> pd.DataFrame:
    rows = []
    for at in grid(learner=leakage.LEARNERS, measure=(leakage.CV,), folds=("rows", "grouped"), copies=(1, 2, 5)):
        blind = at["learner"] == "majority" or at["folds"] == "grouped"
        rows.append(at | {"accuracy": 0.5 if blind else 1 - 0.5 / at["copies"], "folds_scored": 5})
    for learner, measure in {"random forest": leakage.OOB, "MLP with early stopping": leakage.STOPPING}.items():
        rows += [at | {"accuracy": 0.6} for at in grid(learner=(learner,), measure=(measure,), folds=("rows",),
                                                       copies=(1, 2, 5))]  # fmt: skip
    rows = [row | {"low": row["accuracy"] - 0.04, "high": row["accuracy"] + 0.04} for row in rows]
    return table("leakage", rows, replicates=2, rows=20, law=0.5)


def _oversampling() -> pd.DataFrame:
    rows = []
    for i, (arm, (method, when, published)) in enumerate(oversampling.ARMS.items()):
        auc = 0.9 if when == "before the split" else 0.5
        row = {"arm": arm, "method": method, "when": when, "auc": auc + i / 100, "low": auc, "high": auc + 0.1}
        rows.append(row | ({"published": auc, "rerun": auc} if published else {}))
    return table("oversampling", rows, rows=400, repeats=2, sd=0.01, mc_error=0.01)


def _positives() -> dict[str, pd.DataFrame]:
    copies, both = (1, 2, 5), {"specification": SPECIFICATIONS}
    cells = grid(**both, copies=copies, coefficient=COEFFICIENTS)
    of = {"replicates": 10, "change": 0.0, "change_mc": 0.001, "estimate": 1.0, "variance_ratio": 0.9}
    fits = table("positives", cells, **of, naive_coverage=0.7, clustered_coverage=0.94)
    cells = grid(**both, copies=copies, corrected=("no", "yes"))
    of = {"auc_change": 0.0, "auc_change_mc": 0.001, "in_the_large": 0.1, "in_the_large_mc": 0.001}
    predictions = table("predictions", cells, **of, squared_error=0.003)
    bins = grid(**both, copies=copies, corrected=("no", "yes"), bin=range(3))
    curves = table("calibration", [at | {"predicted": at["bin"] / 3, "observed": at["bin"] / 4} for at in bins])
    return {"positives": fits, "predictions": predictions, "calibration": curves.assign(share=1 / 3)}


def _intervals() -> dict[str, pd.DataFrame]:
    cells = grid(distribution=("normal", "exponential", "lognormal"), rows=(10, 20), method=METHODS)
    ours = [at | {"coverage": 0.8 + at["rows"] / 200 + i / 1000} for i, at in enumerate(cells)]
    theirs = grid(distribution=("normal",), rows=(20,), method=("percentile", "basic", "normal", "BCa", "Student"))
    theirs = [at | {"compared": "no" if at["method"] == "BCa" else "yes", "z": -1.0} for at in theirs]
    errors = grid(setting=prediction_error.SETTINGS, learner=prediction_error.LEARNERS, rows=(14, 20),
                  estimator=prediction_error.ESTIMATORS)  # fmt: skip
    of = {"rmse": 0.1, "bias": -0.01, "mse_difference": -0.01, "p_holm": 0.001, "replicates": 10}
    return {
        "intervals": table("intervals", ours, coverage_mc_error=0.05, replicates=20, resamples=100),
        "standard_errors": table("standard-errors", grid(distribution=("normal",), rows=(10, 20)), ratio=0.9),
        "intervals_published": table(
            "intervals-published", theirs, ours=0.9, published=0.92, ours_mc_error=0.05, published_mc_error=0.003
        ),
        "prediction_error": table("prediction-error", errors, **of),
    }


def everything() -> dict[str, pd.DataFrame]:
    """Return every table of the study at the sizes of a smoke run, by the names that claims and figures use."""
    entries = census(*ENTRIES)
    cells = [{"name": row["name"], "kind": row["kind"], "data": {"classification": "wine"}.get(row["kind"], "diabetes")}
             for row in entries.to_dict("records")]  # fmt: skip
    helped = [cell | {"changes": "none shown", "changes_here": "none shown"} for cell in cells]
    helped[6] |= {"changes_here": "rises", "reset": "min_samples_leaf / k", "score_reset": 0.9, "reset_difference": 0.0}
    identities = grid(
        identity=(
            *("unbiased variance unchanged", "variance with denominator n unchanged"),
            *("maximum likelihood estimates unchanged", "cluster-robust covariance without correction equals it"),
            "cluster-robust covariance with statsmodels' default correction equals it",
        ),
        copies=(2, 5),
    )
    no = "unbiased variance unchanged"
    identities = [at | {"same": "no" if at["identity"] == no else "yes"} for at in identities]
    distances = grid(rows=(30, 60), arm=("copies", "new rows"), copies=(1, 2, 5))
    distances = [at | {"kolmogorov_ratio": 1.0 if at["arm"] == "copies" else at["copies"] ** -0.5} for at in distances]
    picked = grid(criterion=("AIC", "BIC"), model=("linear", "logistic"), rows=(30, 60), arm=("copies", "new rows"),
                  copies=(1, 2, 5))  # fmt: skip
    arms = grid(data=("wine",), learner=("1-NN", "LDA"), measure=(resampling.ACCURACY, resampling.BRIER),
                arm=resampling.ARMS)  # fmt: skip
    return {
        "coverage": _coverage(),
        "selection": table("selection", picked, selected=0.2),
        "identities": table("identities", identities, predicted="yes", found=0.9, expected=1.0, difference=1e-15),
        "distance": table("distance", [at | {"wasserstein_ratio": at["kolmogorov_ratio"]} for at in distances]),
        "census": entries,
        "census_cells": table("census-cells", cells, rows=40, copies=3, how="tile", step=0),
        "distribution": table("distribution", [cells[1] | {"arm": "copied", "order": 0, "p": 0.5}]),
        "random": table("random", [{**cells[1], "verdict": random_.SAME}]),
        "exchange_rates": table("exchange-rates", [{"setting_that_restores": "C / k", "how": "exactly"}]),
        "helps": table("helps", helped, rows=30, score=0.8, score_copied=0.9, difference=0.1),
        "leakage": _leakage(),
        "oversampling": _oversampling(),
        "resampling": table("resampling", arms, gain=0.1, p_holm=0.001, splits=2, bags=3),
        **_positives(),
        **_intervals(),
    }
