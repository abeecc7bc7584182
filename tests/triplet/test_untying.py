"""The operations run, each on fresh branches; what is known of some of them holds."""

import torch

from hearsay.triplet.checks import unshared_state
from hearsay.triplet.state import tensors
from hearsay.triplet.untying import (
    COPIES,
    NOT_RUN,
    ON_GPU,
    OPERATIONS,
    TIED,
    UNTIED,
    UNTYING,
    branches,
    broadcast_emulated,
    untying,
)


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
        assert set(rows.index[rows["parameters"] == NOT_RUN]) == set(ON_GPU)
    emulated = rows[rows.index.str.contains("broadcast emulated")]
    assert emulated[["parameters", "buffers"]].values.tolist() == [[TIED, TIED], [TIED, TIED], [COPIES, UNTIED]]


def replicas(pair):
    with broadcast_emulated():
        return torch.nn.parallel.replicate(pair, [0, 1])


def test_the_parameters_of_a_replica_are_seen_and_what_is_untied_in_it_is_untied():
    pair = branches()
    first, second = replicas(pair)
    assert not list(second.named_parameters())
    for replica in (first, second):
        assert list(tensors(replica)) == list(tensors(pair)) and unshared_state(list(replica)) == []
    pair[1][0].weight = torch.nn.Parameter(pair[0][0].weight.detach().clone())
    (row,) = unshared_state(list(replicas(pair)[1]))
    assert (row.name, row.kind, row.branches, row.gradients_only) == ("0.weight", "parameter", (1,), False)


def test_what_a_replica_learns_reaches_the_original_and_the_statistics_of_the_first_alone_do():
    pair = branches()
    first, second = replicas(pair)
    before = pair[0][2].running_mean.clone()
    second[0](torch.randn(8, 1, 8, 8)).sum().backward()
    assert pair[0][0].weight.grad.abs().max() > 0 and torch.equal(pair[0][2].running_mean, before)
    first[0](torch.randn(8, 1, 8, 8))
    assert not torch.equal(pair[0][2].running_mean, before)


def test_the_emulation_is_taken_back():
    function = torch.nn.parallel.replicate.__globals__["_broadcast_coalesced_reshape"]
    replicas(branches())
    assert torch.nn.parallel.replicate.__globals__["_broadcast_coalesced_reshape"] is function
