"""What others should fix: every script shows it with the locked versions, and the paper lists each."""

import ast
import csv
import re
import runpy
import subprocess
import sys

import pytest

from hearsay import text
from hearsay.closure import locked
from tests.test_house import ROOT

FOLDER = ROOT / "reference/upstream"
SCRIPTS = sorted(FOLDER.glob("*.py"))
PARTS = ("Seen with", "Kind", "Expected", "Happens", "Fix", "Known")
KINDS = ("defect", "trap", "undocumented")
with (FOLDER / "findings.csv").open(newline="") as file:
    FINDINGS = list(csv.DictReader(file))


def parts(path):
    """Return the title and the parts of a script's docstring, each on one line."""
    title, body = ast.get_docstring(ast.parse(path.read_text())).split("\n\n")
    pieces = re.split(rf"^({'|'.join(PARTS)}): ", body, flags=re.M)[1:]
    return title, {name: " ".join(said.split()) for name, said in zip(pieces[::2], pieces[1::2], strict=True)}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_shows_what_it_claims(path, tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    done = subprocess.run([sys.executable, "-I", str(path)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr.splitlines()[-1] == f"still wrong: {parts(path)[0]}", done.stderr
    assert re.search(r"^observed.*^expected", done.stdout, re.M | re.S)
    assert list(tmp_path.iterdir()) == []


def test_scripts_succeed_once_it_is_mended(monkeypatch, capsys):
    from neat.genome import DefaultGenomeConfig
    from sklearn.ensemble._hist_gradient_boosting.grower import TreeGrower
    from torch.nn import Module

    threshold = [0.0 if default == 1e-3 else default for default in TreeGrower.__init__.__defaults__]
    load = Module.load_state_dict
    monkeypatch.setattr(DefaultGenomeConfig, "get_new_node_key", lambda config, nodes: 7)
    monkeypatch.setattr(TreeGrower.__init__, "__defaults__", tuple(threshold))
    monkeypatch.setattr(Module, "load_state_dict", lambda module, state, assign: load(module, state))
    for name in ("neat_splits", "sklearn_hessian", "torch_assign"):
        runpy.run_path(str(FOLDER / f"{name}.py"))
        assert capsys.readouterr().out.splitlines()[-1] == "fixed in this version"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_can_be_reported_as_it_is(path):
    source = path.read_text()
    title, said = parts(path)
    assert title.endswith(".") and "\n" not in title
    assert tuple(said) == PARTS and all(said.values())
    assert "hearsay" not in source and len(source.splitlines()) <= 75
    tree = ast.walk(ast.parse(source))
    assert not [node for node in tree if isinstance(node, ast.ImportFrom) and node.level]


def test_the_list_says_what_the_scripts_say():
    assert {row["name"] for row in FINDINGS} == {path.stem for path in SCRIPTS}
    assert len(FINDINGS) == len(SCRIPTS)
    for row in FINDINGS:
        title, said = parts(FOLDER / f"{row['name']}.py")
        assert row["what"] == title[:-1]
        assert f"{row['package']} {row['version']}" == said["Seen with"]
        assert locked(ROOT)[row["package"]] == row["version"]
        assert row["kind"] == said["Kind"] and row["kind"] in KINDS
        assert row["known"] == said["Known"]
        for known in row["known"].split("; "):
            assert known == "none found" or re.fullmatch(r"[\w.-]+/[\w.-]+#\d+ \((open|closed|related)\)", known)
        # No result is typed: what was observed is what a script prints.
        assert text.bare_numbers(row["what"] + " " + row["consequence"], ['method=".632+"']) == []


def test_the_chapter_names_every_script():
    import typst

    chapter = (ROOT / "report/upstream.typ").read_text()
    assert "#findings(" in chapter and "#findings-tally()" in chapter
    template = (ROOT / "report/template.typ").read_text()
    alone = re.sub(r"^#let (numbers|claims|published|timings|studies) = .*$", r"#let \1 = ()", template, flags=re.M)
    page = typst.compile((alone + "\n#findings()").encode(), root=str(ROOT), format="html").decode()
    for row in FINDINGS:
        assert f">{row['name']}<" in page
        for owner, project, number in re.findall(r"([\w.-]+)/([\w.-]+)#(\d+)", row["known"]):
            assert f'href="https://github.com/{owner}/{project}/issues/{number}"' in page
