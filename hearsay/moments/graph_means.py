"""TensorFlow's arms and kinds of work, means over trainings: what a reader looks at."""

import pandas as pd

from hearsay.tables import Table

_SAID = {
    "n": "trainings that ran",
    "said": "why none ran: the error's first sentence, or the packages that are missing",
}
WAYS = Table(
    "moments/graph-ways",
    "Ways of normalising in TensorFlow's graph mode, means over trainings",
    key=("arm",),
    columns={
        "arm": "name of the way",
        **_SAID,
        "train_accuracy": "share of right answers in training, mean over the batches of the last steps",
        "eval_accuracy": "the same on test images in mixed order, in evaluation",
        "from_full": "distance of the moving means from those of a full pass, in norms of these",
        "moved_training": "share of trainings that changed any bit of a moving mean or variance",
        "moved_evaluation": "share of evaluations that did",
    },
    text=("arm", "said"),
)
WORK = Table(
    "moments/graph-work",
    "A flag that follows the optimiser, or is set by hand, in TensorFlow, means over trainings",
    key=("case", "rule"),
    columns={
        "case": "the work",
        "rule": "what the flag follows",
        **_SAID,
        "optimiser": "whether an optimiser runs, 0 or 1",
        "must_move": "whether the work needs moving statistics to be updated, 0 or 1",
        "moved": "share of trainings in which any bit of them changed",
        "accuracy_before": "share of right answers on the test images before the work, in evaluation",
        "accuracy_after": "the same after it",
    },
    text=("case", "rule", "said"),
)


def means(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return `WAYS` or `WORK` from `moments/graph` or `moments/graph-optimiser`."""
    groups = frame.groupby(list(table.key), sort=True)
    values = [name for name in table.columns if name not in (*table.key, "n", "said")]
    found = groups[values].mean()
    found["n"] = groups[values[0]].count()
    found["said"] = groups["said"].agg(lambda words: "; ".join(sorted(set(words) - {""})))
    return found.reset_index()[list(table.columns)]
