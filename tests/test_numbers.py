"""How numbers are printed, and that they are found by key."""

import pytest

from hearsay import numbers, tables
from hearsay.errors import HearsayError


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (50_000, "images", "50,000"),
        (0.998, "share", "99.8 %"),
        (0.9002284, "share", "90 %"),
        (0.99981, "share", "99.981 %"),
        (1.0, "share", "100 %"),
        (0.0, "share", "0 %"),
        (13.5637, "edges", "13.6"),
        (0.00023, "share", "0.023 %"),
        (0.0014071, "share", "0.14 %"),
        (-1234.5, "", "−1,234"),
        (0.01234567, "", "0.0123"),
        (0.99954, "A12", "0.9995"),
        (0.4937, "A12", "0.494"),
        (4684.43, "evaluations", "4,684"),
        (2.0, "names", "2"),
        (-0.0, "points", "0"),
        (-0.0, "share", "0 %"),
        (2.3757e-13, "", "2.4 × 10⁻¹³"),
        (-9.96e-05, "", "−1 × 10⁻⁴"),
        (0.00012345, "", "0.000123"),
        (-0.0025, "points of accuracy", "0"),
        (0.0638, "points", "0.06"),
        (-63.925, "points", "−63.9"),
        (True, "", "true"),
        ("sea snake", "", "sea snake"),
    ],
)
def test_text(value, unit, text):
    assert numbers.text(value, unit) == text


def test_gathers_by_study_and_key(tmp_path):
    frame = numbers.frame(
        {"n": (1000, "classes", "how many"), "real": (False, "", "whether"), "p": (0.25, "share", "p")}
    )
    tables.write(frame, numbers.NUMBERS, tmp_path / "numbers.csv")
    assert numbers.texts(tmp_path / "numbers.csv") == {"n": "1,000", "p": "25 %", "real": "false"}
    numbers.gather({"s": tmp_path / "numbers.csv"}, tmp_path / "numbers.json", {"seed": 3})
    gathered = numbers.load(tmp_path / "numbers.json")
    assert gathered["s.n"] == {"value": 1000, "unit": "classes", "text": "1,000"}
    assert gathered["s.real"]["value"] is False
    assert gathered["run.seed"]["text"] == "3"


def test_unreadable_numbers_are_named(tmp_path):
    with pytest.raises(HearsayError, match=r"nowhere\.json"):
        numbers.load(tmp_path / "nowhere.json")
