"""The numbers that the text may cite, by key: each study's `numbers.csv`, gathered into `results/numbers.json`."""

import json
import math
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


TINY = 1e-4
MINUS = "\N{MINUS SIGN}"
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def text(value: float | int | str | bool, unit: str) -> str:
    """Return a number as a person reads it, by the rules of report/template.typ.

    Shares as per cent, never rounded up to all or down to nothing; else three significant digits, more just below one,
    and thousands apart; two significant digits and a power of ten for what is smaller than `TINY`. Points of accuracy
    have two places at most.
    """
    if isinstance(value, bool | str):
        return str(value).lower() if isinstance(value, bool) else value
    if unit == "share":
        percent = 100 * value
        edge = min(abs(percent), abs(100 - percent))
        places = 0 if edge == 0 else 1 if edge >= 1 else 1 + math.ceil(-math.log10(edge))
        return f"{_decimal(percent, places)} %"
    if unit.startswith("points"):
        value = round(value, 2)
    if 0 < abs(value) < TINY:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa.removesuffix('.0').replace('-', MINUS)} × 10{str(int(exponent)).translate(SUPERSCRIPT)}"
    if float(value).is_integer():
        return _decimal(value, 0)
    edge = abs(1 - abs(value)) if abs(value) < 1 else 1
    return _decimal(value, max(0, 2 - math.floor(math.log10(abs(value))), math.ceil(-math.log10(edge))))


def _decimal(value: float, places: int) -> str:
    shown = f"{value + 0:,.{places}f}".replace("-", MINUS)  # nought has no sign
    return shown.rstrip("0").rstrip(".") if places else shown


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
    try:
        number = json.loads(value)
    except ValueError:
        return value
    return number if isinstance(number, int | float) else value
