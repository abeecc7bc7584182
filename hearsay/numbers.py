"""The numbers that the text may cite, by key: each study's `numbers.csv`, gathered into `results/numbers.json`."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from hearsay import tables
from hearsay.errors import HearsayError
from hearsay.files import write_text

NUMBERS = tables.Table(
    "numbers",
    "Every number that the text cites",
    ("key",),
    {
        "key": "its name, unique in the study",
        "value": "the number, in full precision, or a word",
        "unit": "its unit; share: a part of 1",
        "text": "as the paper prints it",
        "meaning": "what it is",
    },
    text=("key", "value", "unit", "text", "meaning"),
)


def text(value: float | int | str | bool, unit: str) -> str:
    """Return a number as a person reads it: shares as per cent, whole numbers with thousands apart, three digits."""
    if isinstance(value, bool | str):
        return str(value).lower() if isinstance(value, bool) else value
    if unit == "share":
        return f"{100 * value:.3g} %" if abs(value) < 0.995 or value == 1 else f"{100 * value:.4g} %"
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:.3g}"


def frame(numbers: Mapping[str, tuple]) -> pd.DataFrame:
    """Return a `NUMBERS` table of key -> (value, unit, meaning)."""
    rows = [(key, value, unit, text(value, unit), meaning) for key, (value, unit, meaning) in numbers.items()]
    return pd.DataFrame(rows, columns=list(NUMBERS.columns))


def texts(path: str | os.PathLike) -> dict[str, str]:
    """Return key -> printed text of one study's numbers."""
    read = tables.read(path, NUMBERS)
    return dict(zip(read["key"], read["text"], strict=True))


def gather(paths: Mapping[str, str | os.PathLike], path: str | os.PathLike, run: Mapping[str, str]) -> None:
    """Write STUDY.key -> {value, unit, text} of all studies, and `run.*` for what concerns the run as a whole."""
    gathered = {f"run.{key}": {"value": value, "unit": "", "text": str(value)} for key, value in run.items()}
    for study, source in paths.items():
        read = tables.read(source, NUMBERS)
        for row in read.itertuples():
            gathered[f"{study}.{row.key}"] = {"value": _plain(row.value), "unit": row.unit, "text": row.text}
    write_text(path, json.dumps(dict(sorted(gathered.items())), indent=1, ensure_ascii=False) + "\n")


def load(path: str | os.PathLike) -> dict[str, dict]:
    """Read what `gather` wrote."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise HearsayError(f"numbers {path}: cannot be read ({error})") from None


def _plain(value: str) -> float | int | str | bool:
    if value in ("True", "False"):
        return value == "True"
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            pass
    return value
