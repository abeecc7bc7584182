"""Random estimators under copies: the same in distribution, restored by a setting, or changed.

Design, fixed before any result. Each estimator whose fits differ between seeds is fitted with `seeds` seeds an arm, no
seed in two arms, and every fit is its scores on the same held-out rows. Arms: `original`; `again`, the originals once
more (the floor of the instrument); `permuted`, the rows in another order for each seed; `weighted`, the constant
sample weight k; `copied`; and `remedy`, copies with each setting that may undo them: all are tried, none is left out.
`again` is tested against `original`, every other arm against both together, by the energy test; Holm's correction
takes the arms `copied` as one family, all settings tried as another and the floors (again, permuted, weighted) as a
third. That nothing was rejected is no evidence of sameness: that rests on a bound on the shift of the mean scores.
Ensembles have few members here (LIGHTER). The members of a forest or a bag are drawn independently given the rows, so
those are alike in distribution exactly when their trees are; of a boosting, a network or a search for a consensus,
verdicts speak of the smaller setting, which is named beside them.
"""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special
from sklearn.base import is_classifier
from sklearn.utils.validation import has_fit_parameter

from hearsay.duplication import data, probe
from hearsay.duplication.remedies import remedies, tighten
from hearsay.duplication.roster import Entry, roster
from hearsay.duplication.twosample import energy_test, holm, shift
from hearsay.errors import HearsayError
from hearsay.progress import progress
from hearsay.seeds import generator
from hearsay.tables import Table

DATA = {"classification": "wine", "regression": "diabetes"}
LIGHTER = {  # smaller than the defaults, by class: what fits the time of 200 seeds an arm
    "AdaBoostRegressor": {"n_estimators": 5},
    "BaggingClassifier": {"n_estimators": 5},
    "BaggingRegressor": {"n_estimators": 5},
    "ExtraTreesClassifier": {"n_estimators": 5},
    "ExtraTreesRegressor": {"n_estimators": 5},
    "GradientBoostingClassifier": {"n_estimators": 5},
    "GradientBoostingRegressor": {"n_estimators": 5},
    "HistGradientBoostingClassifier": {"max_iter": 10},
    "HistGradientBoostingRegressor": {"max_iter": 10},
    "MLPClassifier": {"max_iter": 25},
    "MLPRegressor": {"max_iter": 25},
    "RANSACRegressor": {"max_trials": 20},
    "RandomForestClassifier": {"n_estimators": 5},
    "RandomForestRegressor": {"n_estimators": 5},
    "TheilSenRegressor": {"max_subpopulation": 300},
}
FAMILIES = {"again": "floors", "permuted": "floors", "weighted": "floors", "copied": "copied", "remedy": "remedy"}
FEWER_ROWS = {"StackingRegressor": 24}  # whose grouped folds are as many as rows
EARLY = {"n_iter_no_change": {"n_estimators": 20}}  # more where a boosting must be able to stop early

DISTRIBUTION = Table(
    "duplication/distribution",
    "Random estimators over many seeds: every arm against the originals",
    ("name", "arm", "remedy"),
    {
        "name": "estimator and setting, as in the census",
        "estimator": "class",
        "setting": "what was set; empty for the defaults",
        "lighter": "what was made smaller than its default in every arm, to save time; empty for nothing",
        "kind": "classification or regression",
        "data": "data set",
        "rows": "training rows before copying",
        "copies": "copies of every row in the arms copied and remedy, and the weight in the arm weighted",
        "arm": "original, again (other seeds), permuted (other orders of the rows), weighted (a constant sample "
        "weight), copied, or remedy (copies and a setting)",
        "remedy": "the setting in the arm remedy; empty elsewhere",
        "order": "place among the settings tried, from 1; 0 in other arms",
        "seeds": "fits of the arm that gave finite scores",
        "failed": "fits of the arm that raised or gave scores that are not finite; not in what follows",
        "statistic": "energy statistic against the reference: original for again, original and again for the rest",
        "p": "its permutation p-value",
        "p_least": "smallest p-value that the permutations and the numbers of seeds allow",
        "p_holm": "`p` by Holm's correction over the family: all arms copied; all settings tried; all floors (again, "
        "permuted, weighted)",
        "shift": "root mean square shift of the mean scores over held-out rows and columns from the reference's, in "
        "root mean variances of the reference over seeds, debiased; infinite where a constant reference is missed",
        "shift_low": "lower end of its interval over seeds, which errs towards too wide",
        "shift_high": "upper end",
        "level": "level of that interval: below the bound exactly when a one-sided test of half the rest says so",
        "score": "mean held-out score: accuracy, or R squared",
        "score_sd": "standard deviation of the held-out score over seeds",
        "score_mc": "Monte Carlo error of `score`",
    },
    text=("name", "estimator", "setting", "lighter", "kind", "data", "arm", "remedy"),
)


@dataclass(frozen=True)
class Sample:
    """The fits of one arm: scores (S, m c) on the held-out rows, held-out score (S,), and how many failed."""

    scores: np.ndarray
    held_out: np.ndarray
    failed: int


def lighter(entry: Entry) -> dict:
    """Return the parameters that are set smaller than their defaults for this entry."""
    changed = LIGHTER.get(entry.estimator, {})
    for param, instead in EARLY.items():
        if f"{param}=" in entry.setting and "n_estimators" in changed:
            changed = {**changed, **instead}
    return {name: value for name, value in changed.items() if f"{name}=" not in entry.setting}


def measure(
    config: Mapping, confidence: float, seed: int, shard: int = 0, only: set[str] | None = None
) -> pd.DataFrame:
    """Return the arms of this shard's entries, `p_holm` still empty: the table DISTRIBUTION, in part.

    config: the section `distribution`; only: names to keep, for tests. Entries whose fits do not depend on the seed
    have no rows.
    """
    entries = [entry for entry in roster() if only is None or entry.name in only][shard :: config["shards"]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of deprecated classes, which the census takes as well
        rows = [row for entry in progress(entries, "fits over seeds") for row in arms(entry, config, confidence, seed)]
    return pd.DataFrame(rows, columns=list(DISTRIBUTION.columns))


def gather(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the table DISTRIBUTION of all shards, with Holm's correction over each family of its tests."""
    whole = pd.concat([part for part in parts if len(part)], ignore_index=True)
    return whole.assign(p_holm=whole.groupby(whole["arm"].map(FAMILIES))["p"].transform(holm))


def arms(entry: Entry, config: Mapping, confidence: float, seed: int) -> Iterator[dict]:
    """Yield the rows of one entry, nothing where its fits do not depend on the seed."""
    rows = min(config["rows"], entry.cap or config["rows"], FEWER_ROWS.get(entry.estimator, config["rows"]))
    drawn = generator(seed, "duplication", f"distribution/{DATA[entry.kind]}", 0)
    split = entry.view(data.split(data.load(DATA[entry.kind]), rows, drawn))
    smaller, k = lighter(entry), config["copies"]

    def build(state: int):
        return entry.build(state).set_params(**smaller)

    if not is_random(build, split):
        return
    x, y, ids = probe.copied(split.x, split.y, k, "tile")
    samples: dict[tuple[str, int], Sample] = {}
    names = {}

    def sample(arm: str, fit, order: int = 0) -> None:
        key = f"distribution/{entry.name}/{arm}{order or ''}"
        draws = (generator(seed, "duplication", key, i) for i in range(config["seeds"]))
        samples[arm, order] = _sample(fit, draws, split)

    def state(draw: np.random.Generator) -> int:
        return int(draw.integers(2**31))

    def permuted(draw):
        order = draw.permutation(len(split.y))
        return probe.fit(build(state(draw)), split.x[order], split.y[order])[0]

    for arm in ("original", "again"):
        sample(arm, lambda draw: probe.fit(build(state(draw)), split.x, split.y)[0])
    sample("permuted", permuted)
    if has_fit_parameter(build(0), "sample_weight"):
        weight = np.full(len(split.y), float(k))
        sample("weighted", lambda draw: probe.fit(build(state(draw)), split.x, split.y, sample_weight=weight)[0])
    sample("copied", lambda draw: probe.fit(build(state(draw)), x, y)[0])
    for order, remedy in enumerate(remedies(build(0)), start=1):
        names[order] = remedy.name
        # bound in the default, or every fit would use the last remedy
        sample(
            "remedy",
            lambda draw, remedy=remedy: probe.fit(remedy.apply(build(state(draw)), k, ids, x, y), x, y)[0],
            order,
        )
    for (arm, order), found in samples.items():
        alpha = (1 - confidence) / (len(names) if order else 1)
        compared = _compare(samples, arm, found, alpha, config["permutations"], entry.name, order, seed)
        yield {
            "name": entry.name,
            "estimator": entry.estimator,
            "setting": entry.setting,
            "lighter": ", ".join(f"{name}={value}" for name, value in smaller.items()),
            "kind": entry.kind,
            "data": DATA[entry.kind],
            "rows": len(split.y),
            "copies": k,
            "arm": arm,
            "remedy": names.get(order, ""),
            "order": order,
            "seeds": len(found.held_out),
            "failed": found.failed,
            **compared,
        }


def is_random(build, split: data.Split) -> bool:
    """Return whether fits at two seeds differ, and not only by a tolerance that can be tightened."""
    if not any(name.split("__")[-1] == "random_state" for name in build(0).get_params(deep=True)):
        return False

    def differ(make, bound: float) -> bool:
        a, b = (probe.scores(probe.fit(make(state), split.x, split.y)[0], split.x_test) for state in (0, 1))
        return probe.difference(a, b) > bound

    if not differ(build, 1e-8):
        return False
    return tighten(build(0)) is None or differ(lambda state: tighten(build(state)), 1e-6)


def comparable(model, x: np.ndarray) -> np.ndarray:
    """Return the scores (m, c) of a fitted model whose columns mean the same for every seed.

    A random code book has as many models as it draws and no scores of its own: there the predicted classes count, one
    column of 0 and 1 a class.
    """
    if is_classifier(model) and not (hasattr(model, "predict_proba") or hasattr(model, "decision_function")):
        labels = probe.labels(model, x)
        return labels.astype(float) if labels.ndim > 1 else (labels[:, None] == model.classes_).astype(float)
    return probe.scores(model, x)


def _sample(fit, draws: Iterator[np.random.Generator], split: data.Split) -> Sample:
    scores, held_out, failed = [], [], 0
    for draw in draws:
        try:
            model = fit(draw)
            found = comparable(model, split.x_test).ravel()
        except (ValueError, FloatingPointError, ArithmeticError, np.linalg.LinAlgError):
            failed += 1
            continue
        if not np.isfinite(found).all() or (scores and len(found) != len(scores[0])):
            failed += 1
            continue
        scores.append(found)
        held_out.append(probe.held_out(model, split.x_test, split.y_test))
    return Sample(np.array(scores), np.array(held_out), failed)


def _compare(samples, arm, found, alpha, permutations, name, order, seed) -> dict:
    """Return the columns from `statistic` to `score_mc` of one arm."""
    spread = found.held_out.std(ddof=1) if len(found.held_out) > 1 else np.nan
    row = dict.fromkeys(("statistic", "p", "p_least", "p_holm", "shift", "shift_low", "shift_high"), np.nan) | {
        "level": 1 - 2 * alpha,
        "score": found.held_out.mean() if len(found.held_out) else np.nan,
        "score_sd": spread,
        "score_mc": spread / np.sqrt(max(len(found.held_out), 1)),
    }
    against = {"original": (), "again": ("original",)}.get(arm, ("original", "again"))
    pooled = [samples[other, 0] for other in against if len(samples[other, 0].held_out)]
    if not pooled or len(found.held_out) < 2 or sum(len(other.held_out) for other in pooled) < 2:
        return row
    scores = np.concatenate([other.scores for other in pooled])
    if scores.shape[1] != found.scores.shape[1]:
        raise HearsayError(f"distribution: {name}, arm {arm}: scores of another shape than the originals'")
    rng = generator(seed, "duplication", f"distribution/{name}/test/{arm}", order)
    tested, moved = energy_test(found.scores, scores, permutations, rng), shift(found.scores, scores, alpha)
    arrangements = special.comb(len(found.scores) + len(scores), len(found.scores))
    return row | {
        "statistic": tested.statistic,
        "p": tested.p,
        "p_least": max(1 / (1 + permutations), 1 / arrangements),
        "shift": moved.estimate,
        "shift_low": moved.low,
        "shift_high": moved.high,
    }
