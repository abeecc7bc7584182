"""What copying every row does to the reader's own estimator on the reader's own data, and the setting that undoes it.

The estimator is fitted to the training rows of every fold and to k copies of them, in both orders of copies, and the
fits' scores are compared. A setting counts as restoring only if it does so here. A random estimator is fitted with a
few seeds an arm on the first fold, which shows large changes only, and proves no sameness. Inside a search over
settings (GridSearchCV and its like) nothing is tried: what its grid needs is named only. The rows are also searched
for copies that they already hold: plain folds put those on both sides.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from sklearn.base import is_classifier, is_regressor
from sklearn.model_selection._search import BaseSearchCV

from hearsay.duplication import probe
from hearsay.duplication.check_input import Duplicates, build, features, find_duplicates, parts, targets
from hearsay.duplication.distribution import comparable
from hearsay.duplication.remedies import COUNT, DRAW, SUM, Remedy, remedies, tighten
from hearsay.duplication.roster import seeded
from hearsay.duplication.twosample import energy_test
from hearsay.errors import HearsayError
from hearsay.factory import said
from hearsay.seeds import generator

INVARIANT, TIGHTENED, CHANGED, NOT_SHOWN = "invariant", "invariant with tightened tolerance", "changed", "not shown"
EXACT, CLOSE = 1e-8, 1e-6  # largest relative differences that count as the same fit: direct, and iterated to the end
LEVEL = 0.05
PERMUTATIONS = 999


@dataclass(frozen=True)
class Report:
    """What copying does. Differences of scores are the largest ones, relative to the scores' spread.

    verdict: 'invariant', 'invariant with tightened tolerance', 'changed', or, of a random estimator, 'changed' (in
    distribution) and 'not shown'. flips: held-out labels that change, None for a regressor or a random estimator.
    score, score_copied: mean held-out score (accuracy or R squared) over folds, or over seeds. setting: what undoes
    the change here (of a random estimator: what leaves no difference shown), '' where nothing that is known does; sets:
    the parameters it sets, as text; private: it is reached only behind the public interface; after, score_after:
    difference and held-out score with it. tried: all settings tried, each with a difference that it leaves. converged:
    no fit of the defaults warned that it had not. untried: what the estimator inside a search over settings needs, by
    name. For a random estimator also seeds, seed_floor (median difference of two seeds), p and p_after (energy test of
    the arms); so few seeds show large shifts only.
    """

    estimator: str
    kind: str
    rows: int
    columns: int
    copies: int
    folds: int
    random: bool
    verdict: str
    difference: float
    flips: int | None
    score: float
    score_copied: float
    duplicates: Duplicates
    setting: str = ""
    sets: str = ""
    private: bool = False
    after: float | None = None
    score_after: float | None = None
    tried: dict[str, float] = field(default_factory=dict)
    converged: bool = True
    seeds: int | None = None
    seed_floor: float | None = None
    p: float | None = None
    p_after: float | None = None
    untried: tuple[str, ...] = ()


class _Bench:
    """One estimator, the data, the folds, and the fits."""

    def __init__(self, estimator, x, y: np.ndarray, copies: int, parts: list):
        self.estimator, self.x, self.y, self.copies, self.parts = estimator, x, y, copies, parts
        self.converged = True

    def fit(self, estimator, train: np.ndarray, how: str = "", remedy: Remedy | None = None, tight: bool = False):
        """Fit to rows `train`, or to their copies in the order `how`; any error becomes one line."""
        rows = train
        try:
            if how:
                _, _, ids = probe.copied(train, train, self.copies, how)
                rows = train[ids]
                if remedy is not None:
                    estimator = remedy.apply(estimator, self.copies, ids, np.asarray(_take(self.x, rows)), self.y[rows])
            estimator = tighten(estimator) if tight else estimator
            model, converged = probe.fit(estimator, _take(self.x, rows), self.y[rows])
        except Exception as error:
            raise _FitError(
                f"{type(self.estimator).__name__} raised on {len(rows):,} training rows: {said(error)}"
            ) from None
        self.converged &= converged or tight or remedy is not None
        return model

    def scores(self, model) -> np.ndarray:
        """Return the scores of all rows; none that is a number is an error, for nothing could be compared."""
        found = probe.scores(model, self.x)
        if not np.isfinite(found).any():
            raise _FitError(f"{type(self.estimator).__name__} gives no finite score on these rows; scale the columns")
        return found

    def compare(
        self, remedy: Remedy | None, tight: bool, bound: float = np.inf
    ) -> tuple[float, int | None, float, float]:
        """Return the difference and the label flips over all folds, and the mean held-out scores before and after.

        Stops at the first fold that exceeds `bound`: the difference is then one that is met, not the largest.
        """
        difference, flips, before, after = 0.0, 0 if is_classifier(self.estimator) else None, [], []
        for train, test in self.parts:
            original = self.fit(self.estimator, train, tight=tight)
            scores, held_out = self.scores(original), _take(self.x, test)
            before.append(probe.held_out(original, held_out, self.y[test]))
            for how in probe.ORDERS:
                copied = self.fit(self.estimator, train, how, remedy, tight)
                difference = max(difference, probe.difference(scores, self.scores(copied)))
                if difference > bound:
                    break
            after.append(probe.held_out(copied, held_out, self.y[test]))
            if flips is not None:
                flips += int((probe.labels(original, held_out) != probe.labels(copied, held_out)).sum())
            if difference > bound:
                break
        return difference, flips, float(np.mean(before)), float(np.mean(after))


class _FitError(HearsayError):
    """A fit that raised or gave no score: the end of the check for the estimator as it is, of a candidate otherwise."""


def check_duplication(
    factory: Callable[[], object], x, y, copies: int = 3, folds: int = 5, seeds: int = 10, seed: int = 0
) -> Report:
    """Return what `copies` copies of every row do to the estimator that `factory` makes, on these data.

    x: (n, p) numbers, an array or a data frame; y: (n,), labels for a classifier, numbers for a regressor; folds: for
    the held-out scores, rows of equal features kept together; seeds: fits an arm of a random estimator. Raises
    HearsayError, one line, for data or a factory that cannot be used.
    """
    if copies < 2 or folds < 2 or seeds < 2:
        raise HearsayError(f"copies {copies}, folds {folds} and seeds {seeds}: each must be 2 or more")
    estimator = build(factory)
    try:
        classes = is_classifier(estimator)
        usable = classes or is_regressor(estimator)
    except AttributeError:
        usable = False
    if not usable:
        raise HearsayError(f"{type(estimator).__name__} is no classifier or regressor of scikit-learn's kind")
    x = features(x)
    y = targets(y, len(x), classes, folds)
    ids = np.unique(np.asarray(x), axis=0, return_inverse=True)[1].ravel()
    duplicates = find_duplicates(ids, y, folds, seed)
    bench = _Bench(seeded(estimator, seed), x, y, copies, parts(ids, y, classes, folds, seed))
    random = _is_random(bench)
    common = {
        "estimator": type(estimator).__name__,
        "kind": "classification" if classes else "regression",
        "rows": len(y),
        "columns": x.shape[1],
        "copies": copies,
        "folds": folds,
        "duplicates": duplicates,
        "random": random,
        "untried": searched(bench.estimator),
    }
    return _over_seeds(bench, common, seeds, seed) if random else _exactly(bench, common)


def searched(estimator) -> tuple[str, ...]:
    """Return what the estimator inside a search over settings needs under copies; nothing for other estimators.

    Each by its name behind the parameter that holds it: the grid, where the grid sets it, else the estimator itself.
    """
    if not isinstance(estimator, BaseSearchCV):
        return ()
    grids = getattr(estimator, "param_grid", None) or getattr(estimator, "param_distributions", None) or {}
    varied = {name.split("__")[-1] for grid in ([grids] if hasattr(grids, "keys") else grids) for name in grid}
    where = "param_grid" if hasattr(estimator, "param_grid") else "param_distributions"
    known = [remedy.name for remedy in remedies(estimator.estimator) if remedy.sorts <= {SUM, COUNT, DRAW}]
    parts = known[0].split(", ") if known else []
    return tuple(f"{where if part.split()[0] in varied else 'estimator'}'s {part}" for part in parts)


def _is_random(bench: _Bench) -> bool:
    train = bench.parts[0][0]

    def differ(tight: bool) -> float:
        fits = (bench.fit(seeded(bench.estimator, state), train, tight=tight) for state in (0, 1))
        return probe.difference(*(bench.scores(fit) for fit in fits))

    if differ(False) <= EXACT:
        return False
    return tighten(bench.estimator) is None or differ(True) > CLOSE


def _exactly(bench: _Bench, common: dict) -> Report:
    """Compare fits that do not depend on a seed."""
    found, flips, before, after = bench.compare(None, False)
    report = Report(**common, verdict=CHANGED, difference=found, flips=flips, score=before, score_copied=after)
    report = replace(report, converged=bench.converged)
    if found <= EXACT:
        return replace(report, verdict=INVARIANT)
    tightens = tighten(bench.estimator) is not None
    if tightens:
        tightened, *_ = bench.compare(None, True, CLOSE)
        if tightened <= CLOSE:
            return replace(report, verdict=TIGHTENED, after=tightened)
    tried: dict[str, float] = {}
    for remedy in remedies(bench.estimator):
        for tight in (False, True)[: 1 + tightens]:
            bound = CLOSE if tight else EXACT
            try:
                left, _, _, score = bench.compare(remedy, tight, bound)
            except _FitError:
                break
            tried[remedy.name] = min(left, tried.get(remedy.name, np.inf))
            if left <= bound:
                return replace(report, after=left, score_after=score, tried=tried, **_named(bench, remedy, tight))
    return replace(report, tried=tried)


def _over_seeds(bench: _Bench, common: dict, seeds: int, seed: int) -> Report:
    """Compare fits that depend on a seed: no seed is in two arms."""
    train, test = bench.parts[0]
    held_out = _take(bench.x, test)

    def arm(name: str, how: str = "", remedy: Remedy | None = None) -> tuple[list[np.ndarray], float]:
        scores, right = [], []
        for i in range(seeds):
            state = int(generator(seed, "duplication", f"check/{name}", i).integers(2**31))
            model = bench.fit(seeded(bench.estimator, state), train, how, remedy)
            scores.append(comparable(model, held_out))
            right.append(probe.held_out(model, held_out, bench.y[test]))
        return scores, float(np.mean(right))

    def test_against(scores: list[np.ndarray], name: str) -> float:
        rng = generator(seed, "duplication", f"check/test/{name}", 0)
        flat = ([np.ravel(s) for s in part] for part in (scores, original))
        return energy_test(*(np.array(part) for part in flat), PERMUTATIONS, rng).p

    (original, before), (copied, after) = arm("original"), arm("copied", "tile")
    p = test_against(copied, "copied")
    report = Report(
        **common,
        verdict=CHANGED if p < LEVEL else NOT_SHOWN,
        difference=_median_difference(original, copied),
        flips=None,
        score=before,
        score_copied=after,
        seeds=seeds,
        seed_floor=_median_difference(original[:-1], original[1:]),
        p=p,
    )
    tried = {}
    for remedy in remedies(bench.estimator) if p < LEVEL else []:
        try:
            scores, score = arm(remedy.name, "tile", remedy)
        except _FitError:
            continue
        p_after = test_against(scores, remedy.name)
        tried[remedy.name] = _median_difference(original, scores)
        if p_after >= LEVEL:
            named = _named(bench, remedy, False)
            return replace(report, after=tried[remedy.name], score_after=score, p_after=p_after, tried=tried, **named)
    return replace(report, tried=tried)


def _median_difference(a: list[np.ndarray], b: list[np.ndarray]) -> float:
    return float(np.median([probe.difference(one, other) for one, other in zip(a, b, strict=True)]))


def _named(bench: _Bench, remedy: Remedy, tight: bool) -> dict:
    """Return the fields `setting`, `sets` and `private`: the name, and the plain values that it sets."""
    rows = np.concatenate([np.arange(len(bench.y))] * bench.copies)
    made = remedy.apply(bench.estimator, bench.copies, rows, np.asarray(bench.x)[rows], bench.y[rows])
    old, new = bench.estimator.get_params(), made.get_params()
    if "estimator" in new and "estimator" not in old:  # wrapped: what it holds
        new = made.estimator.get_params()
    plain = (int, float, str, np.number)
    sets = [
        f"{name}={value:.6g}" if isinstance(value, float | np.floating) else f"{name}={value!r}"
        for name, value in new.items()
        if name in old
        and isinstance(value, plain)
        and isinstance(old[name], (*plain, type(None)))
        and value != old[name]
    ]
    name = f"{remedy.name}, and its tolerance tightened" if tight else remedy.name
    return {"setting": name, "sets": ", ".join(sets), "private": remedy.private}


def _take(x, rows: np.ndarray):
    return x.iloc[rows] if isinstance(x, pd.DataFrame) else x[rows]
