"""The benchmark runs the real peers, notices results that differ, and its summary is right on planted timings."""

import numpy as np
import pandas as pd
import pytest

from hearsay import tables
from hearsay.duplication import benchmark, refits
from hearsay.duplication.benchmark import TIMINGS, compare, peers, same_distribution
from hearsay.errors import HearsayError
from hearsay.peers import PEERS
from tests.duplication.test_logistic import sample


def test_every_tool_runs_once_a_round_and_the_tables_are_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "MEANS", 2000)
    raw = compare(repeats=2, resamples=100, seed=1)
    assert (raw[["wall", "cpu"]] > 0).all(axis=None)
    for _, part in raw[~raw["tool"].isin(["scipy scan", "hearsay, first call"])].groupby(["task", "tool"]):
        assert part["repeat"].tolist() == [0, 1]
    scan = raw[raw["tool"] == "scipy scan"]
    assert set(scan["batch"]) == set(benchmark.BATCHES)
    assert raw.loc[raw["tool"].str.endswith("best batch"), "batch"].nunique() == 1
    tables.write(raw, TIMINGS, tmp_path / "raw.csv")
    again = tables.read(tmp_path / "raw.csv", TIMINGS)
    tables.write(peers(again), PEERS, tmp_path / "peers.csv")
    pd.testing.assert_frame_equal(peers(again), peers(raw))
    assert len(peers(raw)) == 6


def planted(walls):
    rows = [
        (task, tool, repeat, "" if tool in ("hearsay", "ceiling") else "1.0", 1000, np.nan, 1, 9.0, cpu)
        for (task, tool), values in walls.items()
        for repeat, cpu in enumerate(values)
    ]
    return pd.DataFrame(rows, columns=list(TIMINGS.columns))


def test_the_summary_of_planted_timings():
    summary = peers(
        planted(
            {
                ("mean", "hearsay"): [1, 2, 4],
                ("mean", "ceiling"): [0.5, 1, 1.5],
                ("mean", "arch"): [3, 6, 12],
                ("mean", "scipy scan"): [1, 1, 1],
                (benchmark.REFIT_TASK, "hearsay"): [1, 1, 1],
                (benchmark.REFIT_TASK, "ceiling"): [1, 1, 1],
                (benchmark.REFIT_TASK, "statsmodels"): [20, 30, 40],
            }
        )
    ).set_index("peer")
    assert list(summary.index) == ["arch (1.0)", "statsmodels (1.0)"]
    assert summary.loc["arch (1.0)", ["ours", "theirs", "ratio", "ratio_low", "ratio_high"]].tolist() == [2, 6, 3, 3, 3]
    assert summary.loc["statsmodels (1.0)", "ratio"] == 30
    assert summary.loc["statsmodels (1.0)", "task"].endswith("1,000 resamples")


def test_distributions_that_differ_are_noticed():
    random = np.random.default_rng(0)
    ours, theirs = random.standard_normal((2, 5000, 3))
    same_distribution("a and b", ours, theirs)
    with pytest.raises(HearsayError, match="a and b: their means"):
        same_distribution("a and b", ours, theirs + np.array([0, 0.2, 0]))
    with pytest.raises(HearsayError, match="a and b: their standard deviations"):
        same_distribution("a and b", ours, theirs * np.array([1, 1, 1.2]))
    with pytest.raises(HearsayError):
        same_distribution("a and b", ours, np.full_like(theirs, np.nan))


def test_a_refit_that_is_off_is_noticed(monkeypatch):
    x, y = sample(300, 2, 0)
    drawn = np.random.SeedSequence(0)
    benchmark.agree(x, y, drawn)
    right = refits.refit_counts

    def wrong(*arguments):
        result = right(*arguments)
        result.coefficients[17, 1] += 3e-6
        return result

    monkeypatch.setattr(refits, "refit_counts", wrong)
    with pytest.raises(HearsayError, match="hearsay and statsmodels differ by 3"):
        benchmark.agree(x, y, drawn)
