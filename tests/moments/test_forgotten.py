"""The forgotten update: which ways of writing it survive which tools, found by running them."""

import pandas as pd
import pytest
import torch

from hearsay.moments import forgotten as module
from hearsay.moments.forgotten import (
    EAGER,
    FORGOTTEN,
    INDUCTOR,
    NO,
    NOT_RUN,
    TRANSFORMATIONS,
    YES,
    forgotten,
)
from hearsay.moments.forgotten_ways import CHANNELS, WAYS
from hearsay.tables import read, write

COPY, ASSIGN, LAYER, UNUSED = "buffer.copy_()", "self.buffer = ...", "nn.BatchNorm2d", "nn.BatchNorm2d, output unused"


USED = (COPY, ASSIGN, LAYER, UNUSED)


@pytest.fixture(scope="module")
def rows():
    return forgotten(ways=USED).set_index(["way", "transformation"])


def test_the_table_is_whole_and_reads_back(rows, tmp_path):
    frame = rows.reset_index()
    write(frame, FORGOTTEN, tmp_path / "a.csv")
    back = read(tmp_path / "a.csv", FORGOTTEN)
    assert len(back) == len(USED) * len(TRANSFORMATIONS) and set(back["moved"]) <= {YES, NO, NOT_RUN}
    ran = back[back["moved"] != NOT_RUN]
    assert (ran["output"] == YES).all()  # every output is right, whatever became of the update: nothing shows
    assert (back[back["moved"] == NOT_RUN]["said"] != "").all()
    assert not back["said"].str.contains("0x|/").any()  # no addresses, no paths


def test_the_module_itself_is_the_reference(rows):
    for way in USED:
        row = rows.loc[way, EAGER]
        assert (row["moved"], row["as_eager"], row["unasked"], row["said"]) == (YES, YES, NO, "")


def test_dead_code_elimination_of_fx_drops_the_copy(rows):
    before, after = (rows.loc[COPY, f"fx, buffers traced{how}"] for how in ("", ", dead code eliminated"))
    assert (before["updates"], before["nodes"], before["as_eager"]) == (1, "copy_", YES)
    assert (after["updates"], after["nodes"], after["moved"], after["said"]) == (0, "", NO, "")
    kept = rows.loc[COPY, "fx, buffers traced, dead code eliminated but in-place methods"]
    assert (kept["updates"], kept["as_eager"]) == (1, YES)


def test_fx_reads_the_old_average_once(rows):
    row = rows.loc[COPY, "fx"]
    assert (row["moved"], row["as_eager"]) == (YES, NO)


def test_a_layer_that_the_output_needs_stays_and_one_that_it_does_not_goes(rows):
    for tool in ("fx", "make_fx", "torch.export"):
        needed, unused = (rows.loc[way, f"{tool}, dead code eliminated"] for way in (LAYER, UNUSED))
        assert (needed["as_eager"], unused["moved"], unused["updates"]) == (YES, NO, 0)


def test_export_keeps_the_update_and_lists_it_once_decomposed(rows):
    for way, names in ((COPY, "mean"), (ASSIGN, "mean"), (LAYER, "norm.running_mean")):
        for how in ("", ", dead code eliminated"):
            plain, decomposed = rows.loc[way, f"torch.export{how}"], rows.loc[way, f"torch.export, decomposed{how}"]
            assert plain["as_eager"] == decomposed["as_eager"] == YES
            assert plain["mutations"] == "" and decomposed["mutations"].split(", ")[0] == names


def test_tools_that_run_the_module_to_trace_it_move_the_mean(rows):
    for way in (COPY, LAYER):
        moved = {name for name in TRANSFORMATIONS if rows.loc[way, name]["unasked"] == YES}
        assert moved == {"make_fx", "make_fx, dead code eliminated", "torch.jit.trace"}


def test_an_assigned_mean_is_lost_without_a_word_or_refused(rows):
    lost = rows.loc[ASSIGN, "torch.jit.trace"]
    assert (lost["moved"], lost["said"]) == (NO, "")
    assert rows.loc[ASSIGN, "fx"]["moved"] == NOT_RUN


def test_what_is_left_out_says_so(rows):
    assert set(rows.xs(INDUCTOR, level=1)["said"]) == {"left out"}


def test_a_module_that_updates_nothing_is_seen_to(monkeypatch):
    class Nothing(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("mean", torch.zeros(CHANNELS))

        def forward(self, x):
            return x - self.mean[:, None, None]

    monkeypatch.setitem(WAYS, "nothing", Nothing)
    some = {name: TRANSFORMATIONS[name] for name in (EAGER, "fx", "make_fx", "torch.export")}
    monkeypatch.setattr(module, "TRANSFORMATIONS", some)
    found = forgotten(ways=["nothing"])
    assert set(found["moved"]) == {NO} and set(found["updates"].dropna()) == {0}


def test_a_second_run_gives_the_same_and_random_states_stay(rows, monkeypatch):
    some = {name: TRANSFORMATIONS[name] for name in (EAGER, "fx", "make_fx", "torch.export", "torch.jit.script")}
    monkeypatch.setattr(module, "TRANSFORMATIONS", some)
    torch.manual_seed(3)
    before = torch.get_rng_state()
    again = forgotten(ways=[COPY])
    assert torch.equal(torch.get_rng_state(), before)
    one = rows.reset_index()
    one = one[(one["way"] == COPY) & one["transformation"].isin(list(some))]
    pd.testing.assert_frame_equal(again, one.reset_index(drop=True))
