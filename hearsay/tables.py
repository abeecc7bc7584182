"""Tidy CSV tables with a declared shape: one row an observation or a summary, sorted, full precision."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from hearsay.errors import HearsayError
from hearsay.files import staged


@dataclass(frozen=True)
class Table:
    """What a table holds: its columns in order, each with its meaning and unit, and the key columns that sort it.

    text: the columns that stay strings when the table is read, whatever they look like; an empty one is ''.
    """

    name: str
    title: str
    key: tuple[str, ...]
    columns: dict[str, str]
    text: tuple[str, ...] = ()

    def check(self, frame: pd.DataFrame) -> None:
        """Raise HearsayError unless `frame` has exactly these columns and no key twice."""
        if list(frame.columns) != list(self.columns):
            odd = sorted(set(frame.columns) ^ set(self.columns)) or "their order"
            raise HearsayError(f"table {self.name}: its columns are not the declared ones: {odd}")
        if frame.duplicated(list(self.key)).any():
            first = frame.loc[frame.duplicated(list(self.key)), list(self.key)].iloc[0].to_dict()
            raise HearsayError(f"table {self.name}: the key {first} stands in more than one row")


def write(frame: pd.DataFrame, table: Table, path: str | os.PathLike) -> None:
    """Write `frame` to `path` as `table`: columns in the declared order, rows sorted by the key, floats as `repr`."""
    if set(frame.columns) == set(table.columns):
        frame = frame[list(table.columns)]
    table.check(frame)
    with staged(path) as stage:
        frame.sort_values(list(table.key), kind="stable").to_csv(stage, index=False, lineterminator="\n")


def read(path: str | os.PathLike, table: Table, text: tuple[str, ...] | None = None) -> pd.DataFrame:
    """Read a table that `write` wrote. Raises HearsayError where the file has another shape."""
    text = table.text if text is None else text
    frame = pd.read_csv(
        path,
        dtype=dict.fromkeys(text, str),
        keep_default_na=False,
        na_values={column: [""] for column in table.columns if column not in text},
        float_precision="round_trip",
    )
    table.check(frame)
    return frame


def read_all(paths: Iterable[str | os.PathLike], table: Table) -> list[pd.DataFrame]:
    """Read the parts of a table that several jobs wrote, in the order of `paths`."""
    return [read(path, table) for path in paths]


def read_whole(paths: Iterable[str | os.PathLike], table: Table) -> pd.DataFrame:
    """Return the parts of a table that several jobs wrote as one frame; a part may have no rows."""
    parts = read_all(paths, table)
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
