"""The operations run, each on fresh branches; what is known of some of them holds."""

import torch

from hearsay.triplet.checks import unshared_state
from hearsay.triplet.untying import NOT_RUN, OPERATIONS, TIED, UNTIED, UNTYING, branches, untying


def test_the_branches_share_everything_to_begin_with():
    assert unshared_state(list(branches())) == []


def test_what_is_known_of_the_operations():
    rows = untying().set_index("operation")
    UNTYING.check(rows.reset_index())
    assert list(rows.index) == list(OPERATIONS)
    for name in ("nothing", "a training step", "deepcopy of both together", ".to(device), the same"):
        assert rows.loc[name, ["parameters", "buffers"]].tolist() == [TIED, TIED]
    for name in (".double()", ".half()", ".to_empty(device)"):  # nn.Module._apply makes new buffers
        assert rows.loc[name, ["parameters", "buffers", "silent"]].tolist() == [TIED, UNTIED, "yes"]
    for name in ("AveragedModel of both together", "fx.symbolic_trace of each"):
        assert rows.loc[name, ["parameters", "buffers"]].tolist() == [TIED, TIED]
    assert rows.loc["deepcopy of each", ["parameters", "buffers"]].tolist() == [UNTIED, UNTIED]
    if not torch.cuda.is_available():
        assert set(rows.index[rows["parameters"] == NOT_RUN]) == {".to(device), to a GPU", "DataParallel's replicate"}
