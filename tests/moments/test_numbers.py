"""The numbers of a tiny run: all there, finite, unique, and each from the row that it names."""

import re

import numpy as np
import pytest

from hearsay import numbers as printed
from hearsay import tables
from hearsay.moments import numbers, numbers_graph
from hearsay.moments.analysis import WITHOUT
from hearsay.moments.conditions import NEVER, REESTIMATED
from hearsay.moments.evaluation import NOISE, SORTED
from hearsay.moments.graph import ABSENT
from hearsay.moments.runs import BASE
from hearsay.moments.shifted import ACCURACY, OWN
from tests.moments.planted import TINY, tiny


@pytest.fixture(scope="module")
def found():
    return numbers.numbers(tiny(), TINY)


def test_every_number_is_finite_and_has_a_meaning(found):
    for key, (value, _, meaning) in found.items():
        assert isinstance(value, str | bool | int) or np.isfinite(value), key
        assert re.fullmatch(r"[a-z][a-z0-9_]*", key) and meaning, key


def test_the_table_of_numbers_survives_the_disk(found, tmp_path):
    tables.write(printed.frame(found), printed.NUMBERS, tmp_path / "numbers.csv")
    texts = printed.texts(tmp_path / "numbers.csv")
    assert set(texts) == set(found)
    assert not [key for key, text in texts.items() if "nan" in text.lower().split() or text.startswith("inf")]


PARTS = {
    numbers: (
        *("_asked", "_end", "_learnt", "_course", "_never", "_until"),
        *("_curve", "_shifted", "_replaced", "_layers", "_checks"),
    ),
    numbers_graph: ("_arms", "_same", "_optimiser", "_forgotten"),
}


def test_no_part_hides_a_number_of_another(monkeypatch):
    """A key that two parts use, or one part twice, would lose the first one's value without a word."""
    keys = []
    for module, parts in PARTS.items():
        for part in parts:
            of = getattr(module, part)

            def kept(*args, of=of):
                made = of(*args)
                made = list(made.items()) if isinstance(made, dict) else list(made)
                keys.extend(key for key, _ in made)
                return dict(made)

            monkeypatch.setattr(module, part, kept)
    found = numbers.numbers(tiny(), TINY)
    assert sorted(keys) == sorted(found)


def test_numbers_are_those_of_the_rows_that_they_name(found):
    summary = tiny()["summary"].set_index(["training", "step", "condition", "outcome"])
    assert found["accuracy_never_updated"][0] == summary.loc[(BASE, 20, NEVER, ACCURACY), "mean"]
    assert found["accuracy_re_estimated_depth_1"][0] == summary.loc[("depth 1", 5, REESTIMATED, ACCURACY), "mean"]
    looks = summary["mean"].xs((BASE, ACCURACY), level=("training", "outcome")).unstack("condition")
    lag = looks[REESTIMATED] - looks["decay 0.99"]
    assert (found["slow_worst"][0], found["slow_worst_step"][0]) == (lag.max(), lag.idxmax())
    rows = tiny()["comparisons"].set_index(["family", "training", "condition"])["difference"]
    assert [found["never_batch_of_4"][0]] == rows.sort_index().loc[[(WITHOUT, "batch of 4", NEVER)]].tolist()
    ways = tiny()["shifted"].set_index(["shift", "order", "batch", "way", "outcome"])
    assert found["own_noise_sorted_large"][0] == ways.loc[(NOISE, SORTED, 16, OWN, ACCURACY), "mean"]
    assert [found[f"forgotten_{word}"][0] for word in ("tried", "lost", "told")] == [3, 2, 1]
    assert found["replicates"][0] == 2 and found["slowest"][0] == "0.99"


def test_a_median_that_most_trainings_do_not_reach_is_never():
    until = tiny()["until"].copy()
    until["steps"] = np.nan
    until["times"] = np.nan
    found = numbers.numbers(tiny() | {"until": until}, TINY)
    assert found["until_decay_0_9_steps"][0] == "never" and found["until_decay_0_9_reached"][0] == 0
    assert "until_steps_least" not in found


def test_without_tensorflow_every_number_is_there_and_says_so():
    absent = {
        name: frame.assign(status=ABSENT, **{c: np.nan for c in frame if frame[c].dtype == float})
        for name, frame in tiny().items()
        if name.startswith("graph")
    }
    found = numbers.numbers(tiny() | absent, TINY)
    assert found["graph_eval_one_flag"][0] == "not run" and found["graph_ran"][0] == 0
    assert set(found) == set(numbers.numbers(tiny(), TINY))


def test_curves_that_share_no_place_are_unknown():
    planted = tiny()
    found = numbers.numbers(planted | {"curve": planted["curve"].iloc[:0]}, TINY)
    assert found["explained_lag_times"][0] == found["explained_gap_steps_low"][0] == "unknown"
