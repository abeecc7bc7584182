"""Training on a resample instead of the rows, and bagging: which learners gain, on real data.

A learner is fitted to the training rows, to bootstrap resamples of them, one by one and averaged (bagging: Breiman
1996, Machine Learning 24:123), to copies, and once more to the same rows in another order. Scores are compared on the
same held-out rows over random splits.
"""

import contextlib
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from hearsay.duplication.data import Data, load, split
from hearsay.duplication.twosample import holm, sign_floor
from hearsay.progress import progress
from hearsay.seeds import generator
from hearsay.tables import Table

ORIGINAL, AGAIN, COPIES, RESAMPLE, BAGGED = "original", "same rows again", "3 copies", "one resample", "bagged"
ARMS = (ORIGINAL, AGAIN, COPIES, RESAMPLE, BAGGED)
TIMES = 3  # copies of every row in the arm COPIES
ACCURACY, BRIER, R2 = "accuracy", "Brier score", "R squared"
CLASSIFIERS = ("decision tree", "1-NN", "5-NN", "logistic regression", "LDA", "Gaussian NB")
REGRESSORS = ("decision tree", "1-NN", "5-NN", "ridge", "least squares")
CONFIDENCE = 0.95
ROUNDING = 1e-10  # a smaller difference of scores is rounding of the sums, and none

RESAMPLING = Table(
    "duplication/resampling",
    "Scores on held-out rows after training on the rows, on resamples of them, and on copies",
    ("data", "learner", "measure", "arm"),
    {
        "data": "data set",
        "kind": "classification or regression",
        "learner": "scikit-learn's estimator at its defaults; logistic regression with 1000 iterations",
        "measure": "accuracy (fraction), Brier score (mean squared error of the class probabilities, summed over "
        "classes; lower is better) or R squared; log loss would be infinite for the trees and 1-NN",
        "arm": "original: the training rows; same rows again: in another order and with another random state; 3 copies "
        "of every row; one resample of as many rows, with replacement (mean over the bags); bagged: predictions "
        "averaged over the bags",
        "rows": "training rows",
        "test_rows": "held-out rows",
        "splits": "random splits",
        "bags": "resamples, each with a fit; 0 where none are used",
        "failed": "splits left out because a fit raised an error",
        "score": "mean score over splits",
        "gain": "mean improvement over the original, above zero: better (for the Brier score, the reduction)",
        "gain_low": "lower end of the 95 % t interval over splits: for the mean over all splits of this data set",
        "gain_high": "its upper end",
        "p": "two-sided p-value of no gain over all splits of this data set; where all gains are equal and not zero, "
        "that of their signs",
        "p_holm": "the same with Holm's correction over the data sets, learners and measures of the arm",
        "corrected_low": "lower end of the interval of Nadeau & Bengio (2003), for new data like these: the variance "
        "grows by test_rows / rows because the splits overlap",
        "corrected_high": "its upper end",
        "corrected_p": "two-sided p-value of no gain on new data like these; where all gains are equal and not zero, "
        "that of as many signs as splits that share no rows would weigh as much",
        "corrected_p_holm": "the same with Holm's correction over the data sets, learners and measures of the arm",
    },
    text=("data", "kind", "learner", "measure", "arm"),
)


def learner(name: str, kind: str, random_state: int):
    """Return a fresh scikit-learn estimator, as `RESAMPLING` names it."""
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    classify = kind == "classification"
    neighbours = KNeighborsClassifier if classify else KNeighborsRegressor
    tree = DecisionTreeClassifier if classify else DecisionTreeRegressor
    return {
        "decision tree": lambda: tree(random_state=random_state),
        "1-NN": lambda: neighbours(1),
        "5-NN": lambda: neighbours(5),
        "logistic regression": lambda: LogisticRegression(max_iter=1000),
        "LDA": lambda: LinearDiscriminantAnalysis(),
        "Gaussian NB": lambda: GaussianNB(),
        "ridge": lambda: Ridge(),
        "least squares": lambda: LinearRegression(),
    }[name]()


def predictions(model, data: Data, x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """Fit and predict: class probabilities (m, classes of the data set), or the target (m, 1).

    A class that is not among the rows has probability zero.
    """
    model.fit(x, y)
    if data.kind == "regression":
        return model.predict(x_test)[:, None]
    out = np.zeros((len(x_test), int(data.y.max()) + 1))
    out[:, model.classes_] = model.predict_proba(x_test)
    return out


def scores(predicted: np.ndarray, y: np.ndarray, kind: str) -> dict[str, float]:
    """Return the measures of `predictions` against the held-out targets `y` (m,)."""
    if kind == "regression":
        return {R2: float(1 - ((y - predicted[:, 0]) ** 2).sum() / ((y - y.mean()) ** 2).sum())}
    truth = np.eye(predicted.shape[1])[y]
    return {
        ACCURACY: float((predicted.argmax(axis=1) == y).mean()),
        BRIER: float(((predicted - truth) ** 2).sum(axis=1).mean()),
    }


def one_split(data: Data, name: str, config: Mapping[str, Any], seed: int, number: int) -> tuple[dict, int]:
    """Return {(arm, measure): score} of one random split, and its training and held-out rows.

    The split and the resamples are the same for all learners. An arm whose fit raises an error is missing.
    """
    part = split(data, config["rows"], generator(seed, "duplication", f"resampling: {data.name}", number))
    rng = generator(seed, "duplication", f"resampling: {data.name}: resamples", number)
    n = len(part.y)
    order, bags = rng.permutation(n), rng.integers(0, n, (config["bags"], n))
    states = rng.integers(2**31, size=config["bags"] + 2)

    def predict(index: np.ndarray, state: int) -> np.ndarray:
        return predictions(learner(name, data.kind, int(state)), data, part.x[index], part.y[index], part.x_test)

    def score(predicted: np.ndarray) -> dict[str, float]:
        return scores(predicted, part.y_test, data.kind)

    found = {}
    whole = {
        ORIGINAL: (np.arange(n), states[0]),
        AGAIN: (order, states[1]),
        COPIES: (np.tile(np.arange(n), TIMES), states[0]),
    }
    with warnings.catch_warnings():
        # collinear columns and unfinished iterations are part of what a resample does to a learner
        warnings.simplefilter("ignore")
        for arm, (index, state) in whole.items():
            # numpy's and scikit-learn's refusals to fit are value errors; any other error is a bug
            with contextlib.suppress(ValueError):
                found[arm] = score(predict(index, state))
        with contextlib.suppress(ValueError):
            each = [predict(index, state) for index, state in zip(bags, states[2:], strict=True)]
            singles = [score(predicted) for predicted in each]
            found[RESAMPLE] = {measure: float(np.mean([s[measure] for s in singles])) for measure in singles[0]}
            found[BAGGED] = score(np.mean(each, axis=0))
    flat = {(arm, measure): value for arm, values in found.items() for measure, value in values.items()}
    return flat, (n, len(part.y_test))


def resampling(config: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Return `RESAMPLING`; `config` is the section `duplication.resampling`."""
    cells = [
        (load(data), name)
        for data in config["data"]
        for name in (CLASSIFIERS if load(data).kind == "classification" else REGRESSORS)
    ]
    rows = []
    for data, name in progress(cells, "resampling"):
        found = [one_split(data, name, config, seed, number) for number in range(config["splits"])]
        rows += summary(data, name, [scored for scored, _ in found], *found[0][1], config["bags"])
    frame = pd.DataFrame(rows, columns=[c for c in RESAMPLING.columns if not c.endswith("p_holm")])
    for p in ("p", "corrected_p"):
        frame[f"{p}_holm"] = frame.groupby("arm")[p].transform(holm)
    return frame[list(RESAMPLING.columns)]


def summary(data: Data, name: str, found: list[dict], rows: int, test_rows: int, bags: int) -> list[tuple]:
    """Return the rows of `RESAMPLING` of one learner and data set, without the corrected p-values."""
    out = []
    for measure in (R2,) if data.kind == "regression" else (ACCURACY, BRIER):
        for arm in ARMS:
            both = {(arm, measure), (ORIGINAL, measure)}
            pairs = [(s[arm, measure], s[ORIGINAL, measure]) for s in found if both <= set(s)]
            ours, original = np.array(pairs).reshape(-1, 2).T
            gains = (original - ours) if measure == BRIER else (ours - original)
            gains[np.abs(gains) <= ROUNDING] = 0.0
            tested = _tests(gains, test_rows / rows) if arm != ORIGINAL else (0.0, *[np.nan] * 6)
            used = bags if arm in (RESAMPLE, BAGGED) else 0
            mean = ours.mean() if len(ours) else np.nan
            key = (data.name, data.kind, name, measure, arm, rows, test_rows, len(gains), used)
            out.append((*key, len(found) - len(gains), mean, *tested))
    return out


def _tests(gains: np.ndarray, overlap: float) -> tuple:
    """Mean gain; t interval and p-value; the same corrected for overlapping splits."""
    n = len(gains)
    if n < 2:
        return (gains.mean() if n else np.nan, *[np.nan] * 6)
    mean, variance = gains.mean(), gains.var(ddof=1)
    out = [mean]
    for shared in (0.0, overlap):
        error = np.sqrt(variance * (1 / n + shared))
        margin = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * error
        p = 2 * stats.t.sf(abs(mean) / error, n - 1) if error > 0 else float(mean == 0)
        out += [mean - margin, mean + margin, sign_floor(p, gains, shared)]
    return tuple(out)
