"""Statistics beside the net are those that the net would have kept, and never reach its weights."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from hearsay.vision import nets, statistics


def net_and_batches(batches=3, seed=0, build=nets.asker):
    torch.manual_seed(seed)
    return build("batch", 1, 28), [torch.randn(8, 1, 28, 28) + k for k in range(batches)]


@settings(max_examples=10, deadline=None)
@given(st.floats(0.001, 1), st.integers(1, 4))
def test_an_average_beside_the_net_is_the_net_s_own(m, batches):
    net, images = net_and_batches(batches)
    state, seen = statistics.untouched(net), []
    with statistics.momentum(net, 1.0):
        for batch in images:
            net(batch)
            seen.append(statistics.moments(net))
    statistics.put(net, state)
    with statistics.momentum(net, m):
        for batch in images:
            net(batch)
    torch.testing.assert_close(statistics.average(state, seen, m), statistics.moments(net), rtol=1e-5, atol=1e-6)


def test_moments_are_the_mean_and_the_unbiased_variance_of_the_layer_s_input():
    net, (batch,) = net_and_batches(1)
    with statistics.momentum(net, 1.0):
        net(batch)
    found = statistics.moments(net)
    inputs = net[1](net[0](batch))
    torch.testing.assert_close(found[0, :16], inputs.mean((0, 2, 3)))
    torch.testing.assert_close(found[1, :16], inputs.var((0, 2, 3), unbiased=True))
    assert found.shape == (2, 48)


def test_evaluating_under_other_statistics_leaves_everything_as_it_was():
    net, (batch, other) = net_and_batches(2)
    net(batch)
    state = {name: value.clone() for name, value in net.state_dict().items()}
    for training in (True, False):
        net.train(training)
        with pytest.raises(ZeroDivisionError), statistics.using(net, statistics.untouched(net)):
            assert not net.training
            within = net(other)
            assert not torch.equal(statistics.moments(net), statistics.untouched(net) + 1)
            raise ZeroDivisionError
        assert net.training is training
        now = net.state_dict()
        assert all(torch.equal(value, now[name]) for name, value in state.items())
    net.eval()
    assert not torch.allclose(net(other), within)


def test_a_full_pass_is_the_mean_over_batches_and_leaves_the_net_alone():
    net, images = net_and_batches()
    state = {name: value.clone() for name, value in net.state_dict().items()}
    found = statistics.full_pass(net, images)
    now = net.state_dict()
    assert all(torch.equal(value, now[name]) for name, value in state.items()) and net.training
    seen = []
    with statistics.momentum(net, 1.0):
        for batch in images:
            net(batch)
            seen.append(statistics.moments(net))
    torch.testing.assert_close(found, torch.stack(seen).mean(0), rtol=1e-5, atol=1e-6)


def test_errors_by_hand():
    net, (batch, *_) = net_and_batches()
    truth = statistics.full_pass(net, [batch])
    same = statistics.errors(net, truth, truth)
    assert list(same) == list(nets.norm_layers(net)) and set(same.values()) == {(0.0, 0.0)}
    shifted = truth.clone()
    shifted[0, :16] += 2 * (truth[1, :16] + 1e-5).sqrt()
    shifted[1, 16:] = (truth[1, 16:] + 1e-5) * 3 - 1e-5
    first, second = statistics.errors(net, shifted, truth).values()
    assert first == pytest.approx((2, 0)) and second == pytest.approx((0, torch.tensor(3.0).log().item()))


@pytest.mark.parametrize("norm", ["group", "none"])
def test_nets_without_statistics(norm):
    net = nets.asker(norm, 1, 28)
    found = statistics.moments(net)
    assert found.shape == (2, 0) and statistics.errors(net, found, found) == {}
    with statistics.using(net, found):
        assert not net.training
