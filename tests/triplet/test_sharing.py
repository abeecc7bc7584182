"""Sharing ties what is named and nothing else; the two checks see it, and leave everything as it was."""

import copy
import doctest
import random
import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm, weight_norm

import hearsay.triplet
from hearsay.errors import HearsayError
from hearsay.triplet.checks import BUFFER, PARAMETER, branch_discrepancy, unshared_state
from hearsay.triplet.sharing import share, share_known
from hearsay.vision.nets import asker

NAMES = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
PARAMETERS, STATISTICS = NAMES[:2], NAMES[2:4]


def net(seed=0):
    torch.manual_seed(seed)
    return asker("batch", 1, 12, maps=(4, 6), embedding=3)


def images(n=8, seed=1):
    return torch.randn(n, 1, 12, 12, generator=torch.Generator().manual_seed(seed))


def outdated(make, layer):
    """Use what torch warns of, and people have."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return make(layer)


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


@pytest.mark.parametrize(("branches", "message"), [
    (None, "the branches are None; expected a list of two modules or more"),
    (net(), "the branches are a Sequential; expected a list of two modules"),
    ([], "the branches are none; expected a list"),
    ([nn.LazyLinear(3), nn.LazyLinear(3)], "the branches have lazy layers without shapes"),
])  # fmt: skip
def test_what_is_no_list_of_modules_gets_one_line(branches, message):
    for check in (unshared_state, lambda given: branch_discrepancy(given, images())):
        with pytest.raises(HearsayError, match=message) as caught:
            check(branches)
        assert "\n" not in str(caught.value)


def test_a_module_list_is_a_list():
    assert unshared_state(nn.ModuleList([net(), share(net(), NAMES)]))


class Loose(nn.Module):
    """Does what a model should not: draws in evaluation mode, counts calls in a buffer, makes another, fails."""

    def __init__(self, output=None, fails=False):
        super().__init__()
        self.layer, self.output, self.fails = nn.Linear(4, 3), output, fails
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x):
        self.calls += 1
        self.register_buffer("made", torch.ones(1))
        x = self.layer(nn.functional.dropout(x, 0.5, True) + torch.from_numpy(np.random.rand(1)).float())
        if self.fails:
            raise ValueError("lost\nand more")
        return x * self.calls if self.output is None else self.output


@pytest.mark.parametrize("fails", [False, True])
def test_buffers_and_generators_stay_as_they_were_and_branches_that_share_all_draw_the_same(fails):
    one = Loose(fails=fails)
    other = share(one, ["weight", "bias", "calls"])
    buffer = one.calls
    torch.manual_seed(5), random.seed(5), np.random.seed(5)
    generators = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    if fails:
        with pytest.raises(HearsayError, match=r"branch 0 fails on the batch.*ValueError: lost$") as caught:
            branch_discrepancy([one, other], torch.rand(5, 4, generator=torch.Generator()))
        assert isinstance(caught.value.__cause__, ValueError)
    else:
        found = branch_discrepancy([one, other], torch.rand(5, 4, generator=torch.Generator()))
        assert found.output == 0 and found.layers == {"layer": 0}
    assert one.calls is buffer is other.calls and buffer == 0 and "made" not in one._buffers
    assert torch.equal(torch.get_rng_state(), generators[0]) and random.getstate() == generators[1]
    assert np.random.get_state()[1].tolist() == generators[2]
    assert one.training and other.layer.training and not one.layer._forward_hooks


def test_a_graph_that_was_built_before_the_check_can_still_be_gone_back_through():
    one = net().eval()
    output = one(images()).sum()  # its gradient reads the running statistics
    branch_discrepancy([one, share(one, PARAMETERS)], images())
    output.backward()


class Ruined(nn.Module):
    def __init__(self, value=None, wide=3):
        super().__init__()
        self.value, self.wide, self.layer = value, wide, nn.Linear(4, 3)
        self.last = nn.Identity()

    def forward(self, x):
        x = self.last(self.layer(x) / (0 if self.value is None else 1))
        return x.clamp(-1, 1)[:, : self.wide] * (1 if self.value is None else self.value)


@pytest.mark.parametrize(("branches", "batch", "message"), [
    ([Ruined(1.0), Ruined(torch.nan)], torch.rand(5, 4), "the output of branch 1 is not finite; look for NaN"),
    ([Ruined(1.0), Ruined(1.0, 2)], torch.rand(5, 4), r"outputs have shapes \(5, 3\), \(5, 2\); expected one shape"),
    ([Ruined(1.0), Ruined(1.0)], torch.rand(0, 4), r"the batch is a Tensor of shape \(0, 4\); expected a tensor of im"),
    ([Ruined(1.0), Ruined(1.0)], torch.tensor(1.0), r"the batch is a Tensor of shape \(\); expected"),
    ([Ruined(1.0), Ruined(1.0)], (torch.rand(5, 4), 1), "the batch is a tuple; expected a tensor of images"),
    ([Ruined(1.0), Ruined(1.0)], None, "the batch is None; expected a tensor of images"),
    ([Ruined(1.0), Ruined(1.0)], torch.rand(5, 9), r"branch 0 fails on the batch, of shape \(5, 9\) and torch.float32"),
    ([Ruined(1.0), Ruined(1.0)], torch.rand(5, 4).double(), "and torch.float64: RuntimeError"),
    ([Ruined(1.0), Ruined(1.0).to("meta")], torch.rand(5, 4), "branch 1 fails on the batch"),
    ([outdated(torch.jit.script, nn.Linear(4, 3))] * 2, torch.rand(5, 4), "a scripted branch hides its layers"),
])  # fmt: skip
def test_a_batch_or_an_output_that_cannot_be_compared_gets_one_line(branches, batch, message):
    with pytest.raises(HearsayError, match=f"^branch_discrepancy: .*{message}") as caught:
        branch_discrepancy(branches, batch)
    assert "\n" not in str(caught.value)


def test_a_layer_that_is_not_finite_is_nan_where_the_output_is_finite():
    one = Ruined()
    found = branch_discrepancy([one, one], torch.rand(5, 4))
    assert found.output == 0 and found.layers["layer"] == 0 and np.isnan(found.layers["last"])


@pytest.mark.parametrize(("module", "names", "message"), [
    (None, ["weight"], "share: expected a module; got None"),
    (nn.Sequential(weight_norm(nn.Linear(4, 4)), nn.Linear(4, 3)), ["weight", "bias"],
     "layer 0 computes its 'weight' from other tensors, and it would stay apart; name 'original0', 'original1' too"),
    (weight_norm(nn.Linear(4, 4)), ["weight"], "the module computes its 'weight'"),
    (nn.Sequential(spectral_norm(nn.Linear(4, 4)), nn.Linear(4, 3)), ["weight"], "name 'original' too, or remove"),
    (nn.Sequential(outdated(nn.utils.weight_norm, nn.Linear(4, 4)), nn.Linear(4, 3)), "weight",
     "remove what computes it first"),
])  # fmt: skip
def test_what_cannot_be_tied_by_its_name_gets_one_line(module, names, message):
    with pytest.raises(HearsayError, match=message) as caught:
        share(module, names)
    assert "\n" not in str(caught.value)


def test_a_parametrised_layer_is_tied_by_its_originals():
    one = nn.Sequential(weight_norm(nn.Linear(4, 4)), nn.Linear(4, 3))
    assert unshared_state([one, share(one, [*PARAMETERS, "original0", "original1"])]) == []
    assert [row.name for row in unshared_state([one, share(one, "bias")])] == [
        "0.parametrizations.weight.original0", "0.parametrizations.weight.original1", "1.weight"
    ]  # fmt: skip


def test_values_of_other_types_are_compared_and_none_on_the_meta_device_are():
    one = net()
    assert all(row.equal for row in unshared_state([one, copy.deepcopy(one).double()]))
    assert not any(row.equal for row in unshared_state([one, copy.deepcopy(one).to("meta")]))


def test_an_output_that_is_no_tensor_gets_one_line():
    class Two(nn.Module):
        def forward(self, x):
            return x, x

    with pytest.raises(HearsayError, match="one tensor, a row an image"):
        branch_discrepancy([Two(), Two()], images())


def test_the_documented_example():
    assert doctest.testmod(hearsay.triplet).failed == 0
    assert doctest.testmod(hearsay.triplet).attempted >= 6
