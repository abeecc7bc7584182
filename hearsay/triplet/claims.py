"""What is said about sharing batch normalisation between branches: endpoints and rules, fixed before the runs.

Evidence: the study's tables by name, and `config`: its section, whose `judging` bounds decide.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hearsay.claims import CONFIDENCE, DEPENDS, FAILS, HOLDS, NONE, RANGE, UNDECIDED, Claim, Judgement
from hearsay.triplet.analysis import LESS, LOSSES, PRIMARY
from hearsay.triplet.evaluation import ACROSS, APARTNESS, DOMAINS, PARAMETERS
from hearsay.triplet.exact import ADDED, DROPOUT, OLD_NAME
from hearsay.triplet.runs import LOSS
from hearsay.triplet.training import PER_BRANCH
from hearsay.triplet.written import BOTH_APART, FIRST, LOSSES_BOTH, START, TRAINING_MODE

THREAD = "How should batch normalisation be shared across the branches of a triplet network?"
FIGURE = "results/triplet/figures/{}.svg"
TABLE = "results/triplet/tables/{}.csv"
RELATIVE, SHARE, POINTS, HUNDRED = "relative distance", "share of cases", "points of accuracy", 100
ALL_OF_IT = (HOLDS, DEPENDS, FAILS, UNDECIDED)


def equal_at_first(evidence: Mapping) -> Judgement:
    """Judge whether branches that share the parameters agree before the first step and differ after it.

    Before it is decided by branches that are modules of their own: beside one net all statistics begin as one.
    """
    steps, before, after = evidence["steps"], _sentence(evidence, START), _sentence(evidence, FIRST)
    first = steps[(steps["statistics"] == PARAMETERS) & (steps["step"] == 1)]["discrepancy"]
    cases, agree, differ = int(before["cases"]), int(before["cases"] - before["true"]), int(after["true"])
    if agree == cases and differ == cases and (first > 0).all():
        verdict = HOLDS
    else:
        verdict = FAILS if agree == 0 or (differ == 0 and not (first > 0).any()) else DEPENDS
    condition = (
        f"agree before it in {agree} of {cases} cases; differ after it in {differ} of {cases}, and in "
        f"{int((first > 0).sum())} of {len(first)} trainings"
    )
    ends = (float(value) for value in (first.mean(), first.min(), first.max()))
    kept = condition if verdict == DEPENDS else ""
    return Judgement(verdict, *ends, RELATIVE, len(first), FIGURE.format("steps"), kept)


def parameters_differ(evidence: Mapping) -> Judgement:
    """Judge whether branches that share the parameters alone end up different, in evaluation and in training mode."""
    steps = evidence["steps"]
    last = steps[(steps["statistics"] == PARAMETERS) & (steps["step"] == steps["step"].max())]["discrepancy"]
    apart, row = last > 0, _sentence(evidence, TRAINING_MODE)
    if apart.all() and row["true"] == row["cases"]:
        verdict = HOLDS
    else:
        verdict = DEPENDS if apart.any() or row["true"] > 0 else FAILS
    condition = (
        f"in evaluation mode in {int(apart.sum())} of {len(apart)} trainings, {_first_layer(evidence)}; in training "
        f"mode in {int(row['true'])} of {int(row['cases'])}"
    )
    ends = (float(value) for value in (last.mean(), last.min(), last.max()))
    kept = condition if verdict == DEPENDS else ""
    return Judgement(verdict, *ends, RELATIVE, len(last), FIGURE.format("layers"), kept)


def parameters_alone(evidence: Mapping) -> Judgement:
    """Judge whether branches that share the parameters alone give embeddings that do not fit each other."""
    found = _compared(evidence, ACROSS, PARAMETERS)
    harm = evidence["config"]["judging"]["harm"]
    return _about(found, found["high"] < -harm, found["low"] > -harm, "harmful", "harmless")


def both_solve(evidence: Mapping) -> Judgement:
    """Judge whether branches that share both statistics, each a module of its own, are the same at every step."""
    row = _sentence(evidence, BOTH_APART)
    apart, n, most = int(row["true"]), int(row["cases"]), float(row["largest"])
    verdict = HOLDS if apart == 0 else FAILS if apart == n else DEPENDS
    condition = "" if verdict != DEPENDS else f"apart in {apart} of {n} trainings"
    return Judgement(verdict, most, most, most, RELATIVE, n, TABLE.format("exact"), condition)


def old_name(evidence: Mapping) -> Judgement:
    """Judge whether the variance's old name shares nothing of it."""
    return _exact(evidence, OLD_NAME, holds_if=False)


def adding_cancels(evidence: Mapping) -> Judgement:
    """Judge whether naming more tensors takes back what is shared otherwise."""
    return _exact(evidence, ADDED, holds_if=True)


def no_dropout(evidence: Mapping) -> Judgement:
    """Judge whether dropout of probability 0 has no effect."""
    return _exact(evidence, DROPOUT, holds_if=False)


def any_loss(evidence: Mapping) -> Judgement:
    """Judge whether the loss does not matter: zero or not must agree for all, and sizes lie within a factor."""
    agree = _agree(evidence)
    found = evidence["comparisons"]
    found = found[found["family"] == LOSSES].dropna(subset="difference").reset_index(drop=True)
    most = np.log2(evidence["config"]["judging"]["factor"])
    within = (found["low"] > -most) & (found["high"] < most)
    beyond = (found["low"] > most) | (found["high"] < -most)
    if not agree or (len(found) and beyond.all()):
        verdict, condition = FAILS, ""
    elif within.all():
        verdict, condition = HOLDS, ""
    elif within.any() and beyond.any():
        names = sorted(set(found["training"][beyond].str.removeprefix(LOSS)))
        verdict, condition = DEPENDS, f"zero or not agrees for all; the size does not for {', '.join(names)}"
    else:
        verdict, condition = UNDECIDED, "zero or not agrees for all; the bound on the size is open"
    ends, n = (1.0, 1.0, 1.0), 0
    if len(found):  # else there is no discrepancy with any loss
        worst = found.loc[found["difference"].abs().idxmax()]
        ends, n = tuple(float(2.0 ** worst[name]) for name in ("difference", "low", "high")), int(worst["n"])
    return Judgement(verdict, *ends, "times the discrepancy", n, FIGURE.format("losses"), condition)


def _agree(evidence: Mapping) -> bool:
    """Return whether there is a discrepancy with every loss, or with none, by what is shared.

    With both statistics shared that is asked of branches that are modules of their own; beside one net they are one.
    """
    summary = evidence["summary"]
    rows = summary[(summary["outcome"] == APARTNESS) & summary["statistics"].isin(LESS)]
    mine = rows[(rows["training"] == PER_BRANCH) | rows["training"].str.startswith(LOSS)]
    losses = mine[mine["training"] != PER_BRANCH]
    cells = mine.merge(losses[["distribution", "statistics"]].drop_duplicates())
    each = cells.groupby(["distribution", "statistics"])
    both = [_sentence(evidence, name) for name in (BOTH_APART, LOSSES_BOTH)]
    alike = all(row["true"] == 0 for row in both) or all(row["true"] == row["cases"] for row in both)
    return alike and bool(((each["least"].min() > 0) | (each["most"].max() == 0)).all())


def own_statistics(evidence: Mapping) -> Judgement:
    """Judge whether each branch should have statistics of its own: across shifted domains, and across branches."""
    harm = evidence["config"]["judging"]["harm"]
    across = _compared(evidence, ACROSS, PARAMETERS)
    domains = _compared(evidence, DOMAINS, PARAMETERS)
    found = pd.concat([domains, across], ignore_index=True)
    return _about(found, found["low"] > harm, found["high"] < harm, "better", "not better by the bound")


def _compared(evidence: Mapping, outcome: str, statistics: str) -> pd.DataFrame:
    rows = evidence["comparisons"]
    mine = (rows["family"] == PRIMARY) & (rows["outcome"] == outcome) & (rows["statistics"] == statistics)
    return rows[mine].reset_index(drop=True)


def _about(found: pd.DataFrame, true: pd.Series, false: pd.Series, yes: str, no: str) -> Judgement:
    """Return the verdict on a statement about all comparisons; the estimate is that farthest from none."""
    if true.all():
        verdict = HOLDS
    elif false.all():
        verdict = FAILS
    else:
        verdict = DEPENDS if true.any() and false.any() else UNDECIDED
    said = np.select([true, false], [yes, no], "open")
    places = found["distribution"].where(found["outcome"] != DOMAINS, "across shifted domains")
    condition = "; ".join(f"{place}: {word}" for place, word in zip(places, said, strict=True))
    worst = found.loc[found["difference"].abs().idxmax()]
    ends = (HUNDRED * float(worst[name]) for name in ("difference", "low", "high"))
    kept = condition if verdict in (DEPENDS, UNDECIDED) else ""
    return Judgement(verdict, *ends, POINTS, int(worst["n"]), FIGURE.format("sharing"), kept)


def _sentence(evidence: Mapping, sentence: str) -> pd.Series:
    return evidence["exact"].set_index("sentence").loc[sentence]


def _first_layer(evidence: Mapping) -> str:
    """Say from which layer on branches that share the parameters alone differ."""
    rows = evidence["layers"]
    rows = rows[(rows["statistics"] == PARAMETERS) & (rows["discrepancy"] > 0)]
    return f"from the first {rows.loc[rows['place'].idxmin(), 'layer']} on" if len(rows) else "in no layer"


def _exact(evidence: Mapping, sentence: str, holds_if: bool) -> Judgement:
    row = _sentence(evidence, sentence)
    true = row["true"] if holds_if else row["cases"] - row["true"]
    verdict = HOLDS if true == row["cases"] else FAILS if true == 0 else DEPENDS
    condition = "" if verdict != DEPENDS else f"true in {int(true)} of {int(row['cases'])} cases"
    share = float(true / row["cases"])
    return Judgement(verdict, share, share, share, SHARE, int(row["cases"]), TABLE.format("exact"), condition)


CLAIMS = [
    Claim(
        "equal-at-first",
        THREAD,
        "Branches that share their parameters alone agree at initialisation, and no longer after one step.",
        "largest relative distance of two branches' embeddings of the same images, in evaluation mode, before the"
        " first step where branches are modules of their own, and after it there and in the trainings; mean and range"
        " over trainings",
        "Holds if it is nothing before the first step in all cases and more after it in all; fails if it never is"
        " nothing before it, or never more after it; depends otherwise.",
        equal_at_first,
        (HOLDS, DEPENDS, FAILS),
        RANGE,
    ),
    Claim(
        "parameters-differ",
        THREAD,
        "Sharing the parameters alone leaves the branches different.",
        "largest relative distance of two branches' embeddings of the same images at the end of the training, in"
        " evaluation mode, mean and range over trainings; and whether branches of the same kind, written out as modules"
        " of their own, differ in training mode",
        "Holds if there is any in all trainings in evaluation mode and in all cases in training mode; fails if there is"
        " none in either; depends otherwise.",
        parameters_differ,
        (HOLDS, DEPENDS, FAILS),
        RANGE,
    ),
    Claim(
        "parameters-alone",
        THREAD,
        "Branches that share their parameters alone give embeddings that do not fit each other.",
        "accuracy of nearest neighbours, queries by one branch and gallery by another on the same kind of images: own"
        " statistics less shared ones, paired by training",
        "Holds if a loss of more than {harm} is shown whatever the branches see; fails if one is excluded whatever they"
        " see; depends if on some each; undecided otherwise.",
        parameters_alone,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "both-solve",
        THREAD,
        "Sharing running mean and running variance too makes the branches the same.",
        "largest relative distance of two branches' embeddings of the same images, in evaluation mode, before"
        " every step and after the last, of branches that are modules of their own and share tensors by name",
        "Holds if it is nothing at every look in all trainings; fails if it is more at some look in all; depends"
        " otherwise.",
        both_solve,
        (HOLDS, DEPENDS, FAILS),
        NONE,
    ),
    Claim(
        "old-name",
        THREAD,
        "Where the variance is shared by its old name, it is not shared, and nobody is told.",
        "nets in which the variance is not shared after it was named by its old name as Torch7 did, which passes over"
        " names that it does not know",
        "Holds if it is not shared in any; fails if it is in all; depends otherwise.",
        old_name,
        (HOLDS, DEPENDS, FAILS),
        NONE,
    ),
    Claim(
        "adding-cancels",
        THREAD,
        "Naming more tensors to be shared cancels what is shared otherwise.",
        "nets in which a tensor that few names share is no longer shared when names are added",
        "Holds if there is one in all; fails if in none; depends otherwise.",
        adding_cancels,
        (HOLDS, DEPENDS, FAILS),
        NONE,
    ),
    Claim(
        "no-dropout",
        THREAD,
        "Dropout of probability nought has no effect.",
        "trainings that end in the same weights and statistics, bit for bit, without it",
        "Holds if all do; fails if none does; depends otherwise.",
        no_dropout,
        (HOLDS, DEPENDS, FAILS),
        NONE,
    ),
    Claim(
        "any-loss",
        THREAD,
        "Which loss is used does not matter.",
        "discrepancy of branches by what they share: whether there is any, for each loss, and its size over that with"
        " Hoffer's ratio, paired by training, as a geometric mean; the ratio farthest from one",
        "Holds if there is any for all losses or for none in every case, and all ratios lie within a factor of"
        " {factor}, by intervals corrected for their number; fails if in some case there is for some losses only, or"
        " all ratios lie beyond; depends if some ratios lie within and some beyond; undecided otherwise.",
        any_loss,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "own-statistics",
        THREAD,
        "Each branch had better have statistics of its own, since branches may see different domains.",
        "accuracy of nearest neighbours across shifted domains, each domain by the branch that was trained on it, and"
        " across branches on images of one domain: own statistics less shared ones, paired by training",
        "Holds if a gain of more than {harm} is shown in all cases; fails if one is excluded in all; depends if in some"
        " each; undecided otherwise.",
        own_statistics,
        ALL_OF_IT,
        CONFIDENCE,
    ),
]


def spoken(judging: Mapping, numbers: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that statements and rules may name: the study's numbers, and the bounds of its config."""
    return dict(numbers) | {key: f"{value:,}" for key, value in judging.items()}
