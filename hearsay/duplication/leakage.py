"""Cross-validation, out-of-bag scores and early stopping on labels that are pure chance, when every row is copied.

The default of 20 columns was not fixed in advance: it was chosen after seeing that 5 do not let the network with early
stopping overfit the rows, without which its validation score has nothing to show.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import gammaln
from scipy.stats import t as student

from hearsay.errors import HearsayError
from hearsay.progress import progress
from hearsay.seeds import generator
from hearsay.tables import Table

SLOW = ("random forest", "MLP with early stopping")
LEARNERS = ("majority", "1-NN", "SVC", "logistic regression", *SLOW)
CV, OOB, STOPPING = "accuracy in CV", "out of bag", "validation score of early stopping"
CHANCE = 0.5
CONFIDENCE = 0.95

LEAKAGE = Table(
    "duplication/leakage",
    "Scores on labels that are pure chance, by copies of every row",
    ("learner", "measure", "folds", "copies"),
    {
        "learner": "scikit-learn's estimator, at its defaults but for what its name says; majority: the larger class",
        "measure": "accuracy in CV; out of bag: oob_score_; validation score of early stopping: the best epoch's",
        "folds": "rows: copies of a row can stand on both sides of the split; grouped: all on one side. Grouped, "
        "the out-of-bag forest is fitted to the distinct rows, and the MLP's validation part holds no training row",
        "copies": "copies of every row, the row itself counted",
        "rows": "rows before copying, half of them of either class at random",
        "replicates": "data sets",
        "folds_scored": "folds of the cross-validation that were fitted, a data set; empty where there are none",
        "accuracy": "mean over data sets, a fraction; what any learner reaches on new rows is a half",
        "mc_error": "standard error of that mean over data sets",
        "low": "lower end of the 95 % t interval of the mean over data sets",
        "high": "its upper end",
        "law": "the expected accuracy, where it is known in closed form; else empty",
    },
    text=("learner", "measure", "folds"),
)


def copy_in_training(copies: int, rows: int, folds: int) -> float:
    """Return the probability that another copy of a test row stands in the training folds.

    `rows` rows, half of either class and each `copies` times, are dealt into `folds` stratified folds of equal size at
    random, copies like any rows: one minus the chance that all other copies fall into the test row's own fold. About
    1 - folds ** (1 - copies).
    """
    of_class = copies * rows // 2
    return 1 - np.exp(_log_share(of_class // folds - 1, of_class - 1, copies - 1))


def nearest_neighbour_law(copies: int, rows: int, folds: int) -> float:
    """Return the expected accuracy of 1-NN in such a cross-validation when labels are chance, a fraction.

    A copy in training is at distance zero and carries the right label. Without one the nearest row is any distinct row
    in training, and the classes' shares among those decide; exact for one copy (a half), else the ratio of their
    expected numbers, whose error is of order 1 / rows ** 2.
    """
    of_class, n = copies * rows // 2, rows // 2
    fold = of_class // folds
    same = (n - 1) * (1 - np.exp(_log_share(fold - copies, of_class - copies, copies)))
    other = n * (1 - np.exp(_log_share(fold, of_class, copies)))
    found = copy_in_training(copies, rows, folds)
    return found + (1 - found) * same / (same + other)


def _log_share(part: int, whole: int, drawn: int) -> float:
    """Log probability that `drawn` of `whole`, drawn without replacement, all come from `part`."""
    if drawn > part:
        return -np.inf
    terms = gammaln(part + 1) - gammaln(part - drawn + 1) - gammaln(whole + 1) + gammaln(whole - drawn + 1)
    return float(terms)


def coin_flips(rows: int, columns: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return X (rows, columns), standard normal, and y (rows,), a random half of the rows being 1.

    Exactly half, because stratified folds deal the sample's own share of either class into every test fold. With
    independent coins that share is not a half, and a learner that only follows the majority scores above it: .54 of 100
    rows. With exact halves, training and test rows are always balanced, and chance is exactly a half for any learner.
    """
    return rng.standard_normal((rows, columns)), rng.permutation(np.repeat([0, 1], rows // 2))


def cells(config: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return (learner, copies) of every independent piece of the experiment, in a fixed order."""
    return [(learner, copies) for learner in reversed(LEARNERS) for copies in config["copies"]]


def leakage(config: Mapping[str, Any], seed: int, shard: int = 0, shards: int = 1) -> pd.DataFrame:
    """Run every `shards`-th cell from `shard` on; return their rows of `LEAKAGE`.

    config: the section `duplication.leakage`. The data sets are the same for all cells.
    Raises HearsayError where its rows are no multiple of twice its folds.
    """
    rows, folds = config["rows"], config["folds"]
    if rows % (2 * folds):
        raise HearsayError(
            f"duplication.leakage.rows: {rows} rows do not make {folds} folds with equal numbers of both classes; "
            f"take a multiple of {2 * folds}"
        )
    found = []
    for learner, copies in progress(cells(config)[shard::shards], "leakage"):
        scores = [_replicate(learner, copies, config, seed, r) for r in range(config["replicates"])]
        found += [
            _summary(learner, *key, copies, config, np.array([score[key] for score in scores])) for key in scores[0]
        ]
    return pd.DataFrame(found, columns=list(LEAKAGE.columns))


def _replicate(
    learner: str, copies: int, config: Mapping[str, Any], seed: int, replicate: int
) -> dict[tuple[str, str], float]:
    """Score one learner on one data set: (measure, folds) -> accuracy."""
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    x, y = coin_flips(
        config["rows"], config["columns"], generator(seed, "duplication", "leakage: coin flips", replicate)
    )
    groups = np.tile(np.arange(len(y)), copies)
    x, y = x[groups], y[groups]
    rng = generator(seed, "duplication", f"leakage: {learner}, {copies} copies", replicate)

    def draw() -> int:
        return int(rng.integers(2**31))

    def model(**options: Any):
        return _model(learner, draw(), config["trees"], **options)

    scores = {}
    for kind, splitter, group in (("rows", StratifiedKFold, None), ("grouped", StratifiedGroupKFold, groups)):
        splits = list(splitter(config["folds"], shuffle=True, random_state=draw()).split(x, y, group))
        # a fold's expected accuracy is that of all: slow learners are fitted to more data sets instead of more folds
        splits = splits[: _folds_scored(learner, config)]
        hits = [model().fit(x[train], y[train]).predict(x[test]) == y[test] for train, test in splits]
        scores[CV, kind] = float(np.mean(np.concatenate(hits)))
    if learner == "random forest":
        scores[OOB, "rows"] = float(model(oob_score=True).fit(x, y).oob_score_)
        distinct = np.unique(x, axis=0, return_index=True)[1]
        scores[OOB, "grouped"] = float(model(oob_score=True).fit(x[distinct], y[distinct]).oob_score_)
    if learner == "MLP with early stopping":
        scores[STOPPING, "rows"] = float(model().fit(x, y).best_validation_score_)
        scores[STOPPING, "grouped"] = grouped_early_stopping(x, y, groups, draw())
    return scores


def _folds_scored(learner: str, config: Mapping[str, Any]) -> int:
    return min(config["slow_folds"], config["folds"]) if learner in SLOW else config["folds"]


def _model(learner: str, random_state: int, trees: int, **options: Any):
    from sklearn.dummy import DummyClassifier
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.neural_network import MLPClassifier
    from sklearn.svm import SVC

    return {
        "majority": lambda: DummyClassifier(),
        "1-NN": lambda: KNeighborsClassifier(1),
        "SVC": lambda: SVC(),
        "logistic regression": lambda: LogisticRegression(),
        "random forest": lambda: RandomForestClassifier(trees, random_state=random_state, **options),
        "MLP with early stopping": lambda: MLPClassifier(early_stopping=True, random_state=random_state),
    }[learner]()


def grouped_early_stopping(x: np.ndarray, y: np.ndarray, groups: np.ndarray, random_state: int) -> float:
    """Fit scikit-learn's MLP with early stopping whose validation part shares no group with the training part.

    MLPClassifier takes no validation rows of the caller's, so its own rule is run outside it: a tenth of the rows, the
    score after every epoch, the end once `n_iter_no_change` epochs in a row did not raise it by `tol`, or after
    `max_iter` epochs. Returns the best epoch's validation accuracy.
    """
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.neural_network import MLPClassifier

    state = np.random.RandomState(random_state)  # an instance: `partial_fit` restarts from an integer at every epoch
    network = MLPClassifier(random_state=state)
    parts = round(1 / network.validation_fraction)
    splits = StratifiedGroupKFold(parts, shuffle=True, random_state=random_state).split(x, y, groups)
    train, validation = next(splits)
    best, idle = -np.inf, 0
    for _ in range(network.max_iter):
        network.partial_fit(x[train], y[train], classes=[0, 1])
        score = network.score(x[validation], y[validation])
        idle = idle + 1 if score < best + network.tol else 0
        best = max(best, score)
        if idle > network.n_iter_no_change:
            break
    return float(best)


def _summary(
    learner: str, measure: str, folds: str, copies: int, config: Mapping[str, Any], scores: np.ndarray
) -> tuple:
    n = len(scores)
    mean, error = scores.mean(), scores.std(ddof=1) / np.sqrt(n)
    margin = student.ppf((1 + CONFIDENCE) / 2, n - 1) * error
    law = np.nan
    if measure == CV:
        if learner == "majority" or folds == "grouped" or copies == 1:
            law = CHANCE
        elif learner == "1-NN":
            law = nearest_neighbour_law(copies, config["rows"], config["folds"])
    scored = _folds_scored(learner, config) if measure == CV else np.nan
    low, high = np.clip([mean - margin, mean + margin], 0, 1)
    return learner, measure, folds, copies, config["rows"], n, scored, mean, error, low, high, law
