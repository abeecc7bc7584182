"""Oversampling before and after the split, on labels that have nothing to do with the data.

The experiment of Vandewiele et al. 2021 (Artificial Intelligence in Medicine 111, 101987): uniform noise, a tenth of
the rows positive at random, a random forest, one split with a quarter of the rows held out. Their script
(github.com/GillesVandewiele/EHG-Oversampling, experiments/smote_random_data.py) runs once from one seed; here it is
run again draw by draw, and then on fresh data sets, with plain duplication and grouped splits beside SMOTE.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from hearsay.errors import HearsayError
from hearsay.progress import progress
from hearsay.seeds import generator
from hearsay.tables import Table

COLUMNS, POSITIVE, TREES, HELD_OUT = 5, 0.1, 100, 0.25
PUBLISHED_ROWS, PUBLISHED_SEED, NEIGHBOURS = 10_000, 42, 5
CONFIDENCE = 0.95

# arm -> method, when, and the key of the published value
ARMS = {
    "nothing": ("none", "", "vandewiele.auc-none"),
    "SMOTE after the split": ("SMOTE", "after the split", "vandewiele.auc-after"),
    "SMOTE before the split": ("SMOTE", "before the split", "vandewiele.auc-before"),
    "duplication after the split": ("duplication", "after the split", ""),
    "duplication before the split": ("duplication", "before the split", ""),
    "duplication before a grouped split": ("duplication", "before a grouped split", ""),
}

OVERSAMPLING = Table(
    "duplication/oversampling",
    "AUC on labels that are pure chance, by when the positives are oversampled",
    ("arm",),
    {
        "arm": "what was done to the positives, and when",
        "method": "none; SMOTE, or duplication (random positives drawn again), until both classes are equally large",
        "when": "before or after the split, or before a split that keeps all copies of a row on one side",
        "rows": "rows before oversampling",
        "repeats": "data sets, each with one split of its own",
        "auc": "mean AUC on the held-out rows over data sets; what any learner reaches on new rows is a half",
        "sd": "standard deviation of the AUC over data sets: data, split and forest are all drawn anew",
        "mc_error": "standard error of the mean over data sets: sd over the root of their number",
        "low": "lower end of the 95 % t interval of the mean over data sets",
        "high": "its upper end",
        "published": "published AUC, of one run; empty where none is",
        "rerun": "AUC of the published script run again, with its seed, data, split and draws; empty where none "
        "is, or by the config",
        "z": "published AUC less ours over the standard deviation of that difference (one run against the mean), "
        "Student's t on repeats - 1 degrees of freedom; empty where none is published or the rows are not as many",
    },
    text=("arm", "method", "when"),
)


def cells(config: Mapping[str, Any]) -> list[str]:
    """Return the arms in a fixed order; `config` is the section `duplication.leakage`."""
    return list(ARMS)


def oversampling(
    config: Mapping[str, Any], published: Mapping[str, float | str], seed: int, shard: int = 0, shards: int = 1
) -> pd.DataFrame:
    """Run every `shards`-th arm from `shard` on; return their rows of `OVERSAMPLING`.

    config: the section `duplication.leakage`; published: the keys vandewiele.auc-none, -after and -before with values.
    Raises HearsayError where `published` lacks one of them.
    """
    missing = [key for _, _, key in ARMS.values() if key and key not in published]
    if missing:
        raise HearsayError(f"published figures: no key {missing[0]!r}; add it to report/published.csv")
    rows, repeats = config["oversampling_rows"], config["oversampling_repeats"]
    found = []
    for arm in cells(config)[shard::shards]:
        method, when, key = ARMS[arm]
        auc = np.array([_repeat(arm, rows, seed, r) for r in progress(range(repeats), f"oversampling, {arm}")])
        mean, sd = auc.mean(), auc.std(ddof=1)
        error = sd / np.sqrt(repeats)
        margin = student.ppf((1 + CONFIDENCE) / 2, repeats - 1) * error
        theirs = float(published[key]) if key else np.nan
        z = (theirs - mean) / (sd * np.sqrt(1 + 1 / repeats)) if rows == PUBLISHED_ROWS else np.nan
        again = rerun()[arm] if key and config["oversampling_rerun"] else np.nan
        low, high = np.clip([mean - margin, mean + margin], 0, 1)
        found.append((arm, method, when, rows, repeats, mean, sd, error, low, high, theirs, again, z))
    return pd.DataFrame(found, columns=list(OVERSAMPLING.columns))


def noise(rows: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return X (rows, 5), uniform, and y (rows,), 1 with probability a tenth whatever X is."""
    return rng.random((rows, COLUMNS)), (rng.random(rows) < POSITIVE).astype(int)


def _repeat(arm: str, rows: int, seed: int, repeat: int) -> float:
    """AUC of one arm on one data set: the data are the same for all arms, the split and the forest are not."""
    from imblearn.over_sampling import SMOTE, RandomOverSampler
    from sklearn.model_selection import GroupShuffleSplit, train_test_split

    x, y = noise(rows, generator(seed, "duplication", "oversampling: noise", repeat))
    rng = generator(seed, "duplication", f"oversampling: {arm}", repeat)
    first, second, third = (int(s) for s in rng.integers(2**31, size=3))
    method, when, _ = ARMS[arm]
    sampler = SMOTE(random_state=first) if method == "SMOTE" else RandomOverSampler(random_state=first)
    if when.startswith("before"):
        x, y = sampler.fit_resample(x, y)
    index = np.arange(len(y))
    if when == "before a grouped split":
        split = GroupShuffleSplit(1, test_size=HELD_OUT, random_state=second)
        train, test = next(split.split(x, y, sampler.sample_indices_))
    else:
        train, test = train_test_split(index, test_size=HELD_OUT, random_state=second)
    x_train, y_train = x[train], y[train]
    if when == "after the split":
        x_train, y_train = sampler.fit_resample(x_train, y_train)
    return _auc(x_train, y_train, x[test], y[test], third)


def _auc(x: np.ndarray, y: np.ndarray, x_test: np.ndarray, y_test: np.ndarray, random_state) -> float:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import roc_auc_score

    forest = RandomForestClassifier(TREES, random_state=random_state).fit(x, y)
    return float(roc_auc_score(y_test, forest.predict_proba(x_test)[:, 1]))


@cache
def rerun() -> dict[str, float]:
    """Run the published script with its own seed; return arm -> AUC.

    Every draw comes from numpy's legacy generator in the script's order: data, forest without oversampling, SMOTE after
    the split and its forest, SMOTE before the split and its forest.
    """
    from sklearn.model_selection import train_test_split

    state = np.random.RandomState(PUBLISHED_SEED)
    x = state.rand(PUBLISHED_ROWS, COLUMNS)
    y = state.choice([0, 1], size=PUBLISHED_ROWS, p=[1 - POSITIVE, POSITIVE])
    train, test, y_train, y_test = train_test_split(x, y, random_state=PUBLISHED_SEED)
    found = {"nothing": _auc(train, y_train, test, y_test, state)}
    found["SMOTE after the split"] = _auc(*_published_smote(train, y_train, state), test, y_test, state)
    more = _published_smote(x, y, state)
    train, test, y_train, y_test = train_test_split(*more, random_state=PUBLISHED_SEED)
    return found | {"SMOTE before the split": _auc(train, y_train, test, y_test, state)}


def _published_smote(x: np.ndarray, y: np.ndarray, state: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
    """SMOTE with the draws of the script's package, smote_variants, in its order; imbalanced-learn draws otherwise."""
    from sklearn.neighbors import NearestNeighbors

    minority = x[y == 1]
    missing = len(y) - 2 * len(minority)
    near = NearestNeighbors(n_neighbors=NEIGHBOURS + 1).fit(minority).kneighbors(minority, return_distance=False)
    base = state.choice(len(minority), missing)
    towards = minority[near[base, state.choice(np.arange(1, NEIGHBOURS + 1), missing)]]
    new = minority[base] + state.rand(missing, 1) * (towards - minority[base])
    return np.vstack([x, new]), np.concatenate([y, np.ones(missing, y.dtype)])
