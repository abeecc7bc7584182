"""Tables keep their declared shape and every digit."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearsay.errors import HearsayError
from hearsay.tables import Table, read, write

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
