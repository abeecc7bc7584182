"""Tables keep their declared shape and every digit."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay.errors import HearsayError
from hearsay.tables import Table, read, read_all, read_whole, write

TABLE = Table("study/things", "Things", ("name",), {"name": "name", "value": "value, m", "note": "words"})


def frame(**columns):
    return pd.DataFrame(columns)


@given(
    st.dictionaries(
        st.text("abcNA", min_size=1),
        st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["", "NA", "x,y"])),
    )
)
def test_round_trip_keeps_every_digit_and_every_text(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("t") / "things.csv"
    made = frame(
        name=list(rows), value=[value for value, _ in rows.values()], note=[note for _, note in rows.values()]
    ).astype({"value": float})
    write(made, TABLE, path)
    back = read(path, TABLE, text=("name", "note"))
    expected = made.sort_values("name", kind="stable", ignore_index=True)
    assert back["name"].tolist() == expected["name"].tolist()
    assert back["value"].tolist() == expected["value"].tolist()
    assert back["note"].tolist() == expected["note"].tolist()


def test_sorts_rows_and_columns(tmp_path):
    write(frame(value=[1.5, 2.0], note=["", ""], name=["b", "a"]), TABLE, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == b"name,value,note\na,2.0,\nb,1.5,\n"


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (frame(name=["a"], value=[1.0]), "note"),
        (frame(name=["a"], value=[1.0], note=[""], extra=[0]), "extra"),
        (frame(name=["a", "a"], value=[1.0, 2.0], note=["", ""]), "'a'"),
    ],
)
def test_refuses_another_shape(tmp_path, made, said):
    with pytest.raises(HearsayError, match=said):
        write(made, TABLE, tmp_path / "t.csv")
    assert not list(tmp_path.iterdir())


PARTED = Table("study/parts", "Parts", ("name",), {"name": "name", "value": "value, m", "n": "count"}, text=("name",))


def parts(folder, *frames):
    paths = [folder / f"{i}.csv" for i in range(len(frames))]
    for made, path in zip(frames, paths, strict=True):
        write(made, PARTED, path)
    return paths


def rows(*names):
    columns = {"name": list(names), "value": [0.1 + i for i in range(len(names))], "n": list(range(len(names)))}
    return pd.DataFrame(columns).astype({"name": object, "value": float, "n": int})


def test_parts_come_in_the_order_of_their_paths(tmp_path):
    paths = parts(tmp_path, rows("c"), rows("NA", ""), rows())
    assert [part["name"].tolist() for part in read_all(paths, PARTED)] == [["c"], ["", "NA"], []]
    assert [part["name"].tolist() for part in read_all(iter(paths[::-1]), PARTED)] == [[], ["", "NA"], ["c"]]


@pytest.mark.parametrize("empty", [0, 1, 2])
def test_a_part_without_rows_changes_nothing_of_the_whole(tmp_path, empty):
    """More jobs than pieces of work leave some with none: neither rows nor types may suffer."""
    made = [rows("a", "b"), rows("c")]
    made.insert(empty, rows())
    whole = read_whole(parts(tmp_path, *made), PARTED)
    assert whole["name"].tolist() == ["a", "b", "c"]
    assert whole.index.tolist() == [0, 1, 2]
    assert (whole["value"].dtype, whole["n"].dtype) == (float, int)
    write(whole, PARTED, tmp_path / "whole.csv")
    assert (tmp_path / "whole.csv").read_text() == "name,value,n\na,0.1,0\nb,1.1,1\nc,0.1,0\n"


@pytest.mark.parametrize("jobs", [1, 2])
def test_parts_that_all_have_no_rows_make_an_empty_whole(tmp_path, jobs):
    whole = read_whole(parts(tmp_path, *[rows()] * jobs), PARTED)
    assert list(whole.columns) == list(PARTED.columns)
    assert whole.empty


def test_a_row_in_two_parts_is_refused_when_the_whole_is_written(tmp_path):
    whole = read_whole(parts(tmp_path, rows("a", "b"), rows("b")), PARTED)
    with pytest.raises(HearsayError, match="'b'"):
        write(whole, PARTED, tmp_path / "whole.csv")


def test_a_part_of_another_shape_is_refused(tmp_path):
    paths = parts(tmp_path, rows("a"))
    write(pd.DataFrame({"name": ["b"], "value": [1.0], "note": [""]}), TABLE, tmp_path / "other.csv")
    for of in (read_all, read_whole):
        with pytest.raises(HearsayError, match="study/parts"):
            of([*paths, tmp_path / "other.csv"], PARTED)
