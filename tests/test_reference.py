"""The published run: what is copied, what is not, and that uncommitted code is refused."""

import json
import subprocess

import pandas as pd
import pytest

from hearsay import peers, reference, tables
from hearsay.errors import HearsayError
from hearsay.files import write_text


def test_publish_replaces_a_studys_claims_tables_and_figures(tmp_path):
    results, target = tmp_path / "results/s", tmp_path / "reference/s"
    for name in ("claims.json", "provenance.json", "tables/a.csv", "figures/f.svg", "val/n1/x.JPEG", "sources/kit"):
        write_text(results / name, name)
    write_text(results / "tables/large.csv", "x" * (reference.LARGEST + 1))
    write_text(target / "tables/old.csv", "gone")
    write_text(target.parent / "upstream/a.py", "stays")
    reference.publish(results, target, "c0ffee")
    found = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert found == {"claims.json", "provenance.json", "tables/a.csv", "figures/f.svg", "COMMIT"}
    assert (target / "COMMIT").read_text() == "c0ffee\n"
    assert (target.parent / "upstream/a.py").exists()


def test_timings_of_one_study_leave_the_others(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reference, "CHECKOUT", tmp_path / "run")

    def row(study, ours):
        return pd.DataFrame([[study, "t", "p", "s", ours, 2.0, 2.0, 1.5, 2.5, 0.5]], columns=list(peers.PEERS.columns))

    (tmp_path / "reference/benchmarks").mkdir(parents=True)
    (tmp_path / "run/results/benchmarks").mkdir(parents=True)
    tables.write(row("other", 9.0), peers.PEERS, "reference/benchmarks/other-peers.csv")
    tables.write(row("s", 1.0), peers.PEERS, "run/results/benchmarks/s-peers.csv")
    write_text("run/results/benchmarks/s-raw.csv", "repeat\n0\n")
    reference._replace_timings(tmp_path / "reference/benchmarks", "s")
    gathered = tables.read("reference/benchmarks/peers.csv", peers.PEERS)
    assert gathered[["study", "ours"]].to_numpy().tolist() == [["other", 9.0], ["s", 1.0]]
    assert (tmp_path / "reference/benchmarks/s-raw.csv").exists()


@pytest.fixture
def repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in (["init", "-q"], ["config", "user.email", "a@b"], ["config", "user.name", "a"]):
        subprocess.run(["git", *command], check=True)
    write_text("code.py", "1")
    write_text("reference/old", "1")
    write_text(".gitignore", "build/\n")
    subprocess.run(["git", "add", "-A"], check=True)
    subprocess.run(["git", "commit", "-qm", "start"], check=True)
    return tmp_path


def test_uncommitted_code_is_refused(repository):
    commit = reference._commit()
    assert len(commit) == 40
    write_text("reference/old", "2")  # what it replaces itself does not count
    assert reference._commit() == commit
    for name in ("code.py", "reference/upstream/findings.csv"):  # the paper prints the latter
        write_text(name, "2")
        with pytest.raises(HearsayError, match="not committed"):
            reference._commit()
        subprocess.run(["git", "stash", "--quiet", "--include-untracked", "--", name], check=True)


def test_the_run_has_a_checkout_of_its_own(repository):
    commit = reference._commit()
    reference._checkout(commit)
    write_text(reference.CHECKOUT / "results/x", "kept")
    reference._checkout(commit)
    assert (reference.CHECKOUT / "code.py").read_text() == "1"
    assert (reference.CHECKOUT / "results/x").read_text() == "kept"


def test_a_failed_run_says_where(repository):
    reference._checkout(reference._commit())
    with pytest.raises(HearsayError, match="build/reference"):
        reference._snakemake("1", "all")


@pytest.mark.parametrize("target", ["all", "benchmarks"])
def test_snakemake_takes_the_target_and_the_size(tmp_path, monkeypatch, capfd, target):
    """A real Snakemake in the run's checkout, on a workflow that prints what it was given."""
    monkeypatch.setattr(reference, "CHECKOUT", tmp_path)
    write_text(tmp_path / "config/paper.yaml", "size: paper\n")
    write_text(
        tmp_path / "Snakefile",
        "".join(f"rule {name}:\n    shell: 'echo {name} {{config[size]}}'\n" for name in ("all", "benchmarks")),
    )
    reference._snakemake("1", target)
    assert f"{target} paper" in capfd.readouterr().out


def test_what_is_made_again_replaces_its_files_and_their_provenance(tmp_path):
    results, target = tmp_path / "results", tmp_path / "reference/s"
    made = {"numbers": ["tables/numbers.csv"], "claims": ["claims.json"], "figures": ["figures/new.svg"]}
    for kind, names in made.items():
        for name in names:
            write_text(results / "s" / name, f"new {name}")
        outputs = {f"results/s/{name}": "1" for name in names}
        record = {"rule": f"s_{kind}", "code": "c2", "outputs": outputs}
        write_text(results / f"provenance/s/{kind}.json", json.dumps(record))
    old = {
        "results/s/tables/raw.csv": {"rule": "s_gather", "code": "c1", "sha256": "0"},
        "results/s/claims.json": {"rule": "s_claims", "code": "c1", "sha256": "0"},
        "results/s/figures/gone.svg": {"rule": "s_figures", "code": "c1", "sha256": "0"},
    }
    write_text(target / "provenance.json", json.dumps(old))
    write_text(target / "figures/gone.svg", "old")
    write_text(target / "tables/raw.csv", "kept")
    reference._renew(results, "s", target)
    assert (target / "claims.json").read_text() == "new claims.json"
    assert (target / "tables/raw.csv").read_text() == "kept"
    assert {path.name for path in (target / "figures").iterdir()} == {"new.svg"}
    entries = json.loads((target / "provenance.json").read_text())
    assert entries["results/s/tables/raw.csv"] == old["results/s/tables/raw.csv"]
    assert entries["results/s/claims.json"] == {"rule": "s_claims", "code": "c2", "sha256": "1"}
    assert "results/s/figures/gone.svg" not in entries
