import json

import pytest

from hearsay.cli import main
from hearsay.imagenet.audit import shipped_classes

CLASSES = shipped_classes().sort_values("sorted_index")


@pytest.fixture
def write(tmp_path):
    def to(values, name="list.txt"):
        path = tmp_path / name
        path.write_text("\n".join(values), encoding="utf-8")
        return str(path)

    return to


def test_a_safe_list(write, capsys):
    assert main(["audit-labels", write(CLASSES["unique_name"])]) == 0
    out = capsys.readouterr().out
    assert "sorted by WNID" in out
    assert "verdict: safe" in out


def test_an_unsafe_list_names_the_candidates(write, capsys):
    assert main(["audit-labels", write(CLASSES["words"])]) == 1
    out = capsys.readouterr().out
    for part in ("crane (as written)", "n02012849", "n03126707", "Cardigan Welsh corgi", "key on WNIDs"):
        assert part in out


def test_json_is_one_object(write, capsys):
    ids = CLASSES.sort_values("ilsvrc2012_id")
    path = write(f"{row.wnid} {row.ilsvrc2012_id} {row.first_lemma}" for row in ids.itertuples())
    assert main(["audit-labels", path, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {key: found[key] for key in ("length", "order", "base", "safe")} == {
        "length": 1000,
        "order": "devkit",
        "base": 1,
        "safe": True,
    }
    crane = next(clash for clash in found["duplicates"] if clash["name"] == "crane")
    assert [row["sorted_index"] for row in crane["candidates"]] == [134, 517]
    assert [row["wnid"] for row in crane["candidates"]] == ["n02012849", "n03126707"]


@pytest.mark.parametrize(
    ("column", "order", "fail_on", "status"),
    [
        ("words", "sorted_index", "order", 0),
        ("words", "sorted_index", "duplicates", 1),
        ("words", "ilsvrc2012_id", "order", 1),
        ("wnid", "ilsvrc2012_id", "order", 1),
        ("wnid", "ilsvrc2012_id", "duplicates", 0),
        ("wnid", "ilsvrc2012_id", "order,duplicates", 1),
        ("unique_name", "sorted_index", "duplicates, order", 0),
    ],
)
def test_fail_on(write, column, order, fail_on, status):
    path = write(CLASSES.sort_values(order)[column])
    assert main(["audit-labels", path, "--fail-on", fail_on]) == status


def test_a_list_without_the_1000_classes_always_fails(write):
    path = write(CLASSES["unique_name"][:-1])
    assert main(["audit-labels", path]) == 1
    assert main(["audit-labels", path, "--fail-on", "order"]) == 1


def test_bad_usage_and_bad_files(write, capsys, tmp_path):
    with pytest.raises(SystemExit) as caught:
        main(["audit-labels", write(["tench"]), "--fail-on", "everything"])
    assert caught.value.code == 2
    assert "choose from order, duplicates" in capsys.readouterr().err
    assert main(["audit-labels", str(tmp_path / "absent.txt")]) == 2
    assert capsys.readouterr().err.startswith("hearsay: label list")
    assert main(["audit-labels", write(["tench", "", "goldfish"])]) == 2
    assert "line 2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.yaml", "crane: 134\ncrane: 517"),
        ("list.txt", "{'crane': 134,\n 'crane': 517}"),
        ("list.json", '{"crane": 134, "crane": 517}'),
    ],
)
def test_keys_that_stand_twice_are_refused(write, capsys, name, content):
    assert main(["audit-labels", write([content], name)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "the key 'crane' stands twice" in err


def test_an_empty_path_is_one_line(capsys):
    assert main(["audit-labels", ""]) == 2
    err = capsys.readouterr().err
    assert err.startswith("hearsay: label list")
    assert err.count("\n") == 1


def test_unverified_entries_are_counted(write, capsys):
    path = write(f"zzz{i}" if i % 3 == 0 else name for i, name in enumerate(CLASSES["unique_name"]))
    note = "334 of 1000 entries name no class by WNID or synonym and were taken at their place unverified"
    assert main(["audit-labels", path]) == 0
    assert note in capsys.readouterr().out
    assert main(["audit-labels", path, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["recognised"], found["unverified"]) == (666, 334)
    assert note in found["reasons"]


def test_many_clashes_are_cut_in_text_and_whole_in_json(write, capsys):
    path = write([*CLASSES["unique_name"][:500], *CLASSES["unique_name"][:500]])
    assert main(["audit-labels", path]) == 1
    assert "and 480 more" in capsys.readouterr().out
    assert main(["audit-labels", path, "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["duplicates"]) == 500


def test_says_what_it_failed_on(tmp_path, capsys, classes):
    """A list may be safe as a key and still fail what was asked of it."""
    path = tmp_path / "devkit.txt"
    by_id = classes.sort_values("ilsvrc2012_id")
    path.write_text("".join(f"{row.wnid} {row.unique_name}\n" for row in by_id.itertuples()))
    assert main(["audit-labels", str(path), "--fail-on", "order,duplicates"]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "failed: order"
    assert main(["audit-labels", str(path)]) == 0
    assert "failed" not in capsys.readouterr().out


def test_a_data_sets_description_is_read_by_its_names(tmp_path, capsys, classes):
    path = tmp_path / "ImageNet.yaml"
    path.write_text(
        "path: imagenet\nnames:\n" + "".join(f"  {i}: {json.dumps(n)}\n" for i, n in enumerate(classes["unique_name"]))
    )
    assert main(["audit-labels", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["length"] == 1000
