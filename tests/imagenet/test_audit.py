"""The audit on planted lists, whose answer is known."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hearsay import tables
from hearsay.imagenet.audit import (
    AUDIT,
    DUPLICATES,
    IMAGES_PER_CLASS,
    audit,
    audit_frame,
    duplicates_frame,
    shipped_classes,
)
from hearsay.imagenet.devkit import read_devkit
from hearsay.imagenet.lists import Entry, LabelList, from_object

CLASSES = shipped_classes()
SORTED = CLASSES.sort_values("sorted_index")
DEVKIT = CLASSES.sort_values("ilsvrc2012_id")
ORDERS = {"sorted": SORTED, "devkit": DEVKIT}


def judge(values, **fields):
    found = from_object(values, "planted", "planted")
    return audit(LabelList(**{**vars(found), **fields}), CLASSES)


def names(found, kind):
    return {clash.name for clash in found.of_kind(kind)}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("column", ["wnid", "words", "first_lemma", "unique_name"])
@pytest.mark.parametrize("base", [None, 0, 1])
@pytest.mark.parametrize("background", [False, True])
def test_order_base_and_background(order, column, base, background):
    values = ["background"] * background + ORDERS[order][column].tolist()
    first = None if base is None else base - background
    found = judge(values, first=first)
    assert (found.order, found.background, found.length) == (order, background, 1000 + background)
    assert found.base == (int(background) if base is None else base)
    shares = {"sorted": found.share_sorted, "devkit": found.share_devkit}
    assert shares.pop(order) == 1
    # No class keeps its place; only a synonym of two classes can seem to.
    assert shares.popitem()[1] < 0.005
    assert found.recognised >= 998
    assert found.safe == (column in ("wnid", "unique_name"))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["wnid", "words", "unique_name"]))
def test_shuffled_lists_have_no_order(seed, column):
    values = SORTED[column].to_numpy()[np.random.default_rng(seed).permutation(1000)].tolist()
    found = judge(values)
    assert (found.order, found.safe) == ("other", False)
    assert max(found.share_sorted, found.share_devkit) < 0.02


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 450), st.sampled_from(list(ORDERS)))
def test_rewritten_names_cost_recognition_and_not_the_order(seed, rewritten, order):
    values = ORDERS[order]["unique_name"].tolist()
    for i in np.random.default_rng(seed).choice(1000, rewritten, replace=False):
        values[i] = f"rewritten thing number {i}"
    found = judge(values)
    assert (found.order, found.misplaced, found.safe) == (order, (), True)
    assert found.recognised <= 1000 - rewritten + 2


def test_names_that_nobody_knows_give_no_order():
    found = judge([f"thing {i}" for i in range(1000)])
    assert (found.order, found.recognised, found.share_sorted, found.safe) == ("other", 0, 0, False)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 998), st.sampled_from(["wnid", "words", "unique_name"]))
@example(341, "words")  # they share a synonym
@example(638, "unique_name")  # without the remark in brackets, the same name
def test_two_swapped_entries_are_found(i, column):
    values = SORTED[column].tolist()
    values[i], values[i + 1] = values[i + 1], values[i]
    found = judge(values)
    assert not found.safe
    assert not found.in_sorted_order
    assert found.order == ("other" if column == "wnid" else "sorted")


def test_partly_wrong_lists():
    values = SORTED["unique_name"].tolist()
    few = values[:20][::-1] + values[20:]
    many = values[:100][::-1] + values[100:]
    assert (judge(few).order, judge(few).misplaced) == ("sorted", tuple(range(20)))
    assert not judge(few).safe
    assert judge(many).order == "other"


def test_names_beside_the_wrong_wnids_are_found():
    pairs = list(zip(SORTED["wnid"], DEVKIT["words"], strict=True))
    found = judge(pairs)
    assert found.order == "sorted"
    assert len(found.misplaced) > 990
    assert not found.safe


@pytest.mark.parametrize(
    "values",
    [
        SORTED["unique_name"].tolist()[:-1],
        SORTED["unique_name"].tolist()[1:],
        SORTED["wnid"].tolist()[:500] + SORTED["wnid"].tolist()[501:],
        [*SORTED["unique_name"], "one more", "and another"],
        [*SORTED["wnid"].tolist()[:-1], "n99999999"],
        [*SORTED["wnid"].tolist()[:-1], SORTED["wnid"].iloc[0]],
        ["tench"],
    ],
)
def test_a_list_that_has_not_the_1000_classes_is_unsafe(values):
    found = judge(values)
    assert not found.safe
    assert not found.complete or len(values) == 1000


def test_a_shifted_list_says_so():
    found = judge([*SORTED["unique_name"].tolist()[1:], "spare"])
    assert (found.order, found.offset, found.safe) == ("sorted", -1, False)
    assert any("shifted by one" in reason for reason in found.reasons)


def test_names_that_repeat():
    assert names(judge(SORTED["words"].tolist()), "exact") == {"crane"}
    found = judge(SORTED["first_lemma"].tolist())
    assert names(found, "exact") == names(found, "lemma") == {"crane", "maillot"}
    assert names(found, "casefold") == {"crane", "maillot", "cardigan"}
    assert found.images_affected == 300
    assert [clash.kind for clash in found.clashes] == ["exact", "exact", "casefold"]
    found = judge(SORTED["words"].tolist())
    assert [clash.kind for clash in found.clashes] == ["exact", "lemma", "casefold"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), min_size=1, max_size=8))
def test_planted_duplicates_against_counting(pairs):
    values = SORTED["unique_name"].tolist()
    for source, target in pairs:
        values[target] = values[source]
    found = judge(values)
    counts = {name: n for name, n in Counter(values).items() if n > 1}
    assert {clash.name: len(clash.classes) for clash in found.of_kind("exact")} == counts
    assert found.images_affected == 50 * sum(counts.values())
    assert found.safe == (not counts)


def test_duplicates_of_a_list_without_order_list_every_candidate():
    values = SORTED["first_lemma"].sample(frac=1, random_state=3).tolist()
    found = {clash.name: clash.classes for clash in judge(values).of_kind("exact")}
    assert found == {"crane": (134, 517), "maillot": (638, 639)}


def test_the_dictionary_that_torchvision_builds():
    keys = {name: i for i, words in enumerate(SORTED["words"]) for name in words.split(", ")}
    found = judge(keys)
    assert (found.length, found.unreachable, found.safe) == (len(keys), (134, 638, 657), False)
    assert {clash.name: clash.classes for clash in found.of_kind("overwritten")} == {
        "crane": (134, 517),
        "polecat": (358, 361),
        "maillot": (638, 639),
        "missile": (657, 744),
    }
    counts = Counter(SORTED["words"].str.split(", ").explode())
    assert names(found, "other_lemma") == {name for name, n in counts.items() if n > 1}


def test_a_name_that_a_dictionary_gives_to_a_third_class_is_one_row():
    found = judge({name: i for i, name in enumerate(SORTED["unique_name"])} | {"crane": 5})
    assert [(clash.name, clash.classes) for clash in found.of_kind("overwritten")] == [("crane", (5, 134, 517))]


def test_a_dictionary_of_unique_names_is_safe():
    found = judge({name: i for i, name in enumerate(SORTED["unique_name"])})
    assert (found.order, found.safe, found.unreachable) == ("sorted", True, ())


@pytest.mark.parametrize("background", [False, True])
def test_entries_that_name_no_class_are_said_to_be_unverified(background):
    names = SORTED["unique_name"].tolist()
    garbage = [f"zzz{i}" if i % 3 == 0 else name for i, name in enumerate(names)]
    found = judge(["background"] * background + garbage)
    assert (found.order, found.safe, found.unverified) == ("sorted", True, 334)
    assert found.recognised == 666
    note = f"334 of {1000 + background} entries name no class by WNID or synonym and were taken at their place"
    assert note in found.reasons[-1]
    assert note in audit_frame([found], CLASSES)["reason"].item()
    assert not judge(garbage[:-1]).safe
    assert "of 999 entries name no class" in judge(garbage[:-1]).reasons[-1]


@pytest.mark.parametrize(
    "values",
    [
        SORTED["wnid"].tolist(),
        SORTED["unique_name"].tolist(),
        [f"thing {i}" for i in range(1000)],  # no order, so no place to take them at
        {name: i for i, name in enumerate(SORTED["words"]) if i},  # an index without a name is unreachable
    ],
)
def test_lists_with_nothing_unverified(values):
    found = judge(values)
    assert found.unverified == 0
    assert not any("unverified" in reason for reason in found.reasons)


def test_every_class_has_as_many_validation_images_as_the_audit_counts(devkit_archive):
    counts = np.bincount(read_devkit(devkit_archive).ground_truth, minlength=1001)
    assert counts[0] == 0
    assert (counts[1:] == IMAGES_PER_CLASS).all()


def test_models_and_names_of_a_list():
    pairs = list(zip(SORTED["wnid"], SORTED["words"], strict=True))
    lists = [
        judge(SORTED["wnid"].tolist()),
        judge(["background", *SORTED["wnid"]], models=False),
        judge(pairs, models=True),
        judge(SORTED["words"].tolist()),
    ]
    frame = audit_frame(lists, CLASSES)
    assert frame["names"].tolist() == ["no", "no", "yes", "yes"]
    assert frame["models"].tolist() == ["", "no", "yes", ""]


def test_the_unit_of_the_frames_is_the_table(tmp_path):
    audits = [judge(SORTED["words"].tolist()), judge(SORTED["wnid"].tolist(), name="other")]
    tables.write(audit_frame(audits, CLASSES), AUDIT, tmp_path / "audit.csv")
    tables.write(duplicates_frame(audits, CLASSES), DUPLICATES, tmp_path / "duplicates.csv")
    tables.write(duplicates_frame([], CLASSES), DUPLICATES, tmp_path / "none.csv")
    read = tables.read(tmp_path / "audit.csv", AUDIT, ("list", "package", "version", "reason"))
    assert read["safe"].tolist() == ["yes", "no"]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.builds(Entry, st.none() | st.sampled_from(["n01440764", "n00000000"]), st.none() | st.text(max_size=5)),
        min_size=1,
        max_size=20,
    )
)
def test_no_list_breaks_the_audit(entries):
    found = audit(LabelList("any", tuple(entries)), CLASSES)
    assert not found.safe
    assert found.reasons
