"""The published run laid out again: its tables and nothing that is made of them, and only as they were written."""

import json
import subprocess

import pytest

from hearsay import published
from hearsay.errors import HearsayError
from hearsay.files import sha256, write_text


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "root"
    written = {}
    for name in ("summary", "numbers"):
        path = root / f"reference/s/tables/{name}.csv"
        write_text(path, f"{name}\n1\n")
        written[f"results/s/tables/{name}.csv"] = {"sha256": sha256(path)}
    write_text(root / "reference/s/provenance.json", json.dumps(written))
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


def test_tables_lie_where_a_run_would_have_written_them(root, tmp_path):
    write_text(tmp_path / "out/results/old", "of the last time")
    published.lay_out(root, tmp_path / "out", ["s"])
    found = {path.relative_to(tmp_path / "out/results").as_posix() for path in (tmp_path / "out/results").rglob("*.*")}
    assert found == {"s/tables/summary.csv", "checked.json"}  # numbers are made anew
    assert not (tmp_path / "out/results/old").exists()


def test_a_table_that_was_edited_is_refused(root, tmp_path):
    write_text(root / "reference/s/tables/summary.csv", "summary\n2\n")
    with pytest.raises(HearsayError, match=r"reference/s/tables/summary\.csv: not what the published run wrote"):
        published.lay_out(root, tmp_path / "out", ["s"])


def test_a_study_that_is_not_published_says_what_to_do(root, tmp_path):
    with pytest.raises(HearsayError, match="hearsay reference --study other"):
        published.lay_out(root, tmp_path / "out", ["other"])


def test_a_run_that_fails_is_one_line(tmp_path):
    with pytest.raises(HearsayError, match="see above"):
        published.make(tmp_path, ["s_figures"])
