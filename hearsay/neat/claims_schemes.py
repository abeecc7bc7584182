"""Judges of what identity schemes do to the evaluations that a task needs.

Evidence: the study's tables by name, and `config`: its `judging` bounds and `primary` tasks. A comparison's verdict is
that of the table of comparisons: corrected by Holm over its family, against the bounds of A12.
"""

from collections.abc import Mapping, Sequence

import pandas as pd

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, Judgement
from hearsay.neat.analysis import AGAINST_MAIN, PLACES, PRIMARY, SECONDARY
from hearsay.neat.arms import D1, D3, MAIN, NONE, POLES, UNCROSSED, UNSPECIATED, XOR, A, B, C
from hearsay.neat.comparison import VERDICTS

DIFFERENT, EQUIVALENT, NEGLIGIBLE, OPEN = VERDICTS
SCHEMES_FIGURE = "results/neat/figures/schemes.svg"
MODERATORS_FIGURE = "results/neat/figures/moderators.svg"
UNIT = "A12"

SAME, SLOWER, FASTER, NOT_SLOWER = "the same", "slower", "faster", "not slower"


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
        condition = "; ".join(f"{_where(row)}: {_said(row.outcome)}" for row in found.itertuples())
    n = int(min(worst["n_arm"], worst["n_other"]))
    return Judgement(verdict, *(float(worst[c]) for c in ("a12", "a12_low", "a12_high")), UNIT, n, figure, condition)


def _where(row: tuple) -> str:
    return row.task if row.group == MAIN or AGAINST_MAIN in row.group else f"{row.task}, {row.group}"


def _said(outcome: str) -> str:
    return "open" if outcome == UNDECIDED else outcome


def _places(outcome: str, part: pd.DataFrame, of: int) -> str:
    """Return how many places there are of an outcome, and which where there is a difference."""
    said = f"{_said(outcome)} in {len(part)} of {of} places"
    names = sorted(group.removeprefix("grid: ") for group in part["group"])
    return f"{said} ({' and '.join(names)})" if outcome in (FASTER, SLOWER) else said


def _primary(evidence: Mapping, arm: str) -> pd.DataFrame:
    return rows(evidence, PRIMARY, [(task, MAIN, arm, B) for task in evidence["config"]["primary"]])


def memory_same(evidence: Mapping) -> Judgement:
    """Judge whether keeping the record for ever is the same as for one generation."""
    return judge(_primary(evidence, C), {SAME}, {SLOWER, FASTER})


def counter_slower(evidence: Mapping) -> Judgement:
    """Judge whether a literal counter is slower than a record of one generation."""
    return judge(_primary(evidence, A), {SLOWER}, {SAME, FASTER})


def _no_worse(evidence: Mapping, pairs: Sequence[tuple[str, str, str, str]]) -> pd.DataFrame:
    """Return comparisons of the secondary family; outcome: whether the first arm is shown no slower, or slower."""
    found = rows(evidence, SECONDARY, pairs)
    shown = found["not_slower_p_holm"] <= evidence["config"]["judging"]["alpha"]
    slower = found["outcome"].where(found["outcome"] == SLOWER, UNDECIDED)
    return found.assign(outcome=slower.mask(shown, NOT_SLOWER))


def _against_stanley(evidence: Mapping, arm: str) -> list[tuple[str, str, str, str]]:
    return [(task, MAIN, arm, B) for task in evidence["config"]["primary"]]


def pair_as_well(evidence: Mapping) -> Judgement:
    """Judge whether pairs of node numbers do no worse than Stanley's numbers."""
    return judge(_no_worse(evidence, _against_stanley(evidence, D1)), {NOT_SLOWER}, {SLOWER})


def positions_as_well(evidence: Mapping) -> Judgement:
    """Judge whether pairs of positions do no worse than Stanley's numbers, with speciation and, on poles, without."""
    pairs = [*_against_stanley(evidence, D3), (POLES, UNSPECIATED, D3, B)]
    return judge(_no_worse(evidence, pairs), {NOT_SLOWER}, {SLOWER})


def alignment_needed(evidence: Mapping) -> Judgement:
    """Judge whether NEAT is slower where no gene is aligned with any."""
    return judge(_no_worse(evidence, _against_stanley(evidence, NONE)), {SLOWER}, {NOT_SLOWER})


def crossover_unnecessary(evidence: Mapping) -> Judgement:
    """Judge whether NEAT without crossover is no slower."""
    pairs = [(task, f"{UNCROSSED}, {AGAINST_MAIN}", f"{B}, {UNCROSSED}", B) for task in (XOR, POLES)]
    return judge(_no_worse(evidence, pairs), {NOT_SLOWER}, {SLOWER})


def ever_helps_somewhere(evidence: Mapping) -> Judgement:
    """Judge whether a record kept for ever is faster in some place of the grid."""
    table = evidence["comparisons"]
    places = table[table["family"] == PLACES]
    found = places.assign(outcome=places.apply(outcome, axis=1))
    best = found.loc[found["a12"].idxmin()]
    if (found["outcome"] == FASTER).any():
        verdict = HOLDS
    else:
        verdict = UNDECIDED if (found["outcome"] == UNDECIDED).any() else FAILS
    condition = "; ".join(_places(name, part, len(found)) for name, part in found.groupby("outcome"))
    ends = (float(best[c]) for c in ("a12", "a12_low", "a12_high"))
    return Judgement(verdict, *ends, UNIT, int(best["n_arm"]), MODERATORS_FIGURE, condition)
