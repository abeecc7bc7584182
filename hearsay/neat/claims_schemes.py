"""Judges of what identity schemes do to the evaluations that a task needs.

Evidence: the study's tables by name, and `config`: its `judging` bounds and `primary` tasks. A comparison's verdict is
that of the table of comparisons: corrected by Holm over its family, against the bounds of A12.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, Judgement
from hearsay.neat.analysis import AGAINST_MAIN, ALL, PRIMARY
from hearsay.neat.arms import D1, D3, GRID, MAIN, POLES, XOR, A, B, C
from hearsay.neat.comparison import VERDICTS

DIFFERENT, EQUIVALENT, NEGLIGIBLE, OPEN = VERDICTS
SCHEMES_FIGURE = "results/neat/figures/schemes.svg"
MODERATORS_FIGURE = "results/neat/figures/moderators.svg"
UNIT = "A12"

SAME, SLOWER, FASTER = "the same", "slower", "faster"


def outcome(row: pd.Series) -> str:
    """Return whether the first arm is the same as, slower or faster than the other, or `UNDECIDED`."""
    if row["verdict"] in (EQUIVALENT, NEGLIGIBLE):
        return SAME
    if row["verdict"] == OPEN:
        return UNDECIDED
    return SLOWER if row["a12"] > 0.5 else FASTER


def rows(evidence: Mapping, family: str, pairs: Sequence[tuple[str, str, str, str]]) -> pd.DataFrame:
    """Return the comparisons of (task, group, arm, other) in a family, with their `outcome`."""
    table = evidence["comparisons"]
    table = table[table["family"] == family].set_index(["task", "group", "arm", "other"], drop=False)
    found = table.loc[pairs].reset_index(drop=True)
    return found.assign(outcome=found.apply(outcome, axis=1))


def judge(found: pd.DataFrame, holds: set[str], fails: set[str], figure: str = SCHEMES_FIGURE) -> Judgement:
    """Return the verdict on a statement about all comparisons: true where the outcome is in `holds`."""
    true, false = found["outcome"].isin(holds), found["outcome"].isin(fails)
    if true.all():
        verdict = HOLDS
    elif false.all():
        verdict = FAILS
    else:
        verdict = DEPENDS if true.any() and false.any() else UNDECIDED
    worst = found.loc[(found["a12"] - 0.5).abs().idxmax()]
    condition = ""
    if verdict in (DEPENDS, UNDECIDED):
        condition = "; ".join(f"{row.task}: {_said(row.outcome)}" for row in found.itertuples())
    n = int(min(worst["n_arm"], worst["n_other"]))
    return Judgement(verdict, *(float(worst[c]) for c in ("a12", "a12_low", "a12_high")), UNIT, n, figure, condition)


def _said(outcome: str) -> str:
    return "too few runs to tell" if outcome == UNDECIDED else outcome


def _primary(evidence: Mapping, arm: str) -> pd.DataFrame:
    return rows(evidence, PRIMARY, [(task, MAIN, arm, B) for task in evidence["config"]["primary"]])


def memory_same(evidence: Mapping) -> Judgement:
    """Judge whether keeping the record for ever is the same as for one generation."""
    return judge(_primary(evidence, C), {SAME}, {SLOWER, FASTER})


def counter_slower(evidence: Mapping) -> Judgement:
    """Judge whether a literal counter is slower than a record of one generation."""
    return judge(_primary(evidence, A), {SLOWER}, {SAME, FASTER})


def pair_as_well(evidence: Mapping) -> Judgement:
    """Judge whether pairs of node numbers do no worse than Stanley's numbers."""
    return _no_worse(evidence, D1)


def positions_as_well(evidence: Mapping) -> Judgement:
    """Judge whether pairs of positions do no worse than Stanley's numbers."""
    return _no_worse(evidence, D3)


def _no_worse(evidence: Mapping, arm: str) -> Judgement:
    found = rows(evidence, ALL, [(task, MAIN, arm, B) for task in evidence["config"]["primary"]])
    return judge(found, {SAME, FASTER}, {SLOWER})


def crossover_unnecessary(evidence: Mapping) -> Judgement:
    """Judge whether NEAT without crossover is no slower."""
    group = "no crossover"
    pairs = [(task, f"{group}, {AGAINST_MAIN}", f"{B}, {group}", B) for task in (XOR, POLES)]
    return judge(rows(evidence, ALL, pairs), {SAME, FASTER}, {SLOWER})


def ever_helps_somewhere(evidence: Mapping) -> Judgement:
    """Judge whether a record kept for ever is faster in some place of the grid."""
    table = evidence["comparisons"]
    places = table[table["group"].str.startswith(GRID) & (table["family"] == ALL)]
    places = places[(places["arm"] == C) & (places["other"] == B)]
    found = places.assign(outcome=places.apply(outcome, axis=1))
    best = found.loc[found["a12"].idxmin()]
    if (found["outcome"] == FASTER).any():
        verdict = HOLDS
    else:
        verdict = UNDECIDED if (found["outcome"] == UNDECIDED).any() else FAILS
    counts = found["outcome"].value_counts()
    condition = "; ".join(f"{_said(name)} in {counts[name]} of {len(found)} places" for name in sorted(counts.index))
    ends = (float(best[c]) for c in ("a12", "a12_low", "a12_high"))
    return Judgement(verdict, *ends, UNIT, int(best["n_arm"]), MODERATORS_FIGURE, condition)
