"""The numbers of this study that the text may cite, by key."""

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
import pandas as pd

from hearsay.moments.analysis import PRIMARY, REPLACED, WITHOUT, decay
from hearsay.moments.conditions import DEBIASED, NEVER, REESTIMATED
from hearsay.moments.evaluation import CLEAN, CONTRAST, HALF, NOISE, SHUFFLED, SORTED
from hearsay.moments.lags import LAG, LEFT, STEPS, TIMES
from hearsay.moments.numbers_graph import key_of, numbers_graph
from hearsay.moments.runs import BASE, TRAINING
from hearsay.moments.shifted import ACCURACY, AFTERWARDS, CALIBRATION, CHANGED, FIXED, LOSS, OWN, UPDATING

OUTCOMES = {ACCURACY: ("accuracy", "share"), LOSS: ("loss", "nats"), CALIBRATION: ("calibration", "share")}
SHIFT_KEYS = {CLEAN: "clean", CONTRAST: "contrast", NOISE: "noise"}
ORDER_KEYS = {SHUFFLED: "shuffled", HALF: "half", SORTED: "sorted"}
WAY_KEYS = {(OWN, ACCURACY): "own", (UPDATING, ACCURACY): "updating", (UPDATING, AFTERWARDS): "afterwards"} | {
    (OWN, CHANGED): "own_changed",
    (UPDATING, CHANGED): "updating_changed",
}
POINTS = "share"  # of differences of accuracies


def numbers(tables: Mapping[str, pd.DataFrame], config: Mapping) -> dict[str, tuple]:
    """Return key -> (value, unit, meaning) from the study's tables and its section of the configuration."""
    return {
        **_asked(config),
        **dict(_end(tables["summary"])),
        **_learnt(tables["summary"]),
        **dict(_course(tables["summary"], config)),
        **dict(_never(tables["summary"], tables["comparisons"])),
        **dict(_until(tables["until"], config)),
        **dict(_curve(tables["curve"])),
        **dict(_shifted(tables["shifted"])),
        **dict(_replaced(tables["comparisons"], config)),
        **dict(_layers(tables["layers"], config)),
        **_checks(tables),
        **numbers_graph(tables),
    }


def _asked(config: Mapping) -> dict[str, tuple]:
    decays = config["decays"]
    return {
        "replicates": (config["replicates"], "trainings", "replicates of every training"),
        "steps": (config["steps"], "steps", "steps of the base training"),
        "short": (config["short"], "steps", "steps of the other trainings"),
        "batch": (config["batch"], "images", "images of a step"),
        "slowest": (f"{max(decays):g}", "", "slowest decay"),
        "fastest": (f"{min(decays):g}", "", "fastest decay"),
        "full": (config["full"], "images", "images that statistics are re-estimated from"),
        "small": (min(config["test_batches"]), "images", "smallest test batch"),
        "large": (max(config["test_batches"]), "images", "largest test batch"),
        "momentum": (config["test_momentum"], "", "weight of a test batch where evaluation updates"),
        "broken": (config["judging"]["broken"], POINTS, "loss of accuracy from which evaluation counts as broken"),
        "harm": (config["judging"]["harm"], POINTS, "loss of accuracy that counts as harm"),
        "within": (config["judging"]["within"], POINTS, "loss of accuracy that counts as none"),
    }


def _with_ends(key: str, row: pd.Series, value: str, unit: str, meaning: str) -> Iterator[tuple[str, tuple]]:
    """Yield a mean and the ends of its interval, as far as they are known."""
    for end, name in (("", value), ("_low", "low"), ("_high", "high")):
        known = np.isfinite(row[name])
        yield key + end, (float(row[name]) if known else "unknown", unit if known else "", meaning)


def _end(summary: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    """Yield what the base training is worth at its end."""
    base = summary[summary["training"] == BASE]
    for _, row in base[base["step"] == base["step"].max()].iterrows():
        name = "training" if row["condition"] == TRAINING else key_of(row["condition"])
        word, unit = OUTCOMES[row["outcome"]]
        meaning = f"{row['outcome']} at the end of the base training, {row['condition']}"
        yield from _with_ends(f"{word}_{name}", row, "mean", unit, meaning)


def _looks(summary: pd.DataFrame) -> pd.DataFrame:
    rows = summary[(summary["training"] == BASE) & (summary["outcome"] == ACCURACY)]
    return rows.pivot(index="step", columns="condition", values="mean").sort_index()


def _learnt(summary: pd.DataFrame) -> dict[str, tuple]:
    """Return how many kinds of training there are, and how the worst of them ends: whether all learnt something."""
    own = summary[(summary["condition"] == TRAINING) & (summary["outcome"] == ACCURACY)]
    end = own[own["step"] == own.groupby("training")["step"].transform("max")]
    worst = end.loc[end["mean"].idxmin()]
    return {
        "kinds": (len(end), "kinds", "kinds of training, by what is changed"),
        "worst_training": (float(worst["mean"]), "share", f"worst mean accuracy in training, {worst['training']}"),
    }


def _course(summary: pd.DataFrame, config: Mapping) -> Iterator[tuple[str, tuple]]:
    """Yield how far never updated and the slowest decay fall behind at their worst, and when."""
    looks = _looks(summary)
    yield "looks", (len(looks), "looks", "looks at the base training")
    yield "never_best", (float(looks[NEVER].max()), "share", "best mean accuracy of never updated at any look")
    yield "never_best_step", (int(looks[NEVER].idxmax()), "steps", "the look at which it is")
    slow = decay(max(config["decays"]))
    lag = looks[REESTIMATED] - looks[slow]
    worst = lag.idxmax()
    yield "slow_worst", (float(lag[worst]), POINTS, f"largest mean lag of {slow}")
    yield "slow_worst_step", (int(worst), "steps", "the look at which it is")
    # what is left of the lag without the initial values is that of statistics from older weights
    stale = looks[REESTIMATED] - looks[f"{slow}, {DEBIASED}"]
    yield "stale_there", (float(stale[worst]), POINTS, f"mean lag of {slow}, debiased, at that look")
    yield "stale_worst", (float(stale.max()), POINTS, f"largest mean lag of {slow}, debiased")


def _never(summary: pd.DataFrame, comparisons: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    """Yield by training what never updating costs, and what the training shows of it."""
    rows = comparisons[comparisons["family"] == WITHOUT]
    for _, row in rows.iterrows():
        kind = "never" if row["condition"] == NEVER else "seen"
        meaning = f"accuracy, {row['condition']} less re-estimated, {row['training']}, corrected interval"
        yield from _with_ends(f"{kind}_{key_of(row['training'])}", row, "difference", POINTS, meaning)
    last = summary.groupby("training")["step"].max()
    end = summary[(summary["step"] == summary["training"].map(last)) & (summary["outcome"] == ACCURACY)]
    for row in end[end["condition"].isin((NEVER, REESTIMATED)) & (end["training"] != BASE)].itertuples():
        meaning = f"accuracy, {row.condition}, {row.training}"
        yield f"accuracy_{key_of(row.condition)}_{key_of(row.training)}", (float(row.mean), "share", meaning)


def _until(until: pd.DataFrame, config: Mapping) -> Iterator[tuple[str, tuple]]:
    """Yield medians over trainings of the steps until a moving average stays close to re-estimated statistics."""
    base = until[until["training"] == BASE]
    middle = {}
    for value in config["decays"]:
        name, rows = key_of(decay(value)), base[base["condition"] == decay(value)]
        for word, unit in (("steps", "steps"), ("times", "")):
            median = float(rows[word].fillna(np.inf).median())
            known = np.isfinite(median)
            meaning = f"median {word} until {decay(value)} stays within the bound; never: in half of the trainings"
            yield f"until_{name}_{word}", (median if known else "never", unit if known else "", meaning)
            if known:
                middle.setdefault(word, []).append(median)
        reached = int(rows["steps"].notna().sum())
        yield f"until_{name}_reached", (reached, "trainings", f"base trainings in which {decay(value)} gets there")
    for word, medians in middle.items():
        for end, value in (("least", min(medians)), ("most", max(medians))):
            yield f"until_{word}_{end}", (value, "steps" * (word == "steps"), f"{end} of these medians over decays")


def _curve(curve: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    """Yield what explains the curves of all decays; unknown where they share no place."""
    rows = curve.set_index(["quantity", "abscissa"])
    for (quantity, word), (abscissa, where) in product(
        ((LAG, "lag"), (LEFT, "gap")), ((STEPS, "steps"), (TIMES, "times"))
    ):
        there = (quantity, abscissa) in rows.index
        row = rows.loc[quantity, abscissa] if there else pd.Series({"mean": np.nan, "low": np.nan, "high": np.nan})
        meaning = f"variance of the {quantity} over decays that {abscissa} explain"
        yield from _with_ends(f"explained_{word}_{where}", row, "mean", "share", meaning)


def _shifted(shifted: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    rows = shifted[(shifted["way"] == FIXED) & (shifted["outcome"] == ACCURACY)]
    for row in rows.itertuples():
        yield f"fixed_{SHIFT_KEYS[row.shift]}", (float(row.mean), "share", f"accuracy, fixed statistics, {row.shift}")
    sizes = shifted.loc[shifted["batch"] > 0, "batch"]
    for size, word in ((sizes.max(), "large"), (sizes.min(), "small")):  # one size is the small one
        for row in shifted[shifted["batch"] == size].itertuples():
            if (row.way, row.outcome) in WAY_KEYS:
                key = f"{WAY_KEYS[row.way, row.outcome]}_{SHIFT_KEYS[row.shift]}_{ORDER_KEYS[row.order]}_{word}"
                meaning = f"{row.outcome}, {row.way}, {row.shift}, {row.order}, test batches of {row.batch}"
                yield key, (float(row.mean), "share", meaning)


def _replaced(comparisons: pd.DataFrame, config: Mapping) -> Iterator[tuple[str, tuple]]:
    rows = comparisons[comparisons["family"] == REPLACED]
    for _, row in rows.iterrows():
        key = f"{key_of(row['condition'])}_{key_of(row['training'])}_{key_of(row['other_condition'])}"
        meaning = f"accuracy, {row['condition']} less {row['other_condition']}, {row['training']}, corrected interval"
        yield from _with_ends(key, row, "difference", POINTS, meaning)
    said = rows["condition"].str.extract(r"from (\d+)$")[0].dropna().astype(int)
    for word, counts in (("tried", said), ("asked", pd.Series(config["samples"]))):
        for end, value in (("least", counts.min()), ("most", counts.max())):
            known = pd.notna(value)
            meaning = f"{end} images to re-estimate from, {word}"
            yield f"samples_{word}_{end}", (int(value) if known else "none", "images" if known else "", meaning)


def _layers(layers: pd.DataFrame, config: Mapping) -> Iterator[tuple[str, tuple]]:
    base = layers[layers["training"] == BASE]
    names = {NEVER: "never", decay(max(config["decays"])): "slowest", decay(min(config["decays"])): "fastest"}
    rows = base[(base["step"] == base["step"].max()) & base["condition"].isin(list(names))]
    for row in rows.itertuples():
        unit = "standard deviations" if row.quantity == "mean" else "log ratio"
        meaning = f"error of {row.quantity}, {row.condition}, normalised layer {row.layer}, end of the base training"
        yield f"error_{row.quantity}_{names[row.condition]}_{row.layer}", (float(row.mean), unit, meaning)


def _checks(tables: Mapping[str, pd.DataFrame]) -> dict[str, tuple]:
    exact, comparisons = tables["exact"], tables["comparisons"]
    right = np.where(exact["expected"].astype(bool), exact["true"], exact["cases"] - exact["true"])
    primary = int(comparisons["family"].isin(PRIMARY).sum())
    return {
        "comparisons": (len(comparisons), "comparisons", "pairs that were compared"),
        "primary": (primary, "comparisons", "of them, those that decide claims"),
        "exact_cases": (int(exact["cases"].sum()), "cases", "sentences tried on small nets, in all cases"),
        "exact_right": (int(right.sum()), "cases", "of them, as torch's code says"),
        "exact_largest": (
            float(exact["largest"].max()),
            "",
            "largest relative difference of statistics kept beside a net",
        ),
    }
