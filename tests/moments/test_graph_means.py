"""Tests of TensorFlow's arms as means over trainings."""

import numpy as np
import pytest

from hearsay.moments.graph_means import WAYS, WORK, means
from tests.moments.planted import tensorflow


def test_means_are_over_trainings_that_ran():
    one = tensorflow()["graph"]
    two = one.assign(replicate=1, eval_accuracy=0.7)
    refused = one["arm"] == one["arm"].iloc[0]
    two.loc[refused, ["eval_accuracy", "train_accuracy"]] = np.nan
    two.loc[refused, "said"] = "refused"
    found = means(type(one)(np.vstack([one, two]), columns=one.columns).infer_objects(), WAYS).set_index("arm")
    assert list(found.index) == sorted(one["arm"])
    first = found.loc[one["arm"].iloc[0]]
    assert (first["n"], first["eval_accuracy"], first["said"]) == (1, 0.5, "refused")
    other = found.loc[one["arm"].iloc[1]]
    assert (other["n"], other["said"]) == (2, "")
    assert other["eval_accuracy"] == pytest.approx(0.6)


def test_work_is_told_apart_by_rule():
    rows = tensorflow()["graph_optimiser"]
    found = means(rows, WORK)
    assert len(found) == len(rows.drop_duplicates(["case", "rule"]))
    assert (found["n"] == 1).all()
