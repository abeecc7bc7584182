"""What the thread says of its own TensorFlow code: endpoints and rules, fixed before the runs; all of it is exact.

Every arm and comparison that ran is counted. Where TensorFlow did not run, a claim is undecided and says so.
"""

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd

from hearsay.claims import DEPENDS, FAILS, HOLDS, NONE, UNDECIDED, Claim, Judgement
from hearsay.moments.graph import RAN
from hearsay.moments.graph_nets import IN_PLACE, INSIDE, OUTSIDE
from hearsay.moments.graph_optimiser import FOLLOWS

THREAD = "Why must the moving mean and variance be updated explicitly?"
TABLE = "results/moments/tables/{}.csv"
SHARE = "share of runs"
ALL_OF_IT = (HOLDS, DEPENDS, FAILS, UNDECIDED)

SECOND_FLAG = (
    "second flag",
    "second flag, updates by dependencies",
    "second flag, today",
    "before or inside cond",
    "before or inside cond, updates by dependencies",
)
UNUSED_FLAG = ("flag that nothing uses", "flag that reaches no layer", "flag that reaches no layer, layers")
SEPARATE = ("separate nets", "separate graphs", "separate graphs, statistics not saved")
AGREE = ("weights", "statistics", "outputs", "afterwards")


def thread_never_updates(evidence: Mapping) -> Judgement:
    """Judge whether the thread's two layers chosen by tf.cond leave their statistics alone at evaluation."""
    rows = evidence["graph"]
    mine = rows[rows["form"].isin((INSIDE, OUTSIDE)) & (rows["updates"] == IN_PLACE)]
    ran = mine[mine["status"] == RAN]
    still = (ran["moved_evaluation"] == 0) & (ran["moved_training"] == 1)
    return _exact(mine, ran, still, "arm", ("never", "updates"), "graph")


def second_flag(evidence: Mapping) -> Judgement:
    """Judge whether one flag gives what two layers chosen by tf.cond give."""
    return _same(evidence, SECOND_FLAG)


def unused_flag(evidence: Mapping) -> Judgement:
    """Judge whether a flag that no layer uses changes nothing."""
    return _same(evidence, UNUSED_FLAG)


def separate_graphs(evidence: Mapping) -> Judgement:
    """Judge whether separate graphs for training and inference agree with one graph and a flag."""
    return _same(evidence, SEPARATE)


def follows_optimiser(evidence: Mapping) -> Judgement:
    """Judge whether a flag that follows the optimiser does what every kind of work needs."""
    rows = evidence["graph_optimiser"]
    mine = rows[rows["rule"] == FOLLOWS]
    ran = mine[mine["status"] == RAN]
    return _exact(mine, ran, ran["right"] == 1, "case", ("right", "wrong"), "graph-optimiser")


def _same(evidence: Mapping, comparisons: tuple[str, ...]) -> Judgement:
    rows = evidence["graph_same"]
    mine = rows[rows["comparison"].isin(comparisons)]
    ran = mine[mine["status"] == RAN]
    return _exact(mine, ran, (ran[list(AGREE)] == 1).all(axis=1), "comparison", ("same", "apart"), "graph-same")


def _exact(
    mine: pd.DataFrame, ran: pd.DataFrame, true: pd.Series, name: str, words: tuple[str, str], table: str
) -> Judgement:
    """Return the verdict on what was counted, and in its condition which of column `name` it is true of."""
    if not len(ran):
        said = "; ".join(sorted(set(mine["status"]))) or "nothing was run"
        return Judgement(UNDECIDED, 0.0, 0.0, 1.0, SHARE, 0, TABLE.format(table), said)
    verdict = HOLDS if true.all() else DEPENDS if true.any() else FAILS
    share = float(true.mean())
    condition = "; ".join(_said(mine, ran, true, name, words)) if verdict == DEPENDS else ""
    return Judgement(verdict, share, share, share, SHARE, len(ran), TABLE.format(table), condition)


def _said(mine: pd.DataFrame, ran: pd.DataFrame, true: pd.Series, name: str, words: tuple[str, str]) -> Iterator[str]:
    each = true.groupby(ran[name]).agg(["all", "any"])
    kinds = {words[0]: each["all"], words[1]: ~each["any"], "not the same in all runs": each["any"] & ~each["all"]}
    for word, where in kinds.items():
        if where.any():
            yield f"{word}: {_listed(each.index[where])}"
    silent = set(mine[name]) - set(ran[name])
    if silent:
        yield f"did not run: {_listed(silent)}"


def _listed(names: Iterable[str]) -> str:
    """Return names, which have commas in them, in quotes."""
    return ", ".join(f"“{name}”" for name in sorted(names))


_DECIDED = "; undecided if TensorFlow did not run."
CLAIMS = [
    Claim(
        "thread-never-updates",
        THREAD,
        "The thread's code, two layers with shared variables chosen by a condition, never updates at evaluation.",
        "runs in which training changes the moving statistics and evaluation changes no bit of them; layers built"
        " inside the branches of the condition and before it, control flow as in the thread and today's",
        f"Holds if all are so; fails if none is; depends otherwise{_DECIDED}",
        thread_never_updates,
        ALL_OF_IT,
        NONE,
    ),
    Claim(
        "second-flag-redundant",
        THREAD,
        "The second flag is redundant: one flag, fed to one layer, does what two layers chosen by a condition do.",
        "comparisons of the one with the others, built inside the branches of the condition or before it, in which"
        " weights, statistics before and after evaluation, and outputs agree in every bit",
        f"Holds if all agree; fails if none does; depends otherwise{_DECIDED}",
        second_flag,
        ALL_OF_IT,
        NONE,
    ),
    Claim(
        "unused-flag-harmless",
        THREAD,
        "Feeding a flag that nothing uses is harmless.",
        "comparisons in which weights, statistics before and after evaluation, and outputs agree in every bit: fed"
        " beside nets whose mode is in their code, against not fed; and fed where the layers were never given it,"
        " against layers that were",
        f"Holds if all agree; fails if none does; depends otherwise{_DECIDED}",
        unused_flag,
        ALL_OF_IT,
        NONE,
    ),
    Claim(
        "separate-graphs-agree",
        THREAD,
        "Separate graphs for training and inference, with the same variables, agree with one graph and a flag.",
        "comparisons in which weights, statistics before and after evaluation, and outputs agree in every bit: in one"
        " process, through a checkpoint of all variables, and through one of the trainable variables",
        f"Holds if all agree; fails if none does; depends otherwise{_DECIDED}",
        separate_graphs,
        ALL_OF_IT,
        NONE,
    ),
    Claim(
        "flag-follows-optimiser",
        THREAD,
        "A flag that follows the optimiser would be enough: statistics move where it runs, and nowhere else.",
        "kinds of work in which statistics move exactly if the work needs it: training, evaluation, a second head on a"
        " frozen body, descent on the images, their gradients, re-estimation; share of runs",
        f"Holds if all are right; fails if none is; depends otherwise{_DECIDED}",
        follows_optimiser,
        ALL_OF_IT,
        NONE,
    ),
]
