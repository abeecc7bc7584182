"""Checkpoints are read back, belong to one question, and are no trouble when they are damaged."""

import pickle

import numpy as np
import pytest
import torch

from hearsay.vision.checkpoint import Checkpoint, question


class Evil:
    def __reduce__(self):
        return (print, ("unpickled",))


def test_what_was_saved_is_read_back_until_it_is_cleared(tmp_path):
    path = tmp_path / "job.resume"
    assert Checkpoint(path, "a").state is None
    state = {"step": 3, "net": {"w": torch.arange(3.0)}, "rows": [["x", 1.5]]}
    Checkpoint(path, "a").save(state)
    found = Checkpoint(path, "a")
    assert found.state["step"] == 3 and found.state["rows"] == [["x", 1.5]]
    assert torch.equal(found.state["net"]["w"], torch.arange(3.0))
    assert Checkpoint(path, "another question").state is None
    found.clear()
    assert Checkpoint(path, "a").state is None and not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"nothing", pickle.dumps({"question": "a"}, 2), pickle.dumps(Evil(), 2)])
def test_a_damaged_file_is_no_checkpoint(tmp_path, content, capsys):
    path = tmp_path / "job.resume"
    path.write_bytes(content)
    assert Checkpoint(path, "a").state is None
    torch.save({"question": "a", "state": Evil()}, path)
    assert Checkpoint(path, "a").state is None
    torch.save({"question": "a", "state": {}}, path)
    path.write_bytes(path.read_bytes()[:-30])
    assert Checkpoint(path, "a").state is None
    assert "unpickled" not in capsys.readouterr().out


def test_other_code_and_other_arrays_of_the_same_shape_are_another_question():
    zeros, ones = np.zeros((2, 3)), np.ones((2, 3))
    asked = question(("code", 1), (zeros, ones))
    assert asked == question(("code", 1), (zeros.copy(), np.asfortranarray(ones)))
    assert len({asked, question(("other code", 1), (zeros, ones)), question(("code", 1), (ones, ones))}) == 3


def test_a_checkpoint_without_a_state_is_none(tmp_path):
    torch.save({"question": "a"}, tmp_path / "job.resume")
    assert Checkpoint(tmp_path / "job.resume", "a").state is None
