"""Whether copying the training rows raises the held-out score, and a re-set default does as well without copies.

Design, fixed before any result. For each estimator and random split of a data set into as many test as training rows:
the held-out score of the fit to the rows, to their copies, and, where a rate or a count is known that copying
multiplies, to the rows with that default re-set (C * k, alpha / k, min_samples_leaf / k), all with one seed. Splits of
one data set share rows, so two intervals of the paired difference are given. That of Nadeau & Bengio 2003 (Machine
Learning 52, the corrected resampled t) speaks of new data from the same source; it is a heuristic, without a guarantee.
The plain paired t (`_here`) speaks of random splits of this very data set. Holm's correction takes all estimators and
data sets as one family. Where all differences are equal a t has no spread to go by: see `paired`.
"""

import warnings
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats

from hearsay.duplication import data, probe
from hearsay.duplication.distribution import lighter
from hearsay.duplication.remedies import remedies
from hearsay.duplication.roster import Entry, roster
from hearsay.duplication.twosample import equal, holm, sign_floor
from hearsay.progress import progress
from hearsay.seeds import generator
from hearsay.tables import Table

RISES, FALLS, NONE_SHOWN, SAME_FIT, NO_SCORE = "rises", "falls", "none shown", "same fit", "no score"
SAME = 1e-8  # largest relative difference of scores that counts as the same fit

HELPS = Table(
    "duplication/helps",
    "The held-out score before and after copying the training rows",
    ("data", "rows", "name"),
    {
        "name": "estimator and setting, as in the census",
        "estimator": "class",
        "setting": "what was set; empty for the defaults",
        "lighter": "what was made smaller than its default to save time; empty for nothing",
        "kind": "classification or regression",
        "data": "data set",
        "rows": "training rows of a split before copying",
        "test_rows": "test rows of a split",
        "copies": "copies of every training row",
        "splits": "random splits whose fits all succeeded",
        "failed": "splits in which a fit raised or gave no score; not in what follows",
        "score": "mean held-out score of the fits to the rows: accuracy, or R squared",
        "score_copied": "the same of the fits to the copies",
        "difference": "score_copied minus score",
        "mc": "Monte Carlo error of `difference` over random splits of this data set",
        "low": "lower end of its interval for new data of the same source (corrected resampled t)",
        "high": "upper end",
        "p": "its two-sided p-value",
        "p_holm": "the same by Holm's correction over all rows of the table",
        "changes": f"{RISES}, {FALLS} or {NONE_SHOWN} by `p_holm`; {SAME_FIT}; {NO_SCORE}",
        "low_here": "lower end of the interval over random splits of this data set (paired t)",
        "high_here": "upper end",
        "p_here": "its two-sided p-value",
        "p_here_holm": "the same by Holm's correction over all rows of the table",
        "changes_here": "as `changes`, by `p_here_holm`",
        "fit_difference": "largest difference between the two fits' scores, relative to their spread, over the splits",
        "reset": "the default re-set so that it does what copying does; empty where none is known",
        "reset_splits": "of `splits`, those whose fit with that setting succeeded too: what follows is over these",
        "reset_failed": "of `splits`, those whose fit with it raised or gave no score",
        "score_reset": "mean held-out score of the fits to the rows with that setting",
        "reset_score_copied": "that of the fits to the copies over the same splits",
        "reset_difference": "score_reset minus reset_score_copied",
        "reset_low": "lower end of its interval over random splits of this data set (paired t)",
        "reset_high": "upper end",
        "reset_fit_difference": "largest difference between its scores and the copied fit's, over the splits",
    },
    text=("name", "estimator", "setting", "lighter", "kind", "data", "changes", "changes_here", "reset"),
)


class Paired(NamedTuple):
    """Mean paired difference, its Monte Carlo error, interval and two-sided p-value."""

    mean: float
    mc: float
    low: float
    high: float
    p: float


def paired(differences: np.ndarray, confidence: float, overlap: float = 0.0, exact: bool = False) -> Paired:
    """Return the t interval of the mean of `differences` (J,), its variance taken as s^2 (1 / J + `overlap`).

    overlap: 0 for the plain t; test rows / training rows for Nadeau & Bengio's (2003, section 3) corrected one; exact:
    the fits compared are the same, so nothing is uncertain. Where all differences are equal for another reason (an
    accuracy takes few values), the signs are all there is: p is at least 2^(1 - J), and the interval is the sign
    test's of the median, which is the one value met if 2^(1 - J) allows it at this confidence and else unbounded;
    with `overlap`, J is the number of independent splits, 1 / (1 / J + overlap).
    """
    d = np.asarray(differences, float)
    mean = float(d.mean()) if len(d) else np.nan
    if len(d) and exact:
        return Paired(mean, 0.0, mean, mean, 1.0)
    if len(d) < 2:
        return Paired(mean, *[np.nan] * 4)
    spread = float(d.std(ddof=1))
    if equal(d):
        p = sign_floor(1.0 if not d.any() else 0.0, d, overlap)
        half = 0.0 if sign_floor(0.0, np.ones(len(d)), overlap) <= 1 - confidence else np.inf
        return Paired(mean, 0.0, mean - half, mean + half, p)
    error = spread * np.sqrt(1 / len(d) + overlap)
    half = stats.t.ppf((1 + confidence) / 2, len(d) - 1) * error
    return Paired(
        mean,
        spread / np.sqrt(len(d)),
        mean - half,
        mean + half,
        float(2 * stats.t.sf(abs(mean) / error, len(d) - 1)),
    )


def reset(estimator, k: int, x: np.ndarray, y: np.ndarray) -> tuple[str, object | None]:
    """Return what to set instead of fitting to the k copies x (kn, p), y (kn, ...), and the estimator with it.

    The first invertible remedy: rates and counts, multiplied by the inverse of what undoes the copies, counts to the
    nearest whole number (so the fits need not agree exactly: scores are compared). '' and None where none is known.
    """
    for remedy in remedies(estimator):
        if remedy.invertible:
            swapped = remedy.name.translate(str.maketrans("*/", "/*"))
            return swapped, remedy.apply(estimator, 1 / k, None, x, y)
    return "", None


def measure(
    config: Mapping, confidence: float, seed: int, shard: int = 0, only: set[str] | None = None
) -> pd.DataFrame:
    """Return the rows of this shard's estimators, the verdicts still empty: the table HELPS, in part.

    config: the section `helps`; only: names of entries to keep, for tests.
    """
    cells = [
        (entry, name, rows)
        for name in config["data"]
        for rows in config["rows"]
        for entry in roster()
        if entry.kind == data.load(name).kind and (only is None or entry.name in only)
    ][shard :: config["shards"]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of deprecated classes, which the census takes as well
        found = [_row(*cell, config, confidence, seed) for cell in progress(cells, "held-out scores")]
    return pd.DataFrame(found, columns=list(HELPS.columns))


def gather(parts: list[pd.DataFrame], confidence: float) -> pd.DataFrame:
    """Return the table HELPS of all shards: Holm's correction over all rows, and what each score does."""
    whole = pd.concat([part for part in parts if len(part)], ignore_index=True)
    for here in ("", "_here"):
        whole[f"p{here}_holm"] = holm(whole[f"p{here}"])
        whole[f"changes{here}"] = [_changes(row, f"p{here}_holm", confidence) for _, row in whole.iterrows()]
    return whole


def _changes(row: pd.Series, p: str, confidence: float) -> str:
    if not np.isfinite(row[p]):
        return NO_SCORE
    if row["fit_difference"] <= SAME:
        return SAME_FIT
    if row[p] >= 1 - confidence:
        return NONE_SHOWN
    return RISES if row["difference"] > 0 else FALLS


def _row(entry: Entry, name: str, wanted: int, config: Mapping, confidence: float, seed: int) -> dict:
    k, smaller = config["copies"], lighter(entry) if config["lighter"] else {}
    fits, failed, resets, reset_failed, label, sizes = [], 0, [], 0, "", []
    for number in range(config["splits"]):
        split = entry.view(_halves(data.load(name), wanted, entry.cap, number, seed))
        sizes.append((len(split.y), len(split.y_test)))
        draw = generator(seed, "duplication", f"helps/{name}/{wanted}/{entry.name}", number)
        estimator = entry.build(int(draw.integers(2**31))).set_params(**smaller)
        x, y, _ = probe.copied(split.x, split.y, k, "tile")
        plain, copied = _fit(estimator, split.x, split.y, split), _fit(estimator, x, y, split)
        if plain is None or copied is None:
            failed += 1
            continue
        fits.append((plain[0], copied[0], probe.difference(plain[1], copied[1])))
        label, instead = reset(estimator, k, x, y)
        if instead is None:
            continue
        done = _fit(instead, split.x, split.y, split)
        if done is None:
            reset_failed += 1
        else:
            resets.append((done[0], copied[0], probe.difference(copied[1], done[1])))
    scores = np.array(fits).reshape(-1, 3)
    rows, test_rows = max(sizes)
    change = scores[:, 1] - scores[:, 0]
    same = bool(len(scores) and scores[:, 2].max() <= SAME)
    new, here = (paired(change, confidence, overlap, same) for overlap in (test_rows / rows, 0.0))
    again = np.array(resets).reshape(-1, 3)
    instead = paired(again[:, 0] - again[:, 1], confidence, exact=bool(len(again) and again[:, 2].max() <= SAME))
    return {
        "name": entry.name,
        "estimator": entry.estimator,
        "setting": entry.setting,
        "lighter": ", ".join(f"{param}={value}" for param, value in smaller.items()),
        "kind": entry.kind,
        "data": name,
        "rows": rows,
        "test_rows": test_rows,
        "copies": k,
        "splits": len(fits),
        "failed": failed,
        "score": _mean(scores[:, 0]),
        "score_copied": _mean(scores[:, 1]),
        "difference": new.mean,
        "mc": here.mc,
        "low": new.low,
        "high": new.high,
        "p": new.p,
        "p_holm": np.nan,
        "changes": "",
        "low_here": here.low,
        "high_here": here.high,
        "p_here": here.p,
        "p_here_holm": np.nan,
        "changes_here": "",
        "fit_difference": scores[:, 2].max() if len(scores) else np.nan,
        "reset": label,
        "reset_splits": len(again),
        "reset_failed": reset_failed,
        "score_reset": _mean(again[:, 0]),
        "reset_score_copied": _mean(again[:, 1]),
        "reset_difference": instead.mean,
        "reset_low": instead.low,
        "reset_high": instead.high,
        "reset_fit_difference": again[:, 2].max() if len(again) else np.nan,
    }


def _halves(source: data.Data, rows: int, cap: int, number: int, seed: int) -> data.Split:
    """Draw one split with as many test as training rows; every estimator gets the same ones."""
    rows = min(rows, cap or rows)
    split = data.split(source, rows, generator(seed, "duplication", f"helps/{source.name}/{rows}", number))
    keep = min(len(split.y), len(split.y_test))
    return data.Split(split.x, split.y, split.x_test[:keep], split.y_test[:keep])


def _fit(estimator, x: np.ndarray, y: np.ndarray, split: data.Split) -> tuple[float, np.ndarray] | None:
    """Return the held-out score and the scores of a fit, None where it raises or has no finite score."""
    try:
        model, _ = probe.fit(estimator, x, y)
        score, scores = probe.held_out(model, split.x_test, split.y_test), probe.scores(model, split.x_test)
    except (ValueError, TypeError, ArithmeticError, np.linalg.LinAlgError):
        return None
    return (score, scores) if np.isfinite(score) else None


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else np.nan
