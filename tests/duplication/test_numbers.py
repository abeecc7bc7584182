"""The numbers from small planted tables: all there, finite, unique, and each from the row that it names."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hearsay import numbers as printed
from hearsay import tables
from hearsay.duplication import law, numbers, verdicts
from hearsay.duplication import random_verdicts as random_
from hearsay.duplication.config import Config
from hearsay.duplication.figures_census import LOOKS
from tests.duplication import planted

CONFIG = Config().model_dump()


@pytest.fixture(scope="module")
def found():
    return numbers.numbers(planted.everything(), CONFIG)


def with_(**changed):
    return numbers.numbers(planted.everything() | changed, CONFIG)


def test_every_number_is_finite_and_has_a_meaning(found):
    for key, (value, _, meaning) in found.items():
        assert isinstance(value, str | bool | int) or np.isfinite(value), key
        assert re.fullmatch(r"[a-z][a-z0-9_]*", key) and meaning, key
        assert value != "", key


def test_the_table_of_numbers_survives_the_disk(found, tmp_path):
    frame = printed.frame(found)
    tables.write(frame, printed.NUMBERS, tmp_path / "numbers.csv")  # refuses a key that stands twice
    texts = printed.texts(tmp_path / "numbers.csv")
    assert set(texts) == set(found)
    assert "nan" not in {text.lower() for text in texts.values()}


def test_no_part_hides_a_number_of_another(monkeypatch):
    """A key that two parts use would lose the first one's value without a word."""
    sizes = []
    for part in ("_curve", "_identities", "_census", "_helps", "_leakage", "_positives", "_bootstrap"):
        of = getattr(numbers, part)

        def counted(*args, of=of):
            made = of(*args)
            sizes.append(len(made))
            return made

        monkeypatch.setattr(numbers, part, counted)
    assert len(numbers.numbers(planted.everything(), CONFIG)) == sum(sizes)
    assert len(sizes) == 7


def test_the_chapter_cites_numbers_that_are_made(found):
    root = Path(__file__).parents[2]
    cited = set(re.findall(r'"duplication\.(\w+)"', (root / "report/chapters/duplication.typ").read_text()))
    assert cited
    assert cited <= set(found)


def test_one_value_of_one_row():
    frame = pd.DataFrame({"k": [1, 2, 2], "level": [0.95, 0.95, 0.3 * 3 + 0.05], "v": [1.5, 2.5, 3.5]})
    assert numbers.one(frame, "v", k=1) == 1.5
    assert numbers.one(frame, "v", k=1, level=0.9500000000001) == 1.5
    for where in ({"k": 2}, {"k": 2, "level": 0.95}, {"k": 3}):  # two rows, two but for rounding, none
        with pytest.raises(ValueError, match="values to unpack"):
            numbers.one(frame, "v", **where)


def test_a_row_that_stands_twice_is_no_number():
    """Two rows that both answer are an error, not the first of them."""
    everything = planted.everything()
    twice = pd.concat([everything["leakage"]] * 2, ignore_index=True)
    with pytest.raises(ValueError, match="values to unpack"):
        numbers.numbers(everything | {"leakage": twice}, CONFIG)


def test_numbers_of_the_curve(found):
    assert [found[key][0] for key in ("copies_few", "copies_most", "rows_few", "rows_many")] == [2, 5, 30, 60]
    assert found["coverage_most"][0] == found["law_most"][0] == law.coverage(0.95, 5)
    assert found["rejection_few"][0] == 1 - law.coverage(0.95, 2)
    assert (found["clustered_lowest"][0], found["law_cells"][0], found["law_largest"][0]) == (0.95, 54, 0.0)


def test_coverage_that_ignores_the_clusters_changes_what_is_cited():
    coverage = planted.everything()["coverage"]
    clustered = coverage["arm"] == "clustered"
    coverage.loc[clustered, "coverage"] = [law.coverage(0.95, k) for k in coverage.loc[clustered, "copies"]]
    found = with_(coverage=coverage.assign(coverage=coverage["coverage"].mask(coverage["copies"] == 1, 0.1)))
    assert found["clustered_lowest"][0] == pytest.approx(found["law_most"][0])


@pytest.mark.parametrize("copies", [2, 5])
def test_the_lowest_coverage_is_that_over_all_copies(copies):
    coverage = planted.everything()["coverage"]
    one = (coverage["arm"] == "clustered") & (coverage["copies"] == copies) & (coverage["model"] == "linear")
    assert with_(coverage=coverage.assign(coverage=coverage["coverage"].mask(one, 0.7)))["clustered_lowest"][0] == 0.7


def test_numbers_of_the_census_add_up(found):
    counts = [found[f"census_{key}"][0] for key in numbers.VERDICT_KEYS.values()]
    assert sum(counts) == found["estimators"][0] == 12
    assert found["estimators"][0] + found["extra"][0] == found["entries"][0] == len(planted.ENTRIES)
    assert found["ran"][0] == 12 - found["census_not_run"][0] == 11
    assert (found["unchanged"][0], found["restorable"][0]) == (3, 5)


def test_an_estimator_dropped_from_the_census_is_missed_in_every_count(found):
    entries = [row for row in planted.ENTRIES if row[0] != "LinearSVC"]
    less = with_(census=planted.census(*entries))
    for key in ("estimators", "entries", "ran", "restorable", "census_restored", "agree"):
        assert less[key][0] == found[key][0] - 1, key


def test_every_settled_verdict_has_a_number_and_a_colour():
    settled = {*verdicts.VERDICTS, random_.SAME, random_.RESTORED, random_.CHANGED, random_.UNDECIDED}
    assert set(numbers.VERDICT_KEYS) == set(LOOKS) == settled - {verdicts.RANDOM}
    assert len(set(numbers.VERDICT_KEYS.values())) == len(numbers.VERDICT_KEYS)


def test_numbers_of_validation_and_positives(found):
    assert (found["nn_one"][0], found["nn_few"][0], found["nn_most"][0]) == (0.5, 0.75, 0.9)
    assert found["grouped_highest"][0] == 0.5
    assert (found["auc_published"][0], found["auc_reruns"][0], found["rerun"][0]) == (3, 3, True)
    assert found["positives_most"][0] == 5


def test_reruns_that_differ_or_were_not_run_do_not_count():
    oversampling = planted.everything()["oversampling"]
    oversampling.loc[oversampling["arm"] == "nothing", "rerun"] += 1e-9
    assert with_(oversampling=oversampling)["auc_reruns"][0] == 2
    found = with_(oversampling=oversampling.assign(rerun=np.nan))
    assert (found["auc_reruns"][0], found["rerun"][0]) == (0, False)


def test_nothing_crashes_where_little_was_compared():
    """A small run may share no size with the published one, and raise no score."""
    everything = planted.everything()
    found = with_(intervals_published=everything["intervals_published"][:0])
    assert (found["published_cells"][0], found["published_z"][0]) == (0, 0.0)
    found = with_(helps=everything["helps"].assign(changes_here="none shown"))
    assert (found["rises"][0], found["none_shown"][0]) == (0, len(planted.ENTRIES))
