"""The chain of custody: edits by hand are named, and nothing depends on where it ran."""

import json

import pytest

from hearsay import provenance
from hearsay.errors import HearsayError
from hearsay.files import sha256, write_text


@pytest.fixture
def chain(tmp_path, monkeypatch):
    """Two jobs in a folder of their own: `raw` makes a.csv, `sum` makes b.csv of it."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"requirements.lock": "x==1\n", "s.py": "1", "a.csv": "1\n", "b.csv": "2\n"}.items():
        write_text(name, text)
    write_text("elsewhere/devkit.tgz", "kit")
    raw = provenance.record(
        "raw", {"n": 3, "seed": 7}, [str(tmp_path / "elsewhere" / "devkit.tgz"), "s.py", "requirements.lock"],
        ["s.py", "requirements.lock"], ["a.csv"],
    )  # fmt: skip
    total = provenance.record(
        "sum", {}, ["a.csv", "s.py", "requirements.lock"], ["s.py", "requirements.lock"], ["b.csv"]
    )
    for name, entry in {"raw": raw, "sum": total}.items():
        provenance.write_record(entry, f"records/{name}.json")
    return ["records/raw.json", "records/sum.json"]


def test_every_output_has_its_whole_origin(chain, tmp_path):
    provenance.gather(chain, "provenance.json")
    text = (tmp_path / "provenance.json").read_text()
    outputs = json.loads(text)
    assert set(outputs) == {"a.csv", "b.csv"}
    assert set(outputs["a.csv"]) == {"sha256", "rule", "params", "seed", "code", "lock", "inputs"}
    assert outputs["b.csv"]["inputs"]["a.csv"] == outputs["a.csv"]["sha256"]
    assert outputs["a.csv"]["seed"] == 7
    assert list(outputs["a.csv"]["inputs"]) == ["devkit.tgz"]
    assert str(tmp_path) not in text


def test_files_elsewhere_that_are_called_alike_are_all_recorded(chain, tmp_path):
    for name, text in {"one/list.txt": "a", "two/list.txt": "b", "list.txt": "c"}.items():
        write_text(f"elsewhere/{name}", text)
    paths = [str(tmp_path / f"elsewhere/{place}list.txt") for place in ("one/", "two/", "")]
    inputs = provenance.record("raw", {}, paths, [], [])["inputs"]
    assert list(inputs) == ["list.txt", "list.txt (2)", "list.txt (3)"]
    assert set(inputs.values()) == {sha256(path) for path in paths}


def test_names_a_result_edited_by_hand(chain):
    assert provenance.edited(chain) == []
    write_text("a.csv", "1 \n")
    (line,) = provenance.edited(chain)
    assert line.startswith("a.csv: changed by hand after rule raw wrote it")
    with pytest.raises(HearsayError, match=r"a\.csv"):
        provenance.gather(chain, "provenance.json")


def test_a_missing_result_is_not_an_edited_one(chain, tmp_path):
    (tmp_path / "a.csv").unlink()
    assert provenance.edited(chain) == []


def test_an_unfinished_run_is_not_an_edited_one(chain):
    """After a kill a producer may be ahead of its consumer."""
    write_text("a.csv", "9\n")
    provenance.write_record(provenance.record("raw", {}, ["s.py"], ["s.py"], ["a.csv"]), "records/raw.json")
    assert provenance.edited(chain) == []


def test_notices_a_consumer_of_other_bytes(chain, tmp_path):
    """A producer that ran again while its consumer did not."""
    write_text("a.csv", "9\n")
    provenance.write_record(provenance.record("raw", {}, ["s.py"], ["s.py"], ["a.csv"]), "records/raw.json")
    with pytest.raises(HearsayError, match=r"b\.csv: made from another a\.csv than today's; delete and run again"):
        provenance.gather(chain, "provenance.json")


def test_a_broken_record_is_named(chain):
    write_text("records/raw.json", "{")
    with pytest.raises(HearsayError, match=r"records/raw\.json: not a record"):
        provenance.edited(chain)
