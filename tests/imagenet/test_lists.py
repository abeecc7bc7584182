import csv
import io
import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hearsay.errors import HearsayError
from hearsay.imagenet.lists import Entry, from_object, parse_list, read_list

WNIDS = ["n01440764", "n01443537", "n01484850"]
NAMES = ["tench, Tinca tinca", "goldfish", "great white shark"]
PAIRS = list(zip(WNIDS, NAMES, strict=True))
BOTH = tuple(Entry(*pair) for pair in PAIRS)
ONLY_NAMES = tuple(Entry(name=name) for name in NAMES)
ONLY_WNIDS = tuple(Entry(wnid=wnid) for wnid in WNIDS)


def lines(template, start=0):
    return "".join(template.format(i=i, wnid=wnid, name=name) + "\n" for i, (wnid, name) in enumerate(PAIRS, start))


def as_csv(rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


GOOD = {
    "names.txt": (lines("{name}"), ONLY_NAMES, None),
    "wnids.txt": (lines("{wnid}"), ONLY_WNIDS, None),
    "wnid name.txt": (lines("{wnid} {name}"), BOTH, None),
    "wnid,name.txt": (lines("{wnid},{name}"), BOTH, None),
    "wnid tab name.tsv": (lines("{wnid}\t{name}"), BOTH, None),
    "wnid id name.txt": (lines("{wnid} {i} {name}", 1), BOTH, 1),
    "id wnid name.txt": (lines("{i}\t{wnid}\t{name}"), BOTH, 0),
    "id name.txt": (lines("{i} {name}"), ONLY_NAMES, 0),
    "id colon name.txt": (lines("{i}: '{name}',"), ONLY_NAMES, 0),
    "id,name.csv": (lines("{i},{name}", 1), ONLY_NAMES, 1),
    "name wnid.txt": (lines("{name} {wnid}"), BOTH, None),
    "list.json": (json.dumps(NAMES), ONLY_NAMES, None),
    "wnids.json": (json.dumps(WNIDS), ONLY_WNIDS, None),
    "pairs.json": (json.dumps(PAIRS), BOTH, None),
    "by index.json": (json.dumps(dict(enumerate(NAMES, 1))), ONLY_NAMES, 1),
    "keras.json": (json.dumps(dict(enumerate(PAIRS))), BOTH, 0),
    "wnid by index.json": (json.dumps(dict(enumerate(WNIDS))), ONLY_WNIDS, 0),
    "index by wnid.json": (json.dumps({wnid: i for i, wnid in enumerate(WNIDS)}), ONLY_WNIDS, 0),
    "name by wnid.json": (json.dumps(dict(PAIRS)), BOTH, None),
    "wnid by name.json": (json.dumps({name: wnid for wnid, name in PAIRS}), BOTH, None),
    "literal.txt": (repr(dict(enumerate(NAMES))), ONLY_NAMES, 0),
    "list.yaml": (yaml.dump(NAMES), ONLY_NAMES, None),
    "by index.yml": (yaml.dump(dict(enumerate(NAMES, 1))), ONLY_NAMES, 1),
    "name by wnid.yaml": (yaml.dump(dict(PAIRS)), BOTH, None),
    "header.csv": (as_csv([("index", "wnid", "name")] + [(i, *p) for i, p in enumerate(PAIRS)]), BOTH, 0),
    "no header.csv": (as_csv([(i, *p) for i, p in enumerate(PAIRS, 1)]), BOTH, 1),
    "only names.csv": (as_csv([("name",)] + [(name,) for name in NAMES]), ONLY_NAMES, None),
    "background.csv": (
        as_csv([("wnid", "name"), ("background", "none"), *PAIRS]),
        (Entry(name="none"), *BOTH),
        None,
    ),
    "background.txt": ("background\n" + lines("{wnid} {name}"), (Entry(name="background"), *BOTH), None),
    "minus one.json": (
        json.dumps({"-1": "noise"} | dict(enumerate(NAMES))),
        (Entry(name="noise"), *ONLY_NAMES),
        -1,
    ),
}


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_shape(tmp_path, name, ends, mark):
    text, entries, first = GOOD[name]
    text = text.replace("\r\n", "\n").replace("\n", ends)
    (tmp_path / name).write_bytes((mark + text).encode())
    found = read_list(tmp_path / name)
    assert (found.entries, found.first, found.name) == (entries, first, name)


def test_rows_are_put_in_the_order_of_their_indices():
    found = parse_list("n01443537 2 goldfish\nn01440764 1 tench\n", "x", "x")
    assert [entry.name for entry in found.entries] == ["tench", "goldfish"]


def test_a_number_that_belongs_to_a_name_stays():
    found = parse_list("tench\n4 poster\ngoldfish\n", "x", "x")
    assert [entry.name for entry in found.entries] == ["tench", "4 poster", "goldfish"]


def test_the_shipped_table_can_be_read_as_a_list(classes, tmp_path):
    classes.sample(frac=1, random_state=1).to_csv(tmp_path / "classes.csv", index=False)
    found = read_list(tmp_path / "classes.csv")
    assert found.first == 0
    assert [entry.wnid for entry in found.entries] == classes["wnid"].tolist()
    assert [entry.name for entry in found.entries] == classes["words"].tolist()


def test_dictionary_keyed_by_names_keeps_what_it_lost():
    found = from_object({"tench": 0, "Tinca tinca": 0, "crane": 2}, "x", "x")
    assert found.entries == (Entry(name="tench, Tinca tinca"), Entry(), Entry(name="crane"))
    assert found.keys == {"tench": 0, "Tinca tinca": 0, "crane": 2}


BAD = {
    "empty.txt": (b"  \n\n", "is empty"),
    "blank.txt": (b"tench\n\ngoldfish\n", "line 2: is empty"),
    "latin.txt": ("tench\ncaf\u00e9\n".encode("latin-1"), "line 2: not UTF-8"),
    "binary.txt": (b"tench\nab\0c\n", "line 2: a binary file"),
    "wide.txt": ("tench\n".encode("utf-16"), "line 1: not UTF-8"),
    "twice.txt": (b"0 tench\n1 goldfish\n1 shark\n", "line 3: the index 1 stands already at line 2"),
    "gap.txt": (b"0 tench\n1 goldfish\n3 shark\n", "no entry has the index 2"),
    "start.txt": (b"5 tench\n6 goldfish\n", "line 1: indices start at 5; expected 0 or 1"),
    "number.txt": (b"0 tench\n1 goldfish\nshark\n", "line 3: 'shark' has no number"),
    "wnid.txt": (b"n01440764 a\nn01443537 b\nn01484850 c\nn0148485 d\n", "line 4: 'n0148485 d' has no WNID"),
    "nothing.txt": (b"0\n1\n2\n", "line 1: '0' has neither a WNID nor a name"),
    "broken.json": (b'["tench",\n "goldfish"', "line 2: neither JSON"),
    "call.txt": (b"[print('run')]", "neither JSON nor a Python literal"),
    "number.json": (b"[1, 2]", "entry 0: 1 is no name"),
    "nested.json": (b'{"labels": ["tench"]}', "not of a shape"),
    "none.json": (b"{}", "not of a shape"),
    "key twice.json": (b'{"crane": 134, "crane": 517}', "the key 'crane' stands twice"),
    "key twice.txt": (b"{'crane': 134, 'crane': 517}", "the key 'crane' stands twice"),
    "long key twice.json": (b'{"a\\nb": 1, "a\\nb": 2}', "stands twice"),
    "index twice.txt": (b"{0: 'tench', 1: 'shark', 0: 'goldfish'}", "the key 0 stands twice"),
    "nested twice.txt": (b"[{'crane': 134, 'crane': 517}]", "the key 'crane' stands twice"),
    "key twice.yaml": (b"crane: 134\ncrane: 517\n", "the key 'crane' stands twice"),
    "index twice.yml": (b"0: tench\n0x0: goldfish\n", "the key 0 stands twice"),
    "nested twice.yaml": (b"names: {crane: 134, crane: 517}", "the key 'crane' stands twice"),
    "unhashable.txt": (b"{['tench']: 0}", "neither JSON nor a Python literal"),
    "unhashable.yaml": (b"{[tench]: 0}", "cannot be read as YAML"),
    "broken.yaml": (b"- tench\n- [goldfish\n", "line 3: cannot be read as YAML"),
    "tag.yaml": (b"!!python/object/apply:os.system [ls]", "line 1: cannot be read as YAML"),
    "time.yaml": (b"- !!timestamp tench", "cannot be read as YAML"),
    "empty.yaml": (b"", "not of a shape"),
    "itself.yaml": (b"&a [*a]", "is no name"),
    "deep.yaml": (b"[" * 10_000, "cannot be read as YAML"),
    "index twice.json": (b'{"0": "tench", "00": "goldfish"}', "the index 0 stands already"),
    "gap.json": (b'{"0": "tench", "2": "goldfish"}', "no entry has the index 1"),
    "bool.json": (b'{"tench": true}', "not of a shape"),
    "far.json": (b'{"tench": 0, "crane": 99999999}', "key 'crane': 99999999 is no class index"),
    "deep.json": (b"[" * 100_000, "label list"),
    "twice.csv": (b"index,name\n0,tench\n0,goldfish\n", "line 3: the index 0 stands already at line 2"),
    "quote.csv": (b'0,"tench\n1,"goldfish', "label list"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_get_one_line_that_says_where(tmp_path, name):
    data, message = BAD[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(HearsayError) as caught:
        read_list(tmp_path / name)
    assert message in str(caught.value)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_and_a_missing_file(tmp_path):
    for path in ("", "no\0file", tmp_path, tmp_path / "absent.txt"):
        with pytest.raises(HearsayError, match="cannot be read"):
            read_list(path)


@given(st.text(), st.booleans())
def test_no_text_ends_in_another_error(text, table):
    try:
        found = parse_list(text, "x", "x", table)
    except HearsayError:
        return
    assert found.entries


plain = st.text("abcdefghijklmnop '()-", min_size=1, max_size=12).map(str.strip).filter(lambda s: s and s[0] not in "'")


@given(st.lists(plain, min_size=2, max_size=30), st.sampled_from([0, 1]))
def test_lines_survive_a_round_trip(names, base):
    plain_text = parse_list("\n".join(names), "x", "x")
    numbered = parse_list("\n".join(f"{i} {name}" for i, name in enumerate(names, base)), "x", "x")
    assert plain_text.entries == numbered.entries
    assert [entry.name for entry in numbered.entries] == names
    assert (plain_text.first, numbered.first) == (None, base)
