"""Comparisons of planted outcomes by hand; everything that is there is compared, and once."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from hearsay.moments.analysis import (
    COMPARISONS,
    EVALUATION,
    OTHERS,
    PRIMARY,
    REPLACED,
    SLOW,
    SUMMARY,
    WITHOUT,
    comparisons,
    decay,
    primary,
)
from hearsay.moments.conditions import BATCH, NEVER, REESTIMATED, names
from hearsay.moments.evaluation import CLEAN, NOISE, ORDERS, SHIFTS, SHUFFLED, SORTED
from hearsay.moments.runs import BASE, TRAINING, reestimated_from
from hearsay.moments.shifted import ACCURACY, AFTERWARDS, ANY, CHANGED, FIXED, OWN, UPDATING
from hearsay.vision import paired
from tests.moments.test_runs import CONFIG

LOOKS = {BASE: (1, 10, 100), "batch of 4": (1, 50), "depth 1": (1, 50)}
CONDITIONS = [*names(CONFIG["decays"]), REESTIMATED, BATCH, TRAINING]


def outcomes(n=6):
    rng = np.random.default_rng(0)
    common = rng.normal(0, 0.2, n)
    rows = []
    for training, looks in LOOKS.items():
        for step in looks:
            few = [reestimated_from(10), reestimated_from(60)] if step == looks[-1] else []
            for condition in CONDITIONS + few:
                off = {NEVER: -0.4, decay(0.99): -0.1}.get(condition, 0.0)
                rows += [
                    (training, step, condition, ACCURACY, k, off + common[k] + rng.normal(0, 0.01)) for k in range(n)
                ]
                rows += [(training, step, condition, "loss", k, rng.random()) for k in range(n)]
    return pd.DataFrame(rows, columns=["training", "step", "condition", "outcome", "replicate", "value"])


def evaluations(n=6):
    rng = np.random.default_rng(1)
    common = rng.normal(0, 0.2, n)
    cases = [(shift, ANY, 0, FIXED, ACCURACY, {CLEAN: 0.9, NOISE: 0.3}.get(shift, 0.5)) for shift in SHIFTS]
    for shift in SHIFTS:
        for order in ORDERS:
            for batch in (4, 8, 16):
                cases += [(shift, order, batch, way, ACCURACY, 0.5) for way in (UPDATING, OWN)]
                cases += [(shift, order, batch, UPDATING, AFTERWARDS, 0.6), (shift, order, batch, OWN, CHANGED, 0.1)]
    rows = [(*case, k, value + common[k] + rng.normal(0, 0.01)) for *case, value in cases for k in range(n)]
    return pd.DataFrame(rows, columns=["shift", "order", "batch", "way", "outcome", "replicate", "value"])


@pytest.fixture(scope="module")
def found():
    mixed = [frame.sample(frac=1, random_state=0) for frame in (outcomes(), evaluations())]
    frame = comparisons(*mixed, CONFIG)
    COMPARISONS.check(frame)
    return frame


def test_families_hold_what_they_must(found):
    sizes = found["family"].value_counts()
    assert set(sizes.index) == {*PRIMARY, OTHERS}
    assert sizes[WITHOUT] == 2 * len(LOOKS) and sizes[SLOW] == len(LOOKS[BASE])
    assert sizes[EVALUATION] == 3 * len(SHIFTS) * 2 * 2  # effects, shifts, orders, sizes
    assert sizes[REPLACED] == 2 + 2  # numbers of images that are there in the base, and all images in two trainings
    # all conditions but the re-estimated ones, less those that decide; and ways x orders x sizes
    last = (len(CONDITIONS) + 2) * len(LOOKS) - len(LOOKS)
    decided = sizes[WITHOUT] + 1
    assert sizes[OTHERS] == last - decided + 3 * len(SHIFTS) * 3 * 3 - sizes[EVALUATION]
    assert not found.duplicated(list(COMPARISONS.key[1:])).any()


def test_a_comparison_by_hand(found):
    frame = outcomes()
    rows = found[(found["family"] == WITHOUT) & (found["training"] == "depth 1") & (found["condition"] == NEVER)]
    (row,) = rows.to_dict("records")
    values = frame[(frame["outcome"] == ACCURACY) & (frame["training"] == "depth 1") & (frame["step"] == 50)]
    sides = values.pivot(index="replicate", columns="condition", values="value")
    test = stats.ttest_1samp(sides[NEVER] - sides[REESTIMATED], 0)
    ends = test.confidence_interval(1 - 0.05 / (2 * len(LOOKS)))
    assert (row["low"], row["high"], row["p"]) == pytest.approx((ends.low, ends.high, test.pvalue))
    assert row["difference"] == pytest.approx(-0.4, abs=0.02) and row["error"] < 0.01 and row["step"] == 50


def test_shifted_data_are_held_against_fixed_statistics_on_the_same_and_afterwards_on_clean_ones(found):
    rows = found[found["family"] == EVALUATION].set_index(["outcome", "condition", "shift", "order", "batch"])
    assert rows.loc[(ACCURACY, OWN, NOISE, SORTED, 16), "difference"] == pytest.approx(0.2, abs=0.02)
    assert rows.loc[(ACCURACY, UPDATING, CLEAN, SHUFFLED, 4), "difference"] == pytest.approx(-0.4, abs=0.02)
    assert rows.loc[(AFTERWARDS, UPDATING, NOISE, SHUFFLED, 4), "difference"] == pytest.approx(-0.3, abs=0.02)


def test_the_slowest_decay_is_looked_at_at_every_look():
    pairs = primary(outcomes(2), CONFIG)[SLOW]
    assert [(p.step, p.condition) for p in pairs] == [(step, decay(0.99)) for step in LOOKS[BASE]]


def test_a_summary_has_the_declared_columns():
    found = paired.summarise(outcomes(), SUMMARY)
    SUMMARY.check(found)
    assert (found["n"] == 6).all()
