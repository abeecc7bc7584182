"""Sentences that need no statistics come out as torch has it."""

import numpy as np

from hearsay.triplet.exact import (
    ADAM,
    ADDED,
    DROPOUT,
    EXACT,
    OLD_NAME,
    ONCE,
    SGD,
    TRAINING_MODE,
    exact,
)
from tests.triplet.test_runs import planted


def test_every_sentence():
    rows = exact(planted().train, 1, 2)
    EXACT.check(rows)
    rows = rows.set_index("sentence")
    assert rows["cases"].to_dict() == dict.fromkeys((OLD_NAME, ADDED, TRAINING_MODE, ONCE, SGD, ADAM), 2) | {DROPOUT: 6}
    assert rows["true"].to_dict() == dict.fromkeys((OLD_NAME, ADDED, TRAINING_MODE, ONCE, SGD, DROPOUT), 0) | {ADAM: 2}
    assert rows.loc[[TRAINING_MODE, ONCE, DROPOUT], "largest"].tolist() == [0, 0, 0]
    assert rows.loc[OLD_NAME, "largest"] > 0 and np.isnan(rows.loc[ADDED, "largest"])
