"""Options that could not give a table are refused before anything runs, in one line that says what to do."""

import pytest
import yaml

from hearsay import config
from hearsay.duplication.curve import FEWEST_ROWS
from hearsay.errors import HearsayError


def problem(settings, tmp_path):
    file = tmp_path / "my.yaml"
    file.write_text(yaml.safe_dump({"duplication": settings}, sort_keys=False))
    with pytest.raises(HearsayError) as error:
        config.validate({"duplication": settings}, [file])
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(str(file))
    return str(error.value)


@pytest.mark.parametrize("section", ["coverage", "leakage", "positives"])
@pytest.mark.parametrize(
    "copies, said",
    [
        ([2, 3], "1 is missing"),
        ([1], "a number above 1 is missing"),
        ([], "1 is missing"),
        ([0, 1, 2], "1 or more"),
        ([1, 3, 2], "each once and in ascending order"),
        ([1, 2, 2], "each once and in ascending order"),
    ],
)
def test_copies_without_their_baseline_or_order(tmp_path, section, copies, said):
    found = problem({section: {"copies": copies}}, tmp_path)
    assert f":3: duplication.{section}.copies: " in found
    assert said in found and f"got {copies}" in found


@pytest.mark.parametrize("sizes, said", [([FEWEST_ROWS - 1, 200], "20 or more"), ([], "a size is missing")])
def test_sizes_too_small_to_resample(tmp_path, sizes, said):
    found = problem({"coverage": {"sizes": sizes}}, tmp_path)
    assert ":3: duplication.coverage.sizes: " in found and said in found


@pytest.mark.parametrize(
    "levels, said", [([0.95, 1.0], "between 0 and 1"), ([0.9, 0.99], "0.95 is missing"), ([0.95, 0.95], "each once")]
)
def test_levels_that_are_none_or_lack_the_printed_one(tmp_path, levels, said):
    found = problem({"coverage": {"levels": levels}}, tmp_path)
    assert ":3: duplication.coverage.levels: " in found and said in found


def test_the_level_of_the_tests_is_among_those_of_the_coverage(tmp_path):
    found = problem({"judging": {"confidence": 0.9}, "coverage": {"levels": [0.95, 0.99]}}, tmp_path)
    assert "coverage.levels: judging.confidence, 0.9, is missing; add it" in found
    config.validate({"duplication": {"judging": {"confidence": 0.9}}})


def test_folds_with_unequal_classes(tmp_path):
    found = problem({"leakage": {"rows": 50, "folds": 10}}, tmp_path)
    assert ":2: duplication.leakage: rows: 50 do not make 10 folds with equal numbers of both classes" in found
    assert "take a multiple of 20" in found
    config.validate({"duplication": {"leakage": {"rows": 40, "folds": 10}}})
