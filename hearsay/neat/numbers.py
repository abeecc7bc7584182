"""The numbers of this study that the text may cite, by key."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from scipy.stats import chi2

from hearsay.neat.a12 import equivalence_size, noether
from hearsay.neat.alignment import COMPILED, MATES, PYTHON
from hearsay.neat.alignment import KEPT as KEPT_PAIRS
from hearsay.neat.analysis import ALL, PLACES, PRIMARY
from hearsay.neat.arms import (
    AGAIN,
    D1,
    D3,
    K5,
    K20,
    KEPT,
    MAIN,
    NONE,
    PARITY,
    POLES,
    TEN,
    UNCROSSED,
    UNSPECIATED,
    WITHOUT,
    XOR,
    A,
    B,
    C,
)
from hearsay.neat.benchmark import POLES_TASK, XOR_TASK
from hearsay.neat.claims_schemes import outcome
from hearsay.neat.collisions import LINK, NODE
from hearsay.neat.identities import CHRONOLOGY, NO_USE, PARTITION

TASK_KEYS = {XOR: "xor", POLES: "poles", PARITY: "parity", WITHOUT: "without"}
POWER = 0.8  # of the numbers of runs that the experiment was planned with
ARM_KEYS = {A: "a", B: "b", C: "c", D1: "d1", D3: "d3", K5: "k5", K20: "k20", AGAIN: "again", NONE: "none"}


def numbers(tables: Mapping[str, pd.DataFrame], config: Mapping) -> dict[str, tuple]:
    """Return key -> (value, unit, meaning) from the study's tables and its section of the configuration."""
    return {
        **_published(tables["published"]),
        **dict(_effects(tables["comparisons"], config)),
        **dict(_arms(tables["summary"])),
        **dict(_mechanism(tables["mechanism_runs"], tables["shares"])),
        **dict(_collisions(tables["collisions"])),
        **_checks(tables, config),
        **dict(_alignment(tables["alignment"])),
        **_speed(tables["engines"]),
    }


def _published(table: pd.DataFrame) -> dict[str, tuple]:
    rows = table.set_index(["task", "arm", "quantity"])
    names = {
        "xor_evaluations": (XOR, "NEAT", "evaluations", "evaluations"),
        "xor_sd": (XOR, "NEAT", "sd", "evaluations"),
        "xor_hidden": (XOR, "NEAT", "hidden", "nodes"),
        "xor_connections": (XOR, "NEAT", "connections", "connections"),
        "xor_failures": (XOR, "NEAT", "failures", "share"),
        "poles_evaluations": (POLES, "NEAT", "evaluations", "evaluations"),
        "without_evaluations": (WITHOUT, "NEAT", "evaluations", "evaluations"),
        "without_failures": (WITHOUT, "NEAT", "failures", "share"),
        "without_generalisation": (WITHOUT, "NEAT", "generalisation", "starts"),
        "growth_failures": (POLES, "no growth", "failures", "share"),
        "speciation_evaluations": (POLES, "no speciation", "evaluations", "evaluations"),
        "mating_evaluations": (POLES, "no mating", "evaluations", "evaluations"),
        "random_evaluations": (POLES, "random start", "evaluations", "evaluations"),
    }
    found = {}
    for key, (task, arm, quantity, unit) in names.items():
        row = rows.loc[(task, arm, quantity)]
        meaning = f"{quantity}, {task}, {arm}"
        for end, value in {"": row["ours"], "_low": row["ours_low"], "_high": row["ours_high"]}.items():
            # few runs may leave nothing to average, or no interval
            known = _round(value, unit) if pd.notna(value) else "unknown"
            found[key + end] = (known, unit if pd.notna(value) else "", meaning)
    return found


def _round(value: float, unit: str) -> float:
    return float(round(value)) if unit == "evaluations" else float(value)


def _effects(table: pd.DataFrame, config: Mapping) -> Iterator[tuple[str, tuple]]:
    """Yield A12 of every main arm against Stanley's, on every task, and counts over all that was compared."""
    everything = table[table["family"] == ALL]
    main = everything[(everything["group"] == MAIN) & (everything["other"] == B)]
    for row in main.itertuples():
        key = f"{TASK_KEYS[row.task]}_{ARM_KEYS[row.arm]}"
        meaning = f"A12 of {row.arm} against b, {row.task}"
        for end in ("", "_low", "_high"):
            yield f"a12_{key}{end}", (float(getattr(row, f"a12{end}")), "", meaning)
    yield "comparisons", (len(everything), "comparisons", "pairs of arms compared")
    shown = int((everything["a12_p_holm"] <= config["judging"]["alpha"]).sum())
    yield "different", (shown, "comparisons", "of them, shown to differ")
    ever = table[table["family"] == PLACES]
    yield "grid_q_p", (_heterogeneity(ever), "", "p of no difference between the places (Cochran's Q)")
    said = ever.apply(outcome, axis=1)
    yield "grid_places", (len(ever), "places", "places of the grid of rates and populations")
    for word, name in (("the same", "same"), ("faster", "faster"), ("slower", "slower"), ("undecided", "open")):
        yield f"grid_{name}", (int((said == word).sum()), "places", f"of them, for ever is {word}")
    for end in ("min", "max"):
        value = float(ever["a12"].min() if end == "min" else ever["a12"].max())
        yield f"grid_a12_{end}", (value, "", f"A12 of c against b over the grid, {end}")
    first = table[table["family"] == PRIMARY]
    yield "primary", (len(first), "comparisons", "primary contrasts")
    level, margin = config["judging"]["alpha"] / len(first), config["judging"]["margin"]
    enough = {"differ": noether(0.5 + margin, level, POWER), "equal": equivalence_size(margin, level, POWER)}
    words = {"differ": "tell A12 at a bound from one half", "equal": "show an A12 of one half to lie within the bounds"}
    for what, runs in enough.items():
        meaning = f"runs an arm needed to {words[what]}, at Holm's strictest primary level"
        yield f"enough_{what}", (runs, "runs", meaning)
    yield "power", (POWER, "", "with this power")
    yield "margin_low", (0.5 - config["judging"]["margin"], "", "lower bound of equivalence, A12")
    yield "margin_high", (0.5 + config["judging"]["margin"], "", "upper bound of equivalence, A12")
    moderated = [(POLES, UNSPECIATED, D3, "d3_unspeciated"), (XOR, UNCROSSED, C, "c_uncrossed")]
    moderated += [(task, TEN, NONE, "none_ten") for task in (XOR, POLES)]
    for task, group, arm, name in moderated:
        row = everything[(everything["task"] == task) & (everything["group"] == group) & (everything["arm"] == arm)]
        yield f"a12_{TASK_KEYS[task]}_{name}", (float(row["a12"].iloc[0]), "", f"{arm} against b, {task}, {group}")
    for task in (XOR, POLES):
        group = everything[(everything["task"] == task) & (everything["group"] == "no crossover, against main")]
        row = group[group["other"] == B].iloc[0]
        yield f"a12_{TASK_KEYS[task]}_no_crossover", (float(row["a12"]), "", f"A12 without crossover against b, {task}")


def _heterogeneity(rows: pd.DataFrame) -> float:
    """Return the p-value of Cochran's Q: whether A12 of independent comparisons differ by more than their errors."""
    weight = 1 / rows["a12_se"].where(rows["a12_se"] > 0) ** 2
    mean = (weight * rows["a12"]).sum() / weight.sum()
    return float(chi2.sf((weight * (rows["a12"] - mean) ** 2).sum(), max(int(weight.notna().sum()) - 1, 1)))


def _arms(table: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    main = table[table["group"] == MAIN]
    for row in main.itertuples():
        key = f"{TASK_KEYS[row.task]}_{ARM_KEYS[row.arm]}"
        yield f"n_{key}", (int(row.n), "runs", f"runs of {row.arm}, {row.task}")
        yield f"success_{key}", (float(row.success), "share", f"runs of {row.arm} that solve {row.task}")
    for group, name in ((TEN, "ten"), (UNSPECIATED, "unspeciated")):
        for row in table[(table["group"] == group) & (table["task"] == XOR)].itertuples():
            key, what = f"xor_{ARM_KEYS[row.arm]}_{name}", f"{row.arm}, XOR, {group}"
            yield f"success_{key}", (float(row.success), "share", f"runs that solve it: {what}")
            mean = float(row.restricted_mean)
            yield f"evaluations_{key}", (mean, "evaluations", f"mean, unsolved at their budget: {what}")
    yield "runs", (int(table["n"].sum()), "runs", "runs in all")


def _mechanism(table: pd.DataFrame, shares: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    names = {
        "species": "species",
        "independent_new_any": "independent",
        "networks_apart": "apart",
        "pairs_several_links": "several",
        "twin_nodes_genomes": "twins",
        "doubled_genomes": "doubled",
        "champion_lost": "lost",
    }
    for group, mark in ((MAIN, ""), (KEPT, "_kept")):
        rows = table[(table["group"] == group) & table["quantity"].isin(list(names))]
        for row in rows.itertuples():
            unit = "species" if row.quantity == "species" else "share"
            key = f"{names[row.quantity]}{mark}_{TASK_KEYS[row.task]}_{ARM_KEYS[row.arm]}"
            yield key, (float(row.mean), unit, f"{row.quantity}, {row.task}, {row.arm}, {group}")
    rows = shares[(shares["group"] == MAIN) & (shares["arm"] == B)]
    for row in rows[rows["quantity"].isin(("equal", "self", "same", "links_matched", "splits_matched"))].itertuples():
        yield f"{row.quantity}_{TASK_KEYS[row.task]}", (float(row.mean), "share", f"{row.quantity}, {row.task}, b")


def _collisions(table: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    for row in table[(table["group"] == MAIN) & table["kind"].isin((LINK, NODE))].dropna(subset="share").itertuples():
        key = f"{row.kind}_several_{TASK_KEYS[row.task]}_{ARM_KEYS[row.arm]}"
        yield key, (float(row.share), "share", f"pairs with several numbers, {row.kind}, {row.task}, {row.arm}")


def _checks(tables: Mapping[str, pd.DataFrame], config: Mapping) -> dict[str, tuple]:
    identities, false = tables["identities"], tables["false_positives"]
    pairs = identities[identities["check"].isin((NO_USE, PARTITION, CHRONOLOGY))]
    a12 = false[false["test"] == "A12"]
    rejected, tried = int(a12["rejected"].sum()), int(a12["pairs"].sum())
    harmless = tables["harmless"]
    known = tables["implementations"]
    return {
        "identities": (int(pairs["runs"].sum()), "pairs of runs", "held against each other bit for bit"),
        "identities_same": (int(pairs["same"].sum()), "pairs of runs", "of them, the same"),
        "scattered": (
            int(pairs.loc[pairs["check"] == CHRONOLOGY, "runs"].sum()),
            "pairs of runs",
            "numbers issued one by one, and in an order without meaning",
        ),
        "false_pairs": (tried, "pairs", "pairs of blocks of one arm that were compared"),
        "false_share": (rejected / tried, "share", "of them, told apart by A12"),
        "alpha": (config["judging"]["alpha"], "share", "size of the tests"),
        "doubled_networks": (int(harmless["networks"].sum()), "networks", "networks with a doubled connection"),
        "doubled_difference": (
            float(np.nan_to_num(harmless["difference"].max())),
            "",
            "largest difference of a response",
        ),
        "codes": (int(known["code"].nunique()), "codes", "implementations looked at"),
        "codes_run": (int(known.loc[known["known"] == "run", "code"].nunique()), "codes", "of them, run"),
    }


def _alignment(table: pd.DataFrame) -> Iterator[tuple[str, tuple]]:
    rows = table[(table["way"] == KEPT_PAIRS) & (table["pairs"] == MATES)]
    for language, key in ((COMPILED, "compiled"), (PYTHON, "python")):
        here = rows[rows["language"] == language]
        for end, value in (("least", here["ratio"].min()), ("most", here["ratio"].max())):
            yield f"align_{key}_{end}", (float(value), "", f"dictionary over merge, {language}, {end} over sizes")


def _speed(table: pd.DataFrame) -> dict[str, tuple]:
    """Return rates and shares of the work from the committed timings, medians over the rounds."""
    each = table.groupby(["task", "tool"])["cpu_each"].median()
    xor, poles = each[XOR_TASK], each[POLES_TASK]
    begun = table.set_index("tool")["wall"]
    return {
        "speed_xor": (float(round(1 / xor["hearsay"], -3)), "evaluations/s", "evaluations of XOR a second, end to end"),
        "speed_poles": (float(round(1 / poles["hearsay"], -4)), "steps/s", "control steps a second, end to end"),
        "evaluating_xor": (
            float(xor["ceiling"] / xor["hearsay"]),
            "share",
            "part of the time that evaluating XOR takes",
        ),
        "evaluating_poles": (
            float(poles["hearsay: evaluation"] / poles["hearsay"]),
            "share",
            "part of the time that evaluating double poles takes",
        ),
        "dynamics_poles": (float(poles["ceiling"] / poles["hearsay"]), "share", "part that the dynamics alone take"),
        "compiling": (float(begun["hearsay, compiling"]), "s", "to compile the engine and evolve one generation"),
        "loading": (float(begun["hearsay, from the cache"]), "s", "the same with the compiled engine on disk"),
    }
