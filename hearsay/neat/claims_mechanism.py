"""Judges of what happens in the runs: numbers that collide, equal parents, doubled connections, species.

Evidence: the study's tables by name, `alignment`: committed timings of alignments, and `config`: the bounds. Intervals
of means over runs are Student's, their level corrected by Bonferroni for the number of cases that decide a claim.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy.stats import t

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, Judgement
from hearsay.neat.alignment import KEPT as KEPT_PAIRS
from hearsay.neat.alignment import MATES
from hearsay.neat.arms import D1, KEPT, LOTTERY, MAIN, A, B, C
from hearsay.neat.collisions import LINK, NODE
from hearsay.neat.identities import CHRONOLOGY, POWER

MECHANISM_FIGURE = "results/neat/figures/mechanism.svg"
DOUBLES_FIGURE = "results/neat/figures/doubles.svg"
TABLES = "results/neat/tables"
TIMED = "reference/benchmarks/neat-alignment.csv"


def verdict_of(holds: np.ndarray | pd.Series, fails: np.ndarray | pd.Series) -> str:
    """Return the verdict on a statement about all cases: `depends` where it holds for some and fails for others.

    A case in which both are shown is of neither kind.
    """
    holds, fails = np.asarray(holds, bool), np.asarray(fails, bool)
    if len(holds) and holds.all():
        return HOLDS
    if len(fails) and fails.all():
        return FAILS
    return DEPENDS if (holds & ~fails).any() and (fails & ~holds).any() else UNDECIDED


def bounded(evidence: Mapping, cases: pd.DataFrame) -> pd.DataFrame:
    """Return cases (mean, error, runs) with the ends `low` and `high` of their intervals, corrected for their number.

    All are shares. One that is the same in all n runs has no error to be had: its interval reaches as far as a share
    of other runs, 1 - alpha^(1/n) at most, would have stayed unseen. A mean of one run decides nothing.
    """
    alpha = evidence["config"]["judging"]["alpha"] / max(len(cases), 1)
    unseen = 1 - alpha ** (1 / cases["runs"].clip(lower=1))
    half = margin(cases["error"], cases["runs"], alpha).where(cases["error"] > 0, unseen)
    half = half.where(cases["error"].notna(), 1.0)
    low, high = cases["mean"] - half, cases["mean"] + half
    return cases.assign(low=low.clip(lower=0), high=high.clip(upper=1))


def margin(error: pd.Series, runs: pd.Series, alpha: float) -> pd.Series:
    """Return Student's half-width of an interval of level 1 - alpha; without an error it has no end."""
    return error.fillna(np.inf) * t.isf(alpha / 2, (runs - 1).clip(lower=1))


def quantity(evidence: Mapping, table: str, name: str, arms: Iterable[str], group: str = MAIN) -> pd.DataFrame:
    """Return the rows of one quantity for these arms of a group, every task."""
    rows = evidence[table]
    return rows[(rows["quantity"] == name) & rows["arm"].isin(list(arms)) & (rows["group"] == group)]


def _against(cases: pd.DataFrame, bound: float, above: bool, unit: str, figure: str) -> Judgement:
    """Judge whether all cases lie above (or below) a bound; the estimate is the case that speaks most against it."""
    if not len(cases):
        return Judgement(UNDECIDED, 0.0, 0.0, 1.0, unit, 0, figure, "there was nothing to take a share of")
    over, under = cases["low"] > bound, cases["high"] < bound
    verdict = verdict_of(over, under) if above else verdict_of(under, over)
    chosen = cases.loc[cases["mean"].idxmin() if above else cases["mean"].idxmax()]
    condition = _by_case(cases, over, under) if verdict in (DEPENDS, UNDECIDED) else ""
    ends = (float(chosen[name]) for name in ("mean", "low", "high"))
    return Judgement(verdict, *ends, unit, int(chosen["runs"]), figure, condition)


def _by_case(cases: pd.DataFrame, over: pd.Series, under: pd.Series) -> str:
    said = np.select([over, under], ["more", "less"], "open")
    names = [f"{row.task}, scheme {row.arm}" for row in cases.itertuples()]
    groups: dict[str, list[str]] = {}
    for name, word in zip(names, said, strict=True):
        groups.setdefault(word, []).append(name)
    words = {"more": "above the bound", "less": "below it", "open": "open"}
    return "; ".join(f"{words[word]}: {', '.join(groups[word])}" for word in words if word in groups)


def pair_is_number(evidence: Mapping) -> Judgement:
    """Judge whether a pair of nodes has one innovation number, links."""
    return _one_number(evidence, LINK)


def pair_names_node(evidence: Mapping) -> Judgement:
    """Judge whether a pair of nodes names the node that splits its link."""
    return _one_number(evidence, NODE)


def _one_number(evidence: Mapping, kind: str) -> Judgement:
    rows = evidence["collisions"]
    rows = rows[(rows["group"] == MAIN) & (rows["kind"] == kind) & rows["arm"].isin((B, C))]
    several = rows.groupby("arm")["several"].sum()
    cases = bounded(evidence, rows.rename(columns={"share": "mean", "share_error": "error"}))
    if not several.any():
        verdict, condition = HOLDS, ""
    elif several[C] == 0:
        verdict, condition = DEPENDS, "it has one where the record is kept for ever, several where for one generation"
    else:
        verdict, condition = FAILS, ""
    worst = cases.loc[cases["mean"].idxmax()]
    ends = (float(worst[name]) for name in ("mean", "low", "high"))
    return Judgement(verdict, *ends, "share of pairs", int(worst["runs"]), f"{TABLES}/collisions.csv", condition)


def chronology(evidence: Mapping) -> Judgement:
    """Judge whether runs change when numbers are issued in an order without meaning."""
    rows = evidence["identities"]
    ours, power = rows[rows["check"] == CHRONOLOGY], rows[rows["check"] == POWER]
    n, changed = int(ours["runs"].sum()), int((ours["runs"] - ours["same"]).sum())
    if (power["same"] == power["runs"]).all():
        verdict, condition = UNDECIDED, "the check sees no change even where the order is used"
    elif changed in (0, n):
        verdict, condition = FAILS if changed == 0 else HOLDS, ""
    else:
        verdict, condition = DEPENDS, "some runs change and some do not"
    share = changed / n
    return Judgement(verdict, share, share, share, "share of runs", n, f"{TABLES}/identities.csv", condition)


def counter_apart(evidence: Mapping) -> Judgement:
    """Judge whether a literal counter gives equal networks different numbers."""
    cases = bounded(evidence, quantity(evidence, "mechanism_runs", "networks_apart", [A]))
    rare = evidence["config"]["judging"]["rare"]
    return _against(cases, rare, True, "share of pairs of equal networks", MECHANISM_FIGURE)


def doubled_children(evidence: Mapping) -> Judgement:
    """Judge whether a literal counter leads to doubled connections, under the tie rules."""
    parts = [quantity(evidence, "mechanism_runs", "doubled_genomes", [A], group) for group in (KEPT, MAIN)]
    kept, main = (bounded(evidence, part) for part in parts)
    if not len(kept):
        return Judgement(UNDECIDED, 0.0, 0.0, 1.0, "share of genomes", 0, DOUBLES_FIGURE, "no run went on")
    seen = [bool((part["mean"] > 0).any()) for part in (kept, main)]
    if all(seen):
        verdict, condition = HOLDS, ""
    elif any(seen):
        where = "child gets the genes of both parents", "child gets those of the smaller parent"
        verdict, condition = DEPENDS, f"only where the {where[seen.index(True)]}"
    else:
        verdict, condition = FAILS, ""
    worst = kept.loc[kept["mean"].idxmax()]
    ends = (float(worst[name]) for name in ("mean", "low", "high"))
    return Judgement(verdict, *ends, "share of genomes", int(worst["runs"]), DOUBLES_FIGURE, condition)


def equal_rare(evidence: Mapping) -> Judgement:
    """Judge whether crossovers between equally fit, different parents are rare."""
    cases = bounded(evidence, quantity(evidence, "shares", "equal", [B]))
    rare = evidence["config"]["judging"]["rare"]
    return _against(cases, rare, False, "share of crossovers", f"{TABLES}/shares.csv")


def doubled_crash(evidence: Mapping) -> Judgement:
    """Judge whether doubled connections make networks loop or fail."""
    rows = evidence["harmless"]
    n = int(rows["networks"].sum())
    counts = rows["not_finite"] + (rows["cycles"] - rows["cycles_once"]).clip(lower=0) + rows["apart"]
    bad = int(np.minimum(counts, rows["networks"]).sum())  # a network may do several
    figure = f"{TABLES}/harmless.csv"
    if n == 0:
        return Judgement(
            UNDECIDED, 0.0, 0.0, 1.0, "share of networks", 0, figure, "no network had a doubled connection"
        )
    verdict = FAILS if bad == 0 else HOLDS if bad == n else DEPENDS
    condition = "some networks do, others do not" if verdict == DEPENDS else ""
    share = bad / n
    return Judgement(verdict, share, share, share, "share of networks", n, figure, condition)


def number_means_ancestor(evidence: Mapping) -> Judgement:
    """Judge whether matching genes are rarely made by two mutations."""
    cases = bounded(evidence, quantity(evidence, "mechanism_runs", "independent_new_any", [B, C]))
    rare = evidence["config"]["judging"]["rare"]
    return _against(cases, rare, False, "share of matching genes", MECHANISM_FIGURE)


def pairing_avoids(evidence: Mapping) -> Judgement:
    """Judge whether pairs with new split nodes keep doubled connections away, and doubled paths as well as c does."""
    doubled = quantity(evidence, "mechanism_runs", "doubled_genomes", [D1], KEPT)
    paths = quantity(evidence, "mechanism_runs", "twin_nodes_genomes", [C, D1], KEPT).set_index("task")
    ever, pairs = (paths[paths["arm"] == arm] for arm in (C, D1))
    both = ever.index.intersection(pairs.index)
    ever, pairs, unit = ever.loc[both], pairs.loc[both], "difference of shares of genomes"
    if not len(both):
        return Judgement(UNDECIDED, 0.0, -1.0, 1.0, unit, 0, DOUBLES_FIGURE, "no run went on")
    more = pairs["mean"] - ever["mean"]
    error = np.hypot(pairs["error"], ever["error"])
    fewest = pd.concat([pairs["runs"], ever["runs"]], axis=1).min(axis=1)
    half = margin(error, fewest, evidence["config"]["judging"]["alpha"] / len(more))
    low, high = (more - half).clip(lower=-1), (more + half).clip(upper=1)
    if (doubled["mean"] > 0).any():
        verdict, condition = FAILS, ""
    elif (high < evidence["config"]["judging"]["rare"]).all():
        verdict, condition = HOLDS, ""
    elif (low > 0).any():
        verdict, condition = DEPENDS, "no connection is doubled, but more paths are than where splits are remembered"
    else:
        verdict, condition = UNDECIDED, "no connection is doubled; whether more paths are is open"
    worst = more.idxmax()
    ends = (float(values[worst]) for values in (more, low, high))
    return Judgement(verdict, *ends, unit, int(fewest[worst]), DOUBLES_FIGURE, condition)


def several_rare(evidence: Mapping) -> Judgement:
    """Judge whether, with a record of one generation, equal networks with other numbers are rare."""
    cases = bounded(evidence, quantity(evidence, "mechanism_runs", "networks_apart", [B]))
    rare = evidence["config"]["judging"]["rare"]
    return _against(cases, rare, False, "share of pairs of equal networks", MECHANISM_FIGURE)


def fewer_species(evidence: Mapping) -> Judgement:
    """Judge whether a record kept for ever gives fewer species, in one generation fixed beforehand."""
    rows = quantity(evidence, "mechanism", "species", [B, C])
    rows = rows[rows["generation"] == evidence["config"]["judging"]["generation"]].set_index(["task", "arm"])
    # a task whose watched runs have all ended by then says nothing
    tasks = sorted(task for task in rows.index.unique("task") if {(task, B), (task, C)} <= set(rows.index))
    if not tasks:
        what, why = "share change of the number of species", "no run went on so long"
        return Judgement(UNDECIDED, 0.0, -1.0, 10.0, what, 0, MECHANISM_FIGURE, why)
    one, ever = (rows.loc[[(task, arm) for task in tasks]].reset_index() for arm in (B, C))
    change = ever["mean"] / one["mean"] - 1
    relative = np.sqrt((ever["error"] / ever["mean"]) ** 2 + (one["error"] / one["mean"]) ** 2)
    error = (1 + change) * relative
    fewest = pd.concat([one["runs"], ever["runs"]], axis=1).min(axis=1)
    half = margin(error, fewest, evidence["config"]["judging"]["alpha"] / len(tasks))
    low, high = (change - half).clip(lower=-1.0), (change + half).clip(upper=np.maximum(change, 10.0))
    few = -evidence["config"]["judging"]["fewer"]
    verdict = verdict_of(high < 0, low > few)
    least = int(change.idxmax())
    condition = ""
    if verdict in (DEPENDS, UNDECIDED):
        said = np.select([high < 0, low > few], ["fewer", "not fewer by the bound"], "open")
        condition = "; ".join(f"{task}: {word}" for task, word in zip(tasks, said, strict=True))
    ends = (float(values[least]) for values in (change, low, high))
    unit = "share change of the number of species"
    return Judgement(verdict, *ends, unit, int(fewest[least]), MECHANISM_FIGURE, condition)


def first_wins(evidence: Mapping) -> Judgement:
    """Judge whether, of several numbers of one link, the first is left more often than by chance."""
    rows = evidence["versions"]
    rows = rows[(rows["group"] == MAIN) & rows["arm"].isin((A, B))]
    figure = f"{TABLES}/versions.csv"
    if not len(rows):
        return Judgement(UNDECIDED, 0.0, -1.0, 1.0, "share of links", 0, figure, "no link had several numbers")
    half = margin(rows["lead_error"], rows["runs"], evidence["config"]["judging"]["alpha"] / len(rows))
    low, high = (rows["lead"] - half).clip(lower=-1), (rows["lead"] + half).clip(upper=1)
    verdict = verdict_of(low > 0, high < 0)
    chosen = rows["lead"].idxmin()
    condition = _by_case(rows, low > 0, high < 0) if verdict in (DEPENDS, UNDECIDED) else ""
    ends = (float(values[chosen]) for values in (rows["lead"], low, high))
    return Judgement(verdict, *ends, "share of links above chance", int(rows["runs"][chosen]), figure, condition)


def champion_loses(evidence: Mapping) -> Judgement:
    """Judge whether a champion's children by crossover lack a share of its genes, under two tie rules."""
    rare, arms = evidence["config"]["judging"]["rare"], [A, B, C]
    parts = [quantity(evidence, "mechanism_runs", "champion_lost", arms, group) for group in (MAIN, LOTTERY)]
    cases = bounded(evidence, pd.concat(parts, ignore_index=True))
    if not len(cases):
        return Judgement(UNDECIDED, 0.0, 0.0, 1.0, "share of genes", 0, MECHANISM_FIGURE, "no champion had a child")
    over, under = cases["low"] > rare, cases["high"] < rare
    verdict = verdict_of(over, under)
    chosen = cases.loc[cases["mean"].idxmax()]
    condition = ""
    if verdict in (DEPENDS, UNDECIDED):
        words = {MAIN: "the smaller parent's genes", LOTTERY: "each gene of both with probability one half"}
        said = {group: over[cases["group"] == group].any() for group in words}
        condition = "; ".join(f"ties give {words[group]}: {'lost' if said[group] else 'not shown'}" for group in words)
    ends = (float(chosen[name]) for name in ("mean", "low", "high"))
    return Judgement(verdict, *ends, "share of genes", int(chosen["runs"]), MECHANISM_FIGURE, condition)


def spares_comparing(evidence: Mapping) -> Judgement:
    """Judge whether aligning by sorted numbers is faster than by a dictionary of pairs, all sizes and languages."""
    rows = evidence["alignment"]
    rows = rows[(rows["way"] == KEPT_PAIRS) & (rows["pairs"] == MATES)]
    verdict = verdict_of(rows["ratio_low"] > 1, rows["ratio_high"] < 1)
    worst = rows.loc[rows["ratio"].idxmin()]
    condition = ""
    if verdict in (DEPENDS, UNDECIDED):
        cases = rows["genes"].astype(str) + " genes, " + rows["language"]
        said = np.select([rows["ratio_low"] > 1, rows["ratio_high"] < 1], ["faster", "slower"], "open")
        condition = "; ".join(f"{task}: {word}" for task, word in zip(cases, said, strict=True))
    ends = (float(worst[name]) for name in ("ratio", "ratio_low", "ratio_high"))
    return Judgement(verdict, *ends, "times as fast", int(worst["rounds"]), TIMED, condition)
