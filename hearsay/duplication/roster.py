"""Every classifier and regressor of scikit-learn, as the census takes it, with what its objective makes one expect.

The expectation is written from the documented objective and algorithm, not from fits; but a prototype's results for
most estimators at their defaults were known when it was written, so agreement with it is no blind prediction. Its
words:
mean: a functional of the empirical distribution (a mean loss, fractions, quantiles), so the same under copies; also in
distribution, where a fixed number of rows is drawn with replacement;
sum: a sum over rows meets an absolute constant (a penalty, a prior, a pseudo-count);
size: the number of rows itself enters (degrees of freedom, an information criterion, a shrinkage intensity);
count: an absolute number of rows (neighbours, rows of a leaf);
folds: internal cross-validation, which copies cross unless they are grouped;
steps: as many updates as rows in every pass;
resample: rows are drawn, as many as there are or a share of them, so that copies change how many; or a fixed number
without replacement, where copies let one row be drawn more than once;
split: a random validation part, into which copies leak.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sklearn.base import BaseEstimator, clone
from sklearn.utils import all_estimators

from hearsay.duplication.data import Split, plain
from hearsay.errors import HearsayError

EXPECTATIONS = ("mean", "sum", "size", "count", "folds", "steps", "resample", "split")
# training rows at most, for fits whose cost grows steeply with rows, classes or folds; the cells record the rows
CAPS = {
    "CalibratedClassifierCV": 150,
    "GaussianProcessClassifier": 100,
    "GaussianProcessRegressor": 150,
    "GradientBoostingClassifier": 100,
    "HistGradientBoostingClassifier": 150,
    "LabelPropagation": 100,
    "LabelSpreading": 100,
    "LogisticRegressionCV": 100,
    "MLPClassifier": 150,
    "MLPRegressor": 150,
    "MultiTaskElasticNetCV": 150,
    "MultiTaskLassoCV": 150,
    "RidgeCV": 150,
    "RidgeClassifierCV": 100,
    "StackingRegressor": 150,
    "TunedThresholdClassifierCV": 150,
}
KINDS = {"classification": "classifier", "regression": "regressor"}


@dataclass(frozen=True)
class Entry:
    """One row of the census.

    name: unique, the class and what was set; estimator: the class; setting: what was set, '' for the defaults;
    kind: 'classification' or 'regression'; build: from a seed to the unfitted estimator; view: the rows as this
    estimator takes them; expects: one of EXPECTATIONS; why: in a few words; cap: training rows at most, 0 for no cap;
    draws: the fit draws rows by their place, so that their order matters at the same random state.
    """

    name: str
    estimator: str
    setting: str
    kind: str
    build: Callable[[int], BaseEstimator]
    view: Callable[[Split], Split]
    expects: str
    why: str
    cap: int = 0
    draws: bool = False


def seeded(estimator: BaseEstimator, seed: int) -> BaseEstimator:
    """Return a clone with every random state in it set to `seed`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        estimator = clone(estimator)
    states = [name for name in estimator.get_params(deep=True) if name.split("__")[-1] == "random_state"]
    return estimator.set_params(**dict.fromkeys(states, seed))


def row(
    kind: str,
    cls: type,
    expects: str,
    why: str,
    view: Callable[[Split], Split] = plain,
    required: dict | None = None,
    draws: bool = False,
    **set_to,
) -> Entry:
    """Return the entry of `cls` with its required arguments and the parameters `set_to`, all others at defaults."""
    if expects not in EXPECTATIONS:
        raise HearsayError(f"census: {cls.__name__} expects {expects!r}; the words are {', '.join(EXPECTATIONS)}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # a class on its way out is still a row
        made = cls(**(required or {}), **set_to)
    setting = ", ".join(f"{name}={_shown(value)}" for name, value in set_to.items())
    name = f"{cls.__name__}({setting})" if setting else cls.__name__
    return Entry(
        name,
        cls.__name__,
        setting,
        kind,
        lambda seed: seeded(made, seed),
        view,
        expects,
        why,
        CAPS.get(cls.__name__, 0),
        draws or expects in ("resample", "split"),
    )


def _shown(value) -> str:
    return " ".join(repr(value).split())


@lru_cache(maxsize=1)
def roster() -> tuple[Entry, ...]:
    """Return every entry, classifiers first, by name. Raises HearsayError where two share a name."""
    from hearsay.duplication import roster_classifiers, roster_regressors

    entries = [
        row(kind, *fields[:3], **fields[3])
        for kind, table in (
            ("classification", roster_classifiers.rows()),
            ("regression", roster_regressors.rows()),
        )
        for fields in table
    ]
    names = [entry.name for entry in entries]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise HearsayError(f"census: more than one entry is called {', '.join(sorted(twice))}; give each its setting")
    return tuple(sorted(entries, key=lambda entry: (entry.kind, entry.name)))


def missing(entries: tuple[Entry, ...] | list[Entry] | None = None) -> list[str]:
    """Return the classifiers and regressors of the installed scikit-learn that have no entry at their defaults."""
    entries = roster() if entries is None else entries
    have = {(entry.kind, entry.estimator) for entry in entries if not entry.setting}
    return [
        name
        for kind, filter_ in KINDS.items()
        for name, _ in all_estimators(type_filter=filter_)
        if (kind, name) not in have
    ]
