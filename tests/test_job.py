"""A job logs what is printed, fails in one line that names its log, and records only what it finished."""

import json
import warnings
from types import SimpleNamespace

import pytest

from hearsay.errors import HearsayError
from hearsay.files import write_text
from hearsay.job import job


class Named(list):
    """As Snakemake's Namedlist: a list whose items may have names."""

    def __init__(self, **named):
        super().__init__(named.values())
        self._named = named
        self.__dict__.update(named)

    def items(self):
        return self._named.items()


@pytest.fixture
def snakemake(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_text("requirements.lock", "")
    write_text("in.csv", "1")
    rule_input = Named(data="in.csv", code="requirements.lock")
    rule_input.code = ["requirements.lock"]
    return SimpleNamespace(
        rule="sum",
        input=rule_input,
        output=Named(out="out.csv", record="record.json"),
        params=Named(n=2),
        log=["logs/sum.log"],
    )


def test_records_what_it_did(snakemake, tmp_path):
    with job(snakemake):
        print("said")
        warnings.warn("beware", stacklevel=1)
        write_text("out.csv", "2")
    record = json.loads((tmp_path / "record.json").read_text())
    assert (record["rule"], record["params"], list(record["inputs"]), list(record["outputs"])) == (
        "sum", {"n": 2}, ["in.csv"], ["out.csv"],
    )  # fmt: skip
    log = (tmp_path / "logs/sum.log").read_text()
    assert "said" in log
    assert "beware" in log


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (HearsayError("x.csv: empty; expected rows"), "sum: x.csv: empty; expected rows  [log: logs/sum.log]\n"),
        (ZeroDivisionError("by zero"), "sum: ZeroDivisionError: by zero  [log: logs/sum.log]\n"),
    ],
)
def test_fails_in_one_line_that_names_the_log(snakemake, tmp_path, capsys, error, line):
    with pytest.raises(SystemExit) as stop, job(snakemake):
        raise error
    assert stop.value.code == 1
    assert capsys.readouterr().err == line
    assert str(error) in (tmp_path / "logs/sum.log").read_text()
    assert not (tmp_path / "record.json").exists()
