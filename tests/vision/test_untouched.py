"""Buffers, mode and generators are brought back, whatever the block does, and passes within it draw the same."""

import random

import numpy as np
import pytest
import torch
from torch import nn

from hearsay.vision.untouched import as_it_was, said


def drawn():
    return float(torch.rand(1)), random.random(), float(np.random.rand())


@pytest.mark.parametrize("fails", [False, True])
def test_what_a_block_changes_is_brought_back(fails):
    net = nn.Sequential(nn.BatchNorm1d(3), nn.BatchNorm1d(3, track_running_stats=False)).train()
    net[1].eval()
    mean, before = net[0].running_mean, net[0].running_mean.clone()
    generators = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    with pytest.raises(KeyError) if fails else torch.no_grad(), as_it_was(net) as restore:
        restore()
        first = drawn()
        net.eval()
        net[0].running_mean += 1  # in place
        net[0].running_var = torch.zeros(3)  # another tensor
        net[1].running_mean = torch.zeros(3)  # none before
        net[0].register_buffer("made", torch.zeros(3))
        restore()
        assert drawn() == first and torch.equal(net[0].running_mean, before)
        net[0].running_mean.fill_(torch.nan)
        if fails:
            raise KeyError
    assert net[0].running_mean is mean and torch.equal(mean, before) and torch.equal(net[0].running_var, torch.ones(3))
    assert "made" not in net[0]._buffers and net[1].running_mean is None
    assert net.training and net[0].training and not net[1].training
    assert torch.equal(torch.get_rng_state(), generators[0]) and random.getstate() == generators[1]
    assert np.random.get_state()[1].tolist() == generators[2]


def test_an_error_is_said_in_one_line():
    assert said(ValueError("lost\nand more")) == "ValueError: lost"
    assert said(KeyError()) == "KeyError: no message"
