"""The figures from small planted tables: everything is named, and the same tables give the same bytes."""

import re

import pandas as pd
import pytest

from hearsay.imagenet import figures

CLASSES = pd.DataFrame(
    {
        "wnid": ["n1", "n2", "n3"],
        "ilsvrc2012_id": [3, 1, 2],
        "sorted_index": [0, 1, 2],
        "first_lemma": ["tench", "crane", "crane"],
        "unique_name": ["tench", "crane (bird)", "crane (machine)"],
    }
)
GROUPS = pd.DataFrame({"wnid": ["n1", "n2", "n3"], "group": ["dogs", "other animals", "things and scenes"]})
VALIDATION = pd.DataFrame({"wnid": ["n1", "n2", "n3"] * 5})


def keys(*names: str) -> pd.DataFrame:
    rows = [("words", "crane", "n2 n3"), *(("any lemma", name, "n1 n2") for name in names)]
    return pd.DataFrame(rows, columns=["key", "name", "wnids"])


def written(path) -> list[str]:
    """The words in a figure; drawn as shapes, they stand in its comments."""
    return re.findall(r"<!-- (.*?) -->", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "draw",
    [
        lambda path: figures.two_orders(CLASSES, GROUPS, path),
        lambda path: figures.images_per_name(keys("horn"), CLASSES, VALIDATION, path),
    ],
)
def test_the_same_tables_give_the_same_bytes(draw, tmp_path):
    for name in "ab":
        draw(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_either_list_starts_with_its_first_class(tmp_path):
    figures.two_orders(CLASSES, GROUPS, tmp_path / "a.svg")
    words = written(tmp_path / "a.svg")
    assert {"1  crane", "0  tench", "there: 3", *figures.GROUP_COLOURS} <= set(words)


def test_every_shared_name_and_its_classes_are_drawn_and_a_cut_group_is_named_again(tmp_path):
    names = ["gong", "harp", "horn", "tub", "wagon", "panda"]
    figures.images_per_name(keys(*names), CLASSES, VALIDATION, tmp_path / "a.svg")
    words = written(tmp_path / "a.svg")
    assert all(words.count(name) == 1 for name in ("crane", *names))
    assert words.count("tench") == len(names) and words.count("crane (machine)") == 1
    assert {*figures.KEY_TITLES.values(), "Any synonym, continued"} <= set(words)


def test_no_shared_name_leaves_the_titles(tmp_path):
    figures.images_per_name(keys()[:0], CLASSES, VALIDATION, tmp_path / "a.svg")
    words = written(tmp_path / "a.svg")
    assert set(figures.KEY_TITLES.values()) <= set(words) and not any("continued" in word for word in words)
