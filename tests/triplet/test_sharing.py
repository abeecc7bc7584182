"""Sharing ties what is named and nothing else; the two checks see it, and leave everything as it was."""

import copy
import doctest

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import hearsay.triplet
from hearsay.errors import HearsayError
from hearsay.triplet.sharing import (
    BUFFER,
    PARAMETER,
    branch_discrepancy,
    share,
    share_known,
    unshared_state,
)
from hearsay.vision.nets import asker

NAMES = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
PARAMETERS, STATISTICS = NAMES[:2], NAMES[2:4]


def net(seed=0):
    torch.manual_seed(seed)
    return asker("batch", 1, 12, maps=(4, 6), embedding=3)


def images(n=8, seed=1):
    return torch.randn(n, 1, 12, 12, generator=torch.Generator().manual_seed(seed))


def step(branches, seed=2):
    """One step of training, each branch with another batch."""
    optimiser = torch.optim.SGD(nn.ModuleList(branches).parameters(), 0.1)
    sum(branch(images(seed=seed + k) + k).square().mean() for k, branch in enumerate(branches)).backward()
    optimiser.step()


@settings(max_examples=20, deadline=None)
@given(st.sets(st.sampled_from(NAMES)))
def test_what_is_named_is_one_tensor_and_the_rest_is_not(names):
    one = net()
    other = share(one, names)
    rows = {row.name: row for row in unshared_state([one, other])}
    every = {**dict(one.named_parameters()), **dict(one.named_buffers())}
    assert set(rows) == {name for name in every if name.rsplit(".", 1)[-1] not in names}
    assert all(row.equal and not row.gradients_only and row.branches == (1,) for row in rows.values())
    assert all(
        row.kind == (PARAMETER if isinstance(every[name], nn.Parameter) else BUFFER) for name, row in rows.items()
    )
    step([one, other])
    for name, tensor in every.items():
        twin = other.get_parameter(name) if isinstance(tensor, nn.Parameter) else other.get_buffer(name)
        assert torch.equal(tensor, twin) or name in rows


def test_an_unknown_name_is_an_error_with_the_list_of_names_and_was_passed_over_in_torch7():
    """`running_std` was the name of the variance until January 2016."""
    message = (
        "^share: no layer has a 'running_std'; there are weight, bias, running_mean, running_var, num_batches_tracked$"
    )
    with pytest.raises(HearsayError, match=message):
        share(net(), ["weight", "running_std"])
    one = net()
    silent = share_known(one, [*PARAMETERS, "running_mean", "running_std"])
    assert {row.name.rsplit(".", 1)[-1] for row in unshared_state([one, silent])} == {"running_var", NAMES[4]}


def test_a_call_with_other_names_takes_nothing_back():
    """Each call makes a new copy of what it is called on; it does not cancel what other copies share."""
    one = net()
    first = share(one, PARAMETERS)
    second = share(one, STATISTICS)
    assert {row.kind for row in unshared_state([one, first])} == {BUFFER}
    assert {row.name.rsplit(".", 1)[-1] for row in unshared_state([one, second])} == {*PARAMETERS, NAMES[4]}


def test_tied_values_with_gradients_apart():
    one = net()
    other = share(one, NAMES, gradients=False)
    rows = unshared_state([one, other])
    assert rows and all(row.gradients_only and row.kind == PARAMETER and row.equal for row in rows)
    one(images()).sum().backward()
    assert all(p.grad is None for p in other.parameters())


@settings(max_examples=10, deadline=None)
@given(momentum=st.sampled_from([0.0, 0.9]), steps=st.integers(1, 3))
def test_gradients_apart_come_to_the_same_for_linear_optimisers(momentum, steps):
    """SGD, with momentum or without, is linear in the gradient: one step each is a step along the sum."""
    trained = []
    for gradients in (True, False):
        one = net()
        pair = [one, share(one, NAMES, gradients=gradients)]
        optimiser = torch.optim.SGD(nn.ModuleList(pair).parameters(), 0.05, momentum=momentum)
        for k in range(steps):
            optimiser.zero_grad()
            sum(branch(images(seed=9 * k + j)).square().mean() for j, branch in enumerate(pair)).backward()
            optimiser.step()
        trained.append(torch.cat([p.detach().flatten() for p in one.parameters()]))
    torch.testing.assert_close(*trained, rtol=1e-4, atol=1e-6)


def test_gradients_apart_are_another_training_for_adam():
    trained = []
    for gradients in (True, False):
        one = net()
        pair = [one, share(one, NAMES, gradients=gradients)]
        optimiser = torch.optim.Adam(nn.ModuleList(pair).parameters(), 0.01)
        sum(branch(images(seed=j)).square().mean() for j, branch in enumerate(pair)).backward()
        optimiser.step()
        trained.append(torch.cat([p.detach().flatten() for p in one.parameters()]))
    assert (trained[0] - trained[1]).abs().max() > 0.005


def test_the_naive_ways_and_what_they_share():
    one = net()
    assert unshared_state([one, one, one]) == []
    copied = [one, copy.deepcopy(one), copy.deepcopy(one)]
    assert {row.branches for row in unshared_state(copied)} == {(1, 2)}
    for branch in copied[1:]:  # parameters tied again, as one does by hand
        for name, parameter in one.named_parameters():
            layer, _, last = name.rpartition(".")
            setattr(branch.get_submodule(layer), last, parameter)
    assert {row.kind for row in unshared_state(copied)} == {BUFFER}


def test_only_parameters_shared_is_zero_at_first_and_not_after_one_step():
    one = net()
    branches = [one, share(one, PARAMETERS), share(one, PARAMETERS)]
    assert branch_discrepancy(branches, images()).output == 0
    step(branches)
    assert branch_discrepancy(branches, images()).output > 0


def test_both_statistics_shared_is_exactly_zero_after_any_step():
    one = net()
    branches = [one, share(one, [*PARAMETERS, *STATISTICS]), share(one, [*PARAMETERS, *STATISTICS])]
    for k in range(3):
        step(branches, seed=10 * k)
        found = branch_discrepancy(branches, images(seed=k))
        assert found.output == 0 and set(found.layers.values()) == {0.0}


def test_in_training_mode_the_outputs_agree_whatever_buffers_are_shared():
    one = net()
    branches = [one, share(one, PARAMETERS)]
    step(branches)
    with torch.no_grad():
        outputs = [branch.train()(images()) for branch in branches]
    assert torch.equal(*outputs)
    assert branch_discrepancy(branches, images()).output > 0


def test_the_check_leaves_mode_and_state_as_they_were():
    one = net()
    branches = [one, share(one, PARAMETERS)]
    one[2].eval()  # a layer frozen on purpose
    before = copy.deepcopy(nn.ModuleList(branches).state_dict())
    found = branch_discrepancy(branches, images())
    after = nn.ModuleList(branches).state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert one.training and not one[2].training and one[3].training
    assert not any(layer._forward_hooks for layer in one.modules())
    assert list(found.layers) == [name for name, layer in one.named_modules() if name]


def test_where_it_begins_is_the_first_layer_with_statistics_of_its_own():
    one = net()
    branches = [one, share(one, PARAMETERS)]
    step(branches)
    layers = branch_discrepancy(branches, images()).layers
    assert [layers[name] > 0 for name in ("0", "1", "2", "3", "4")] == [False, False, True, True, True]


@pytest.mark.parametrize(
    ("branches", "message"),
    [
        ([], "two modules or more"),
        ([net()], "two modules or more"),
        ([net(), "net"], "two modules or more"),
        ([net(), asker("none", 1, 12, maps=(4, 6), embedding=3)], r"branch 1 differs from branch 0 in 2\.weight"),
        ([net(), asker("batch", 1, 12, maps=(4, 6), embedding=4)], r"branch 1 differs from branch 0 in 9\.weight"),
    ],
)
def test_branches_that_do_not_fit_get_one_line(branches, message):
    for check in (unshared_state, lambda given: branch_discrepancy(given, images())):
        with pytest.raises(HearsayError, match=message):
            check(branches)


def test_an_output_that_is_no_tensor_gets_one_line():
    class Two(nn.Module):
        def forward(self, x):
            return x, x

    with pytest.raises(HearsayError, match="one tensor, a row an image"):
        branch_discrepancy([Two(), Two()], images())


def test_the_documented_example():
    assert doctest.testmod(hearsay.triplet).failed == 0
    assert doctest.testmod(hearsay.triplet).attempted >= 6
