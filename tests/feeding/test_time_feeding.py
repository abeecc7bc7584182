"""The command: what it prints for planted reports, and one line for what cannot be timed."""

import json

import pytest

from hearsay.cli import main
from hearsay.feeding import Report, own_measure
from hearsay.feeding.commands.time_feeding import plain, text
from hearsay.feeding.own_choice import Timed

LOADER = Timed("DataLoader", "DataLoader(dataset, batch_size, shuffle=True)", 2.0, 1.0, 1.0, 1.0, 0.6, 0.001, 0.0, 8)
KEPT = Timed("preloaded", "whole[i : i + batch_size]", 0.5, 4.0, 3.5, 4.25, 0.02, 0.00002, 3.1, 400)


def report(**changes):
    given = {
        "device": "cpu", "processor": "a processor", "examples": 4000, "batch": 64, "rounds": 9, "step": 0.0031,
        "ways": (LOADER, KEPT), "left_out": {"memory-mapped": "no room"}, "recommended": "preloaded", "matters": True,
        "settled": True, "reason": "the fastest", "notes": ("know this",),
    }  # fmt: skip
    return Report(**(given | changes))


def test_the_first_line_is_the_answer():
    lines = text(report()).splitlines()
    assert lines[:3] == [
        "take preloaded: the fastest",
        "  whole[i : i + batch_size]",
        "  4.00 times as fast as DataLoader [3.50, 4.25]; reading all once takes 3.1 s, paid back after 3 epochs",
    ]
    out = "\n".join(lines)
    assert "> preloaded" in out and "left out: memory-mapped: no room" in out and "note: know this" in out
    assert "9 rounds, batches of 64, an epoch of 4,000 examples, a step by itself 3.1 ms" in out
    assert max(map(len, lines)) <= 120


def test_what_is_not_settled_is_said_first():
    assert text(report(settled=False)).startswith("not settled, until then take preloaded: the fastest\n")


def test_where_it_does_not_matter_it_is_said_first():
    out = text(report(recommended="DataLoader", matters=False, reason="it hardly waits"))
    assert out.startswith("feeding does not matter for this model: keep DataLoader: it hardly waits\n")
    assert "times as fast" not in out


def test_a_report_is_plain_json():
    found = json.loads(json.dumps(plain(report())))
    assert found["recommended"] == "preloaded" and found["ways"][1]["low"] == 3.5
    assert found["left_out"] == {"memory-mapped": "no room"}


WORK = """
import torch
from torch.utils.data import TensorDataset
def make():
    return torch.nn.Linear(3, 2), TensorDataset(torch.randn(12, 3), torch.randint(0, 2, (12,)))
def with_loss():
    return *make(), torch.nn.CrossEntropyLoss()
def alone():
    return torch.nn.Linear(3, 2)
def raises():
    raise OSError("no such photographs")
number = 1
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work_of_mine.py").write_text(WORK)
    monkeypatch.setattr(own_measure, "ROUNDS", range(2, 3))


def test_one_object_of_json(here, capsys):
    command = ["time-feeding", "work_of_mine:with_loss", "--batch", "4", "--seconds", "0.1", "--json"]
    assert main(command) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["batch"], found["examples"], found["device"], found["rounds"]) == (4, 12, "cpu", 2)
    assert found["recommended"] in [way["name"] for way in found["ways"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["make"], "'make' names no factory; expected MODULE:FACTORY, such as my_work:make"),
        (["no_such_module_here:make"], "there is no module 'no_such_module_here'"),
        (["work_of_mine:mak"], "work_of_mine has no 'mak'; did you mean 'make'?"),
        (["work_of_mine:number"], "is no callable; expected a function or class that returns (model, dataset)"),
        (["work_of_mine:raises"], "the factory raises raised OSError: no such photographs"),
        (["work_of_mine:alone"], "the factory returned a Linear; expected (model, dataset) or"),
        (["work_of_mine:make", "--batch", "13"], "a batch of 13 is more than the 12 examples"),
        (["work_of_mine:make", "--seconds", "-1"], "expected more than 0"),
    ],
)
def test_bad_input_gets_one_line(here, capsys, arguments, message):
    assert main(["time-feeding", *arguments]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.splitlines()) == 1


def test_help_shows_an_example(capsys):
    with pytest.raises(SystemExit):
        main(["time-feeding", "--help"])
    assert "my_work:make --batch 64" in capsys.readouterr().out
