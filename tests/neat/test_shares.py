"""Shares of what happened, by hand."""

import numpy as np
import pandas as pd
import pytest

from hearsay import tables
from hearsay.neat.mechanism import QUANTITIES, WATCHED
from hearsay.neat.runs import RUNS
from hearsay.neat.shares import SHARES, WHOLE, shares, whole
from tests.neat.planted_tables import table

ROWS = [
    # crossovers, self, equal, same, links, matched, splits, matched, held
    (100, 10, 8, 3, 40, 10, 5, 1, 2),
    (50, 0, 2, 2, 10, 0, 0, 0, 0),
    (0, 0, 0, 0, 20, 20, 2, 2, 0),
]
NAMES = (
    "crossovers",
    "self",
    "equal",
    "equal_same",
    "links",
    "links_matched",
    "splits",
    "splits_matched",
    "splits_held",
)


def planted(arm="b", rows=ROWS):
    frame = [dict(zip(NAMES, row, strict=True)) | {"arm": arm, "replicate": k} for k, row in enumerate(rows)]
    return table("runs", frame, task="XOR", group="main", delta=1, hidden=2, connections=5, largest=9)


def by_quantity(frame):
    return frame.set_index("quantity")


def test_shares_by_hand():
    found = shares(planted())
    SHARES.check(found)
    rows = by_quantity(found)
    expected = {
        # those that do not differ apart, of those between two; the run without crossover has no share
        "equal": [5 / 90, 0],
        "same": [3 / 100, 2 / 50],
        "self": [10 / 100, 0],
        "links_matched": [10 / 40, 0, 1],
        "splits_matched": [1 / 5, 1],
        "splits_held": [2 / 5, 0],
        "delta": [1, 1, 1],
        "hidden": [2, 2, 2],
        "connections": [5, 5, 5],
        "largest": [9, 9, 9],
    }
    assert set(rows.index) == set(expected)
    for name, values in expected.items():
        row = rows.loc[name]
        assert row["runs"] == len(values)
        assert row["mean"] == pytest.approx(np.mean(values))
        assert row["error"] == pytest.approx(np.std(values, ddof=1) / np.sqrt(len(values)))


def test_one_run_has_no_error_and_no_crossover_no_share(tmp_path):
    one = shares(planted(rows=ROWS[:1]))
    assert one["error"].isna().all() and (one["runs"] == 1).all()
    none = shares(planted(rows=ROWS[2:]))
    assert not {"equal", "same", "self"} & set(none["quantity"])
    tables.write(one, SHARES, tmp_path / "s.csv")
    assert tables.read(tmp_path / "s.csv", SHARES)["error"].isna().all()


def test_arms_are_kept_apart_whatever_their_order():
    both = pd.concat([planted(), planted("a", ROWS[:2])], ignore_index=True)
    found = shares(both.sample(frac=1, random_state=1))
    assert by_quantity(found[found["arm"] == "b"])["mean"].to_dict() == pytest.approx(
        by_quantity(shares(planted()))["mean"].to_dict()
    )
    assert by_quantity(found[found["arm"] == "a"]).loc["equal", "runs"] == 2


def watched(values):
    """WATCHED of (replicate, generation, value) of one quantity."""
    rows = [("XOR", "main", "b", k, generation, "species", value) for k, generation, value in values]
    return pd.DataFrame(rows, columns=list(WATCHED.columns))


def test_a_long_run_counts_no_more_than_a_short_one():
    first = [(k, 1, 99.0) for k in range(4)]  # in which nothing has happened yet
    found = whole(watched([*first, (0, 3, 2.0), (1, 3, 4.0), (1, 5, 6.0), (1, 7, 8.0), (2, 3, np.nan)]))
    WHOLE.check(found)
    (row,) = found.to_dict("records")
    assert (row["mean"], row["runs"]) == (4.0, 2)  # (2 + 6) / 2
    assert row["error"] == pytest.approx(np.std([2, 6], ddof=1) / np.sqrt(2))


def test_what_is_no_quantity_is_left_out():
    rows = watched([(0, 2, 2.0)])
    assert len(whole(pd.concat([rows, rows.assign(quantity="odd")], ignore_index=True))) == 1
    assert "species" in QUANTITIES and "odd" not in QUANTITIES


def test_the_columns_are_there():
    assert set(NAMES) <= set(RUNS.columns)
