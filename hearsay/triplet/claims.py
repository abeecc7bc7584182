"""What is said about sharing batch normalisation between branches: endpoints and rules, fixed before the runs.

Evidence: the study's tables by name, and `config`: its section, whose `judging` bounds decide.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hearsay.claims import DEPENDS, FAILS, HOLDS, UNDECIDED, Claim, Judgement
from hearsay.triplet.analysis import ACROSS, DOMAINS, PRIMARY
from hearsay.triplet.evaluation import BOTH, PARAMETERS, SHARINGS
from hearsay.triplet.exact import ADDED, DROPOUT, OLD_NAME
from hearsay.triplet.training import PER_BRANCH

THREAD = "How should batch normalisation be shared across the branches of a triplet network?"
FIGURE = "results/triplet/figures/{}.svg"
TABLE = "results/triplet/tables/{}.csv"
RELATIVE, SHARE, ACCURACY = "relative distance", "share of cases", "difference of accuracies"
ALL_OF_IT = (HOLDS, DEPENDS, FAILS, UNDECIDED)


def equal_at_first(evidence: Mapping) -> Judgement:
    """Judge whether branches that share the parameters agree before the first step and differ after it."""
    steps = evidence["steps"]
    mine = steps[steps["statistics"] == PARAMETERS]
    before = mine[mine["step"] == 0].set_index(["distribution", "replicate"])["discrepancy"]
    after = mine[mine["step"] == 1].set_index(["distribution", "replicate"])["discrepancy"].reindex(before.index)
    true = (before == 0) & (after > 0)
    verdict = HOLDS if true.all() else FAILS if not true.any() else DEPENDS
    condition = "" if verdict != DEPENDS else f"true in {int(true.sum())} of {len(true)} trainings"
    low, high = (float(end) for end in (after.min(), after.max()))
    return Judgement(verdict, float(after.mean()), low, high, RELATIVE, len(true), FIGURE.format("steps"), condition)


def parameters_alone(evidence: Mapping) -> Judgement:
    """Judge whether branches that share the parameters alone give embeddings that do not fit each other."""
    found = _compared(evidence, ACROSS, PARAMETERS)
    harm = evidence["config"]["judging"]["harm"]
    return _about(found, found["high"] < -harm, found["low"] > -harm, "harmful", "harmless")


def both_solve(evidence: Mapping) -> Judgement:
    """Judge whether branches that share both statistics are the same in evaluation mode, at every step."""
    steps = evidence["steps"]
    apart = steps.loc[steps["statistics"] == BOTH, "discrepancy"]
    verdict = HOLDS if (apart == 0).all() else FAILS if (apart > 0).all() else DEPENDS
    condition = "" if verdict != DEPENDS else f"apart in {int((apart > 0).sum())} of {len(apart)} looks"
    ends = (float(value) for value in (apart.max(), apart.min(), apart.max()))
    return Judgement(verdict, *ends, RELATIVE, len(apart), FIGURE.format("steps"), condition)


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
    rows = evidence["summary"]
    rows = rows[(rows["outcome"] == "discrepancy") & rows["statistics"].isin(SHARINGS)]
    base = rows[rows["training"] == PER_BRANCH].set_index(["distribution", "statistics"])
    losses = rows[rows["training"].str.startswith("loss: ")]
    other = base.reindex(pd.MultiIndex.from_frame(losses[["distribution", "statistics"]]))
    agree = (losses["mean"].to_numpy() > 0) == (other["mean"].to_numpy() > 0)
    there = losses["mean"].to_numpy() * other["mean"].to_numpy() > 0
    ratio = np.log2(losses["mean"].to_numpy()[there] / other["mean"].to_numpy()[there])
    error = np.hypot(*((rows["error"] / rows["mean"]).to_numpy()[there] for rows in (losses, other))) / np.log(2)
    half = 2 * error  # about 95 %; the bound is a factor, not a significance
    most = np.log2(evidence["config"]["judging"]["factor"])
    low, high = ratio - half, ratio + half
    within, beyond = (low > -most) & (high < most), (low > most) | (high < -most)
    if not agree.all() or beyond.all():
        verdict, condition = FAILS, ""
    elif within.all():
        verdict, condition = HOLDS, ""
    elif within.any() and beyond.any():
        names = losses["training"].to_numpy()[there][beyond]
        verdict, condition = (
            DEPENDS,
            f"zero or not agrees for all; the size does not for {', '.join(sorted(set(names)))}",
        )
    else:
        verdict, condition = UNDECIDED, "zero or not agrees for all; the bound on the size is open"
    worst = int(np.nanargmax(np.abs(ratio)))
    ends = (float(2.0 ** values[worst]) for values in (ratio, low, high))
    return Judgement(
        verdict, *ends, "times the discrepancy", int(losses["n"].min()), TABLE.format("summary"), condition
    )


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
    ends = (float(worst[name]) for name in ("difference", "low", "high"))
    kept = condition if verdict in (DEPENDS, UNDECIDED) else ""
    return Judgement(verdict, *ends, ACCURACY, int(worst["n"]), FIGURE.format("sharing"), kept)


def _exact(evidence: Mapping, sentence: str, holds_if: bool) -> Judgement:
    row = evidence["exact"].set_index("sentence").loc[sentence]
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
        "largest relative distance of two branches' embeddings of the same images, in evaluation mode, before and after"
        " the first step; mean and range over trainings",
        "Holds if it is nothing before the first step and more after it in all trainings of all distributions; fails if"
        " in none; depends otherwise.",
        equal_at_first,
        (HOLDS, DEPENDS, FAILS),
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
    ),
    Claim(
        "both-solve",
        THREAD,
        "Sharing running mean and running variance too makes the branches the same.",
        "largest relative distance of two branches' embeddings of the same images, in evaluation mode, at every look",
        "Holds if it is nothing at every look in every training; fails if it never is; depends otherwise.",
        both_solve,
        (HOLDS, DEPENDS, FAILS),
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
    ),
    Claim(
        "adding-cancels",
        THREAD,
        "Naming more tensors to be shared cancels what is shared otherwise.",
        "nets in which a tensor that few names share is no longer shared when names are added",
        "Holds if there is one in all; fails if in none; depends otherwise.",
        adding_cancels,
        (HOLDS, DEPENDS, FAILS),
    ),
    Claim(
        "no-dropout",
        THREAD,
        "Dropout of probability nought has no effect.",
        "trainings that end in the same weights and statistics, bit for bit, without it",
        "Holds if all do; fails if none does; depends otherwise.",
        no_dropout,
        (HOLDS, DEPENDS, FAILS),
    ),
    Claim(
        "any-loss",
        THREAD,
        "Which loss is used does not matter.",
        "discrepancy of branches by what they share: whether there is any, for each loss, and its size over that with"
        " Hoffer's ratio; the ratio farthest from one",
        "Holds if there is any for all losses or for none in every case, and all ratios lie within a factor of"
        " {factor}; fails if in some case there is for some losses only, or all ratios lie beyond; depends if some"
        " ratios lie within and some beyond; undecided otherwise.",
        any_loss,
        ALL_OF_IT,
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
    ),
]


def spoken(judging: Mapping, numbers: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that statements and rules may name: the study's numbers, and the bounds of its config."""
    return dict(numbers) | {key: f"{value:,}" for key, value in judging.items()}
