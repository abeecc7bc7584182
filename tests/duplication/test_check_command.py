import json

import pandas as pd
import pytest
from sklearn.datasets import load_wine

from hearsay.cli import main

FRAME = load_wine(as_frame=True).frame.iloc[:, [0, 5, 6, 9, 13]].rename(columns=lambda c: c.replace("target", "kind"))


@pytest.fixture
def check(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(factory="sklearn.svm:SVC", frame=FRAME, *options, target="kind"):
        frame.to_csv("rows.csv", index=False)
        return main(["check-duplication", factory, "--data", "rows.csv", "--target", target, *options])

    return run


def test_the_first_line_is_the_answer(check, capsys):
    assert check() == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith("SVC: changed: 3 copies of every row move the scores by up to")
    for part in ("held-out accuracy:", "held-out labels that change:", "what undoes it: C / k", "(here C=0.333333)"):
        assert part in out
    assert "warning" not in out


def test_an_invariant_estimator(check, capsys):
    assert check("sklearn.naive_bayes:GaussianNB", FRAME, "--fail-on", "changed,duplicates") == 0
    assert capsys.readouterr().out.startswith("GaussianNB: invariant: 3 copies of every row give the same fit")


def test_copies_that_are_there_are_named_with_the_way_out(check, capsys):
    frame = pd.concat([FRAME, FRAME.head(20)])
    assert check("sklearn.naive_bayes:GaussianNB", frame, "--fail-on", "duplicates") == 1
    out = capsys.readouterr().out
    assert "40 of 198 rows have an exact copy" in out
    assert "GroupKFold" in out


def test_json_is_one_object(check, capsys):
    assert check("sklearn.svm:SVC", FRAME, "--json", "--copies", "2", "--fail-on", "changed") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["sets"], found["copies"]) == ("changed", "C=0.5", 2)
    assert found["setting"].startswith("C / k")
    assert found["duplicates"] == {"rows": 0, "conflicting": 0, "leaking": 0, "folds": 5}


def test_a_random_estimator_is_said_to_be_one(check, capsys, tmp_path):
    (tmp_path / "bag_of_mine.py").write_text(
        "from sklearn.ensemble import BaggingClassifier\ndef make():\n    return BaggingClassifier(n_estimators=3)\n"
    )
    assert check("bag_of_mine:make", FRAME, "--seeds", "4", "--folds", "3") == 0
    out = capsys.readouterr().out
    assert "random: 4 seeds an arm" in out
    assert "so few seeds show large shifts only" in out


def test_a_random_estimator_is_never_said_to_be_restored(check, capsys, tmp_path):
    """A leaf of many rows is restored by its multiple; few seeds cannot prove it."""
    (tmp_path / "leaf_of_mine.py").write_text(
        "from sklearn.tree import ExtraTreeClassifier\n"
        "def make():\n    return ExtraTreeClassifier(min_samples_leaf=20)\n"
    )
    assert check("leaf_of_mine:make", FRAME, "--copies", "9", "--folds", "3") == 0
    out = capsys.readouterr().out
    assert "changed in distribution" in out
    assert "not told apart with: min_samples_leaf * k (here min_samples_leaf=180)" in out
    assert "10 seeds an arm show no difference (p = " in out
    assert "which proves no sameness" in out
    assert "undoes" not in out


def test_a_search_names_what_its_grid_needs(check, capsys, tmp_path):
    (tmp_path / "grid_of_mine.py").write_text(
        "from sklearn.model_selection import GridSearchCV\nfrom sklearn.svm import SVC\n"
        "def make():\n    return GridSearchCV(SVC(), {'C': [1, 10]}, cv=3)\n"
    )
    assert check("grid_of_mine:make", FRAME, "--folds", "3") == 0
    out = capsys.readouterr().out
    assert "what undoes it: nothing that was tried" in out
    assert "not tried, inside the search: param_grid's C / k (together with grouped folds)" in out


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        ("SVC", "'SVC' names no factory; expected MODULE:FACTORY"),
        ("no_such_module_here:make", "there is no module 'no_such_module_here' in the current folder"),
        ("sklearn.svn:SVC", "there is no module 'sklearn.svn'"),
        ("sklearn.svm:NuSVCC", "sklearn.svm has no 'NuSVCC'; did you mean 'NuSVC'?"),
        ("sklearn.svm:__name__", "is no callable"),
        ("broken_of_mine:make", "importing 'broken_of_mine' raised ZeroDivisionError: division by zero"),
        ("needs_of_mine:make", "module 'needs_of_mine' needs 'no_such_package_here', which is not installed"),
        ("sklearn.preprocessing:StandardScaler", "returned a StandardScaler without predict"),
    ],
)
def test_a_bad_factory_gets_one_line(check, capsys, tmp_path, factory, message):
    (tmp_path / "broken_of_mine.py").write_text("1 / 0\n")
    (tmp_path / "needs_of_mine.py").write_text("import no_such_package_here\n")
    assert check(factory) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.splitlines()) == 1


def test_a_bad_target_or_number_gets_one_line(check, capsys):
    assert check(target="knd") == 2
    assert "rows.csv has no column 'knd'; did you mean 'kind'?" in capsys.readouterr().err
    assert check("sklearn.svm:SVC", FRAME, "--copies", "1") == 2
    assert "copies 1" in capsys.readouterr().err
    assert check("sklearn.svm:SVC", FRAME[["kind"]]) == 2
    assert "has the column 'kind' only" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"", "is empty"),
        (b'a,b\n1,2\n1,2,3,4\n"', "is no CSV file"),
        (b"\xff\xfe\x00\x01\xd8", "is no CSV file"),
        (b"a,b,kind\n1,,0\n2,3,1\n", "column 'b' misses a value, the first in row 1"),
        (b"a,b,kind\n1,x,0\n2,3,1\n", "column 'b' is not numeric ('x'): encode it"),
        (b"a,b,kind\n1,3,0\n2,3,1\n", "column 'b' is constant (3)"),
        (b"a,b,kind\n1,3,1\n2,4,1\n3,5,1\n4,1,1\n5,2,1\n", "target 'kind' has one class only (1)"),
        (b"a,b,kind\n1,3,1\n2,4,0\n", "2 rows, fewer than the 5 folds"),
    ],
)
def test_a_bad_file_gets_one_line(tmp_path, capsys, content, message):
    path = tmp_path / "bad.csv"
    if content is not None:
        path.write_bytes(content)
    assert main(["check-duplication", "sklearn.svm:SVC", "--data", str(path), "--target", "kind"]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert len(err.splitlines()) == 1


def test_an_unknown_problem_is_refused(check, capsys):
    with pytest.raises(SystemExit):
        check("sklearn.svm:SVC", FRAME, "--fail-on", "everything")
    assert "choose from changed, duplicates" in capsys.readouterr().err


def test_help_shows_an_example(capsys):
    with pytest.raises(SystemExit):
        main(["check-duplication", "--help"])
    assert "sklearn.svm:SVC --data wine.csv" in capsys.readouterr().out
