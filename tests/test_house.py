"""What must agree across the repository: environments with the lock, rules with their duties, text with its policy."""

import re
from pathlib import Path

import pytest
import yaml

from hearsay.closure import locked

ROOT = Path(__file__).parents[1]
RULES = sorted([ROOT / "Snakefile", *ROOT.glob("rules/*.smk")])


def test_the_lock_is_plain():
    lines = [line for line in (ROOT / "requirements.lock").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9.-]+==[0-9][\w.]*", line) for line in lines)
    assert list(locked(ROOT)) == sorted(locked(ROOT))
    assert "tensorflow-cpu" in locked(ROOT)
    assert "tensorflow" not in locked(ROOT)


def test_the_lock_holds_every_declared_dependency():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    declared = {re.match(r"[\w.-]+", line).group().lower() for group in groups for line in group}
    assert declared <= set(locked(ROOT))


@pytest.mark.parametrize("path", sorted(ROOT.glob("envs/*.yaml")), ids=lambda path: path.name)
def test_environments_hold_the_locks_versions(path):
    conda_names = {"pytorch": "torch"}
    listed = yaml.safe_load(path.read_text())["dependencies"]
    pins = [entry for entry in listed if isinstance(entry, str)]
    pins += [pin.replace("==", "=") for entry in listed if isinstance(entry, dict) for pin in entry["pip"]]
    for pin in pins:
        name, _, version = pin.partition("=")
        if version and not name.startswith("python>"):
            assert locked(ROOT)[conda_names.get(name, name)] == version, pin


BLOCKS = {
    name: body
    for path in RULES
    for name, body in re.findall(r"^rule (\w+):\n((?:(?:    .*)?\n)*)", path.read_text() + "\n", re.M)
    if name != "all"
}


@pytest.mark.parametrize("body", BLOCKS.values(), ids=BLOCKS)
def test_every_rule_that_computes_does_its_duties(body):
    """A message, a log, a benchmark, an environment, its code among the inputs, a script and nothing else."""
    directives = set(re.findall(r"^    (\w+):", body, re.M))
    assert {"message", "input", "output", "log", "benchmark", "conda", "script"} <= directives
    assert not directives & {"run", "shell"}
    script = re.search(r'"\.\./(scripts/.*\.py)"', body).group(1)
    assert f'code=closure("{script}")' in body
    if "benchmarks/" not in re.search(r"    output:\n((?:        .*\n)*)", body).group(1):
        assert "record=record(" in body or "provenance=" in body


def test_the_snakefile_fits_a_page():
    assert len((ROOT / "Snakefile").read_text().splitlines()) <= 60


@pytest.mark.parametrize("path", sorted(ROOT.glob("scripts/*/*.py")), ids=lambda path: path.name)
def test_scripts_are_thin(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 40
    assert not re.search(r"^\s*(def|class|for|while) ", text, re.M)


def test_studies_do_not_import_each_other():
    from hearsay.config import studies

    for study in studies():
        for path in (ROOT / "hearsay" / study).rglob("*.py"):
            imported = set(re.findall(r"hearsay\.(\w+)", path.read_text()))
            assert not imported & (set(studies()) - {study}), path


def test_results_hold_only_their_readme_in_git():
    import subprocess

    done = subprocess.run(["git", "ls-files", "results"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["results/README.md"]


def test_the_version_is_one():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    unreleased, newest, *_ = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert unreleased == "Unreleased"
    assert newest == f"{project['version']} - {citation['date-released']}"
    assert citation["version"] == project["version"]


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/add-a-question.md"])
def test_what_the_guides_name_exists(name):
    """STUDY stands for any; what the guide's own study makes is tried in tests/workflow/test_guide.py."""
    text = re.sub(r"^```.*?^```", "", (ROOT / name).read_text(), flags=re.M | re.S)
    folders = "config|docs|envs|hearsay|profiles|reference|report|rules|scripts|tests"
    named = [path for path in re.findall(rf"[`(]((?:{folders})/[\w./*-]*)[`)]", text) if "spread" not in path]
    assert len(named) > 5
    assert not [path for path in named if not any(ROOT.glob(path.replace("STUDY", "*")))]
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(" ".join(re.findall(r"(?:^ {4}|`)make ([a-z -]+)", text, re.M)).split()) <= targets


def test_the_contributors_guide_fits_a_page():
    assert len((ROOT / "CONTRIBUTING.md").read_text().splitlines()) <= 60
