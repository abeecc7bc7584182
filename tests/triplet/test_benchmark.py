"""The tools that are timed do the same work, and the table and its summary are whole."""

import pandas as pd
import pytest
import torch

from hearsay.errors import HearsayError
from hearsay.peers import PEERS
from hearsay.tables import read, write
from hearsay.triplet import benchmark
from hearsay.triplet.benchmark import HARD, MARGIN, PEER, TIMINGS, compare, peers, task, tools


@pytest.fixture(scope="module")
def raw():
    torch.manual_seed(2)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    frame = compare(2, 1, 5)
    assert torch.equal(torch.get_rng_state(), before) and torch.get_num_threads() == threads
    return frame


@pytest.mark.parametrize("loss", [MARGIN, HARD])
def test_all_tools_begin_with_one_loss(loss):
    state = torch.get_rng_state()
    values = {name: tool.run(1) for name, tool in tools(loss, 5).items()}
    torch.set_rng_state(state)
    assert values["hearsay"] == pytest.approx(values[PEER], abs=1e-5) == values[f"{PEER}: loss alone"]
    assert values["hearsay: loss alone"] == pytest.approx(values["hearsay"], abs=1e-6)
    assert values["ceiling"] is None
    # normalised branch by branch it is another number, though not by much
    assert values["hearsay: three passes"] == pytest.approx(values["hearsay"], rel=0.2)


def test_the_peer_s_training_is_ours():
    """Not the first loss alone: after some steps the nets are the same."""
    ours, theirs = (tools(HARD, 5)[name].run for name in ("hearsay", PEER))
    ours(3), theirs(3)
    assert ours(1) == pytest.approx(theirs(1), abs=1e-4)


def test_the_table_is_whole_and_reads_back(raw, tmp_path):
    write(raw, TIMINGS, tmp_path / "a.csv")
    back = read(tmp_path / "a.csv", TIMINGS)
    names = list(tools(MARGIN, 5))
    assert len(back) == 2 * 2 * len(names) and set(back["tool"]) == set(names)
    assert (back["cpu"] > 0).all() and (back[back["tool"].str.startswith("hearsay")]["version"] == "").all()


def test_one_row_a_task_for_the_peer_and_for_three_passes(raw):
    found = peers(raw, 1)
    PEERS.check(found)
    assert found["task"].tolist() == [task(HARD)] * 2 + [task(MARGIN)] * 2
    assert found["peer"].tolist()[::2] == ["ours, three passes"] * 2 and found["peer"][1::2].str.startswith(PEER).all()
    own = raw[raw["task"] == task(HARD)].pivot(index="repeat", columns="tool", values="cpu")
    assert found["ratio"][0] == pytest.approx((own["hearsay: three passes"] / own["hearsay"]).median())
    assert (found["ratio_low"] <= found["ratio"]).all() and (found["ratio"] <= found["ratio_high"]).all()
    pd.testing.assert_frame_equal(found, peers(raw, 1))


def test_a_peer_that_does_other_work_is_refused(monkeypatch):
    real = benchmark._theirs
    monkeypatch.setattr(benchmark, "_theirs", lambda loss, batch: lambda e: 2 * real(loss, batch)(e))
    with pytest.raises(HearsayError, match=r"^triplet benchmark: the margin loss is .* they do not do the same work$"):
        compare(1, 1, 5)


def test_without_the_peer_it_is_left_out(monkeypatch):
    def missing(name):
        raise benchmark.PackageNotFoundError(name)

    monkeypatch.setattr(benchmark, "version", missing)
    assert not any(name.startswith(PEER) for name in tools(MARGIN, 5))


def test_a_run_without_the_peer_has_no_row_of_it(raw):
    assert set(peers(raw[~raw["tool"].str.startswith(PEER)])["peer"]) == {"ours, three passes"}
