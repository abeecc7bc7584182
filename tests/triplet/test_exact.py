"""Sentences that need no statistics come out as torch has it; planted faults are seen."""

import copy

import numpy as np
import pytest
import torch

from hearsay.triplet import exact, written
from hearsay.triplet.checks import unshared_state
from hearsay.triplet.evaluation import BOTH, PARAMETERS
from hearsay.triplet.exact import ADDED, EXACT, EXPECTED, OLD_NAME, TOLD
from hearsay.triplet.sharing import share
from hearsay.triplet.training import Plan
from hearsay.triplet.written import (
    BESIDE,
    BOTH_APART,
    CONTROLS,
    COUNTED,
    FIRST,
    LOSSES_BOTH,
    LOSSES_FIRST,
    ONCE,
    RETIED,
    START,
    TRAINING_MODE,
)
from tests.triplet.planted import images

IMAGES = images().train


def test_every_sentence_comes_out_as_it_must():
    rows = exact.exact(IMAGES, 1, 2)
    EXACT.check(rows)
    rows = rows.set_index("sentence")
    assert set(rows.index) == set(EXPECTED)
    assert set(rows["cases"].drop([LOSSES_FIRST, LOSSES_BOTH, CONTROLS])) == {2, 6}
    assert rows.loc[[LOSSES_FIRST, LOSSES_BOTH, CONTROLS], "cases"].tolist() == [18, 18, 12]
    assert (rows["true"] == rows["expected"] * rows["cases"]).all()
    assert (rows.loc[[START, BOTH_APART, TRAINING_MODE, ONCE, RETIED, exact.DROPOUT], "largest"] == 0).all()
    assert rows.loc[[FIRST, OLD_NAME], "largest"].min() > 0 and rows.loc[COUNTED, "largest"] == 3
    assert np.isnan(rows.loc[[TOLD, ADDED], "largest"]).all()
    assert rows.loc[[BESIDE, exact.CUBE, exact.COMPENSATED, exact.BETWEEN, exact.SGD], "largest"].max() < 1e-5


def tried(monkeypatch, **faults):
    for name, fault in faults.items():
        monkeypatch.setattr(written, name, fault)
    return {sentence: sum(true for true, _ in found) for sentence, found in written.written(IMAGES, 1, 1).items()}


def test_buffers_that_are_copied_are_seen(monkeypatch):
    """Sharing that forgets the running variance."""

    def forgetful(net, names, **more):
        return share(net, [name for name in names if name != "running_var"], **more)

    found = tried(monkeypatch, share=forgetful)
    assert (
        found[BOTH_APART] == 3
        and found[LOSSES_BOTH] == 9
        and found[CONTROLS] == 0
        and found[ONCE] == 3
        and found[BESIDE] == 3
        and found[RETIED] == 0
    )


def test_statistics_kept_wrongly_beside_a_net_are_seen(monkeypatch):
    real = written.train

    def backwards(*arguments):
        found = real(*arguments)
        return found._replace(kept=found.kept | {"shared": found.kept["reversed order"]})

    assert tried(monkeypatch, train=backwards)[BESIDE] == 3


def test_a_module_that_is_not_tied_is_seen(monkeypatch):
    assert tried(monkeypatch, tied_again=written.copied)[RETIED] == 3


@pytest.mark.parametrize(("names", "kinds"), [(PARAMETERS, {"buffer"}), (BOTH, set())])
def test_branches_written_out_share_what_is_named_to_the_end(names, kinds):
    make = written.sharing(written.NAMES[names])
    branches, looks = written.written_out(make, Plan(batch=4), written.RECIPE, IMAGES, 1, 0, looks=2)
    assert {row.kind for row in unshared_state(branches)} == kinds
    assert len(looks) == 3 and looks[0] == 0 and (looks[-1] > 0) == (names == PARAMETERS)


def test_deep_copies_tied_by_hand_share_the_parameters():
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    assert {row.kind for row in unshared_state(written.tied_again(net))} == {"buffer"}
    assert {row.kind for row in unshared_state(written.copied(net))} == {"buffer", "parameter"}
    assert unshared_state(written.called_three_times(copy.deepcopy(net))) == []


def test_a_control_that_is_not_one_is_seen(monkeypatch):
    """Branches whose weights are copied come apart with every normalisation."""
    monkeypatch.setattr(written, "sharing", lambda names: written.copied)
    found = {sentence: sum(true for true, _ in rows) for sentence, rows in written.written(IMAGES, 1, 1).items()}
    assert found[CONTROLS] == 6 and found[LOSSES_BOTH] == 9
