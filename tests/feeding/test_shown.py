"""Timings as the paper shows them, on planted ones: what is divided by what, and in which unit."""

import pandas as pd
import pytest

from hearsay.feeding import shown
from hearsay.feeding.graph_feeding import EAGER, PLACEHOLDER
from hearsay.feeding.graph_timing import TIMINGS
from hearsay.feeding.outcomes import NOT_RUN, WORKS
from hearsay.feeding.timing import SUMMARY
from hearsay.tables import read, write


def test_ways_are_those_of_the_middle_batch_on_the_processor(tmp_path):
    same = dict.fromkeys(SUMMARY.columns, 0.5) | {"model": "linear", "processor": "x", "repeats": 3}
    rows = [
        same | {"device": device, "batch": batch, "mode": mode, "copied": 2000, "first": 0.003, "peak": 7e6,
                "baseline": 4e6, "peak_worker": 5e6}
        for device in ("cpu", "cuda") for batch in (4, 16, 64) for mode in ("b", "a")
    ]  # fmt: skip
    write(shown.ways(pd.DataFrame(rows)), shown.WAYS, tmp_path / "a.csv")
    found = read(tmp_path / "a.csv", shown.WAYS)
    assert found[["mode", "batch"]].to_numpy().tolist() == [["a", 16], ["b", 16]]
    assert found.loc[0, ["copied", "first", "memory", "worker"]].tolist() == pytest.approx([2, 3, 3, 5])


def graph_rows(outcome):
    same = dict.fromkeys(TIMINGS.columns, 0.0) | {"model": "m", "said": "", "outcome": outcome, "batch": 8}
    return pd.DataFrame([
        same | {"way": way, "pool": pool, "repeat": k, "wall": wall * (k + 1), "first": 0.02, "graph_bytes": 3e6}
        for way, wall in ((PLACEHOLDER, 0.001), (EAGER, 0.004)) for pool in (-1, 2) for k in range(3)
    ])  # fmt: skip


def test_a_graph_s_speed_is_relative_within_a_round(tmp_path):
    write(shown.graph(graph_rows(WORKS), 1), shown.GRAPH, tmp_path / "a.csv")
    found = read(tmp_path / "a.csv", shown.GRAPH).set_index("way")
    assert found["batch"].tolist() == [8, 8]
    assert found["relative_low"].to_dict() == pytest.approx({PLACEHOLDER: 1, EAGER: 0.25})
    assert found["relative"].to_dict() == pytest.approx({PLACEHOLDER: 1, EAGER: 0.25})
    assert found.loc[EAGER, ["step", "first", "graph"]].tolist() == pytest.approx([8, 20, 3])


def test_what_was_not_run_is_not_shown():
    assert shown.graph(graph_rows(NOT_RUN), 1).empty
