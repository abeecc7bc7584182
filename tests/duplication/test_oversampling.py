import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from hearsay.duplication.oversampling import ARMS, OVERSAMPLING, _published_smote, noise, oversampling, rerun
from hearsay.errors import HearsayError

# README of github.com/GillesVandewiele/EHG-Oversampling, experiment 1
PUBLISHED = {
    "vandewiele.auc-none": "0.49211624313186814",
    "vandewiele.auc-after": "0.48493389423076927",
    "vandewiele.auc-before": "0.9546904407849975",
}
CONFIG = {"oversampling_rows": 600, "oversampling_repeats": 2, "oversampling_rerun": True}


@pytest.fixture(scope="module")
def found():
    return oversampling(CONFIG, PUBLISHED, 7)


def test_the_published_run_is_reproduced_to_the_last_digit():
    for arm, auc in rerun().items():
        assert auc == pytest.approx(float(PUBLISHED[ARMS[arm][2]]), abs=1e-12), arm


def test_only_oversampling_before_an_ungrouped_split_finds_something(found):
    OVERSAMPLING.check(found)
    found = found.set_index("arm")
    assert list(found.index) == list(ARMS)
    rows = CONFIG["oversampling_rows"] / 4
    for arm, row in found.iterrows():
        if row["when"] == "before the split":
            assert row["auc"] > 0.8
        elif row["when"] != "before a grouped split":
            # a rank sum's standard deviation under the null, for a tenth of positives
            law = np.sqrt((rows + 1) / (12 * 0.1 * rows * 0.9 * rows) / CONFIG["oversampling_repeats"])
            assert abs(row["auc"] - 0.5) <= 4 * law, arm
    # the held-out copies of a row stand or fall together: fewer independent rows
    assert abs(found.loc["duplication before a grouped split", "auc"] - 0.5) < 0.3


def test_a_shard_is_its_part_of_the_whole(found):
    part = oversampling(CONFIG, PUBLISHED, 7, 3, len(ARMS))
    pd.testing.assert_frame_equal(part, found[found["arm"] == part["arm"].iloc[0]].reset_index(drop=True))
    assert len(part) == 1


def test_ours_is_held_against_the_published_only_at_their_size(found):
    assert found["z"].isna().all()
    assert found["published"].notna().sum() == found["rerun"].notna().sum() == len(PUBLISHED)


def test_a_missing_published_figure_is_named():
    with pytest.raises(HearsayError, match=r"vandewiele\.auc-after"):
        oversampling(CONFIG, {key: value for key, value in PUBLISHED.items() if "after" not in key}, 7)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_smote_balances_and_its_points_lie_between_positives(seed):
    state = np.random.RandomState(seed)
    x, y = noise(200, np.random.default_rng(seed))
    y[:7] = 1  # six neighbours must exist
    more, labels = _published_smote(x, y, state)
    assert np.bincount(labels).tolist() == [np.sum(y == 0)] * 2
    assert (more[: len(x)] == x).all()
    positive = x[y == 1]
    for point in more[len(x) :][:5]:
        a, b = positive[:, None], positive[None]
        # the triangle inequality is tight only on a segment
        detour = (
            np.linalg.norm(point - a, axis=-1) + np.linalg.norm(point - b, axis=-1) - np.linalg.norm(a - b, axis=-1)
        )
        assert detour.min() < 1e-9


def test_noise_is_a_tenth_positive_whatever_x_is():
    x, y = noise(100_000, np.random.default_rng(1))
    assert abs(y.mean() - 0.1) <= 4 * np.sqrt(0.09 / len(y))
    assert abs(roc_auc_score(y, x[:, 0]) - 0.5) < 0.02
