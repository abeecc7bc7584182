"""The published run laid out again: its tables and nothing that is made of them, and only as they were written."""

import json
import subprocess

import pytest

from hearsay import published
from hearsay.cli import main
from hearsay.errors import HearsayError
from hearsay.files import sha256, write_text


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "root"
    written = {}
    names = {"tables/summary.csv": "gather", "tables/numbers.csv": "numbers", "claims.json": "claims"}
    for name, kind in names.items():
        path = root / "reference/s" / name
        write_text(path, name)
        written[f"results/s/{name}"] = {"sha256": sha256(path), "rule": f"s_{kind}"}
    write_text(root / "reference/s/provenance.json", json.dumps(written))
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    return root


def laid_out(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_all_lies_where_a_run_would_have_written_it_but_what_is_made_anew(root, tmp_path):
    write_text(tmp_path / "out/results/old", "of the last time")
    published.lay_out(root, tmp_path / "out", ["s"], anew=["s"])
    assert laid_out(tmp_path / "out/results") == {"s/tables/summary.csv", "checked.json"}
    published.lay_out(root, tmp_path / "out", ["s"], anew=[])
    whole = {"s/tables/summary.csv", "s/tables/numbers.csv", "s/claims.json", "checked.json"}
    assert laid_out(tmp_path / "out/results") == whole


def test_a_table_that_was_edited_is_refused(root, tmp_path):
    write_text(root / "reference/s/tables/summary.csv", "another")
    with pytest.raises(HearsayError, match=r"reference/s/tables/summary\.csv: not what the published run wrote"):
        published.lay_out(root, tmp_path / "out", ["s"], anew=[])


def test_a_study_that_is_not_published_says_what_to_do(root, tmp_path):
    with pytest.raises(HearsayError, match="hearsay reference --study other"):
        published.lay_out(root, tmp_path / "out", ["other"], anew=[])


def test_a_run_that_fails_is_one_line(tmp_path):
    with pytest.raises(HearsayError, match="see above"):
        published.make(tmp_path, ["s_figures"])


def test_the_command_copies_what_was_drawn_and_names_what_differs(tmp_path, monkeypatch, capsys):
    def make(folder, rules, cores):
        assert (rules, cores) == (["imagenet_figures"], "1")
        for name in ("as-was", "edited", "new"):
            write_text(folder / f"results/imagenet/figures/{name}.svg", name)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(published, "lay_out", lambda *_, **__: None)
    monkeypatch.setattr(published, "make", make)
    write_text("reference/imagenet/figures/as-was.svg", "as-was")
    write_text("reference/imagenet/figures/edited.svg", "another")
    assert main(["figures", *["--study", "imagenet"] * 2, "--cores", "1", "--out", "out"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [f"out/imagenet/{name}.svg: not as published" for name in ("edited", "new")]
    assert said[2] == "3 figures in out; 1 of them as published, byte for byte."
    assert (tmp_path / "out/imagenet/edited.svg").read_text() == "edited"
    assert (tmp_path / "reference/imagenet/figures/edited.svg").read_text() == "another"
