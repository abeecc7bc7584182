"""The numbers of a tiny run: all there, finite, unique, and each from the row that it names."""

import re
from pathlib import Path

import numpy as np
import pytest

from hearsay import numbers as printed
from hearsay import tables as disk
from hearsay.triplet import numbers
from hearsay.triplet.evaluation import ACROSS, BOTH, ONE, PARAMETERS, VARIANCE
from hearsay.triplet.evidence import TABLES, read_evidence
from hearsay.triplet.runs import LEAK, trainings
from hearsay.triplet.sampling import IID, SHIFTED
from hearsay.triplet.training import PER_BRANCH
from tests.triplet.planted import CONFIG

ROOT = Path(__file__).parents[2]
PARTS = ("_rated", "_differences", "_counts", "_apart", "_mechanism", "_losses")
PARTS += ("_exact", "_untying", "_momentum", "_hoffer")


@pytest.fixture(scope="module")
def found(tables):
    return numbers.numbers(tables, CONFIG)


def test_every_number_is_finite_and_has_a_meaning(found):
    for key, (value, _, meaning) in found.items():
        assert isinstance(value, str | int) or np.isfinite(value), key
        assert re.fullmatch(r"[a-z][a-z0-9_]*", key) and meaning, key


def test_tables_and_numbers_survive_the_disk(tables, found, tmp_path):
    paths = []
    for name, table in TABLES.items():
        paths.append(tmp_path / f"{name}.csv")
        disk.write(tables[name], table, paths[-1])
    again = read_evidence(paths)
    assert set(again) == set(tables)
    assert numbers.numbers(again, CONFIG) == found
    disk.write(printed.frame(found), printed.NUMBERS, tmp_path / "numbers.csv")
    texts = printed.texts(tmp_path / "numbers.csv")
    assert set(texts) == set(found)
    assert not [key for key, text in texts.items() if "nan" in text.lower() or text.startswith("inf")]


def test_no_part_hides_a_number_of_another(monkeypatch, tables):
    """A key that two parts use, or one part twice, would lose the first one's value without a word."""
    keys = []
    for part in PARTS:
        of = getattr(numbers, part)

        def kept(*args, of=of):
            made = of(*args)
            made = list(made.items()) if isinstance(made, dict) else list(made)
            keys.extend(key for key, _ in made)
            return dict(made)

        monkeypatch.setattr(numbers, part, kept)
    found = numbers.numbers(tables, CONFIG)
    assert len(keys) == len(set(keys)) == len(found)


def test_the_chapter_cites_numbers_that_are_made(found):
    chapter = ROOT / "report/chapters/triplet.typ"
    if not chapter.exists():
        pytest.skip("no chapter")
    assert set(re.findall(r'"triplet\.(\w+)"', chapter.read_text())) <= set(found)


def test_accuracies_and_differences(found, tables):
    rows = tables["summary"].set_index(["training", "distribution", "statistics", "outcome"])["mean"]
    assert found["one_iid_both"][0] == rows[PER_BRANCH, IID, BOTH, ONE]
    assert found["across_shifted_variance"][0] == rows[PER_BRANCH, SHIFTED, VARIANCE, ACROSS]
    pairs = tables["comparisons"].set_index(["outcome", "distribution", "training", "statistics"]).sort_index()
    row = pairs.loc[ACROSS, SHIFTED, PER_BRANCH, PARAMETERS]
    keys = [f"effect_across_shifted_parameters{end}" for end in ("", "_low", "_high")]
    assert [found[key][0] for key in keys] == pytest.approx(
        [100 * row[c].item() for c in ("difference", "low", "high")]
    )
    assert found["against_one_iid_batch_small"][0] == 100 * pairs.loc[ONE, IID, "batch of 4", BOTH]["difference"].item()
    assert found["against_one_iid_adam_apart"][2].endswith("less Adam, and both")
    assert found["effect_across_shifted_parameters_hard"][0] == (
        100 * pairs.loc[ACROSS, SHIFTED, "loss: batch-hard", PARAMETERS]["difference"].item()
    )


def test_counts(found, tables):
    assert found["trainings"][0] == len(trainings(CONFIG)) == 76
    assert found["comparisons"][0] == len(tables["comparisons"])
    assert found["comparisons"][0] == sum(found[name][0] for name in ("primary", "sizes", "factors"))
    assert found["harm"] == (2.0, "points", "bound of harm")


def test_discrepancies(found, tables):
    steps = tables["steps"]
    mine = steps[(steps["distribution"] == IID) & (steps["statistics"] == PARAMETERS)].set_index("step")["discrepancy"]
    assert found["apart_iid_parameters_first"][0] == pytest.approx(mine.loc[1].mean())
    assert found["apart_iid_parameters_last_most"][0] == mine.loc[3].max()
    assert found["apart_shifted_both_last_most"][0] == 0
    assert found["layer_first"][0] == "BatchNorm2d"


def test_leaks_ratios_and_errors(found, tables):
    rows = tables["summary"].set_index(["training", "distribution", "outcome"]).sort_index()
    assert found["leak_shifted_apart"][0] == rows.loc[(PER_BRANCH, SHIFTED, LEAK), "mean"].item()
    assert found["leak_iid_group"][0] == pytest.approx(found["chance"][0])
    pairs = tables["comparisons"].set_index(["training", "distribution", "statistics", "family"]).sort_index()
    row = pairs.loc["loss: margin", IID, PARAMETERS, "losses"]
    assert found["ratio_margin_iid_parameters"][0] == pytest.approx(2 ** row["difference"].item())
    assert found["error_means_shifted_anchor"][0] > 0


def test_momentum_is_that_of_the_facts(found):
    assert found["momentum_three"][0] == pytest.approx(0.271)
    weights = found["momentum_first"][0] + found["momentum_second"][0] + found["momentum"][0]
    assert weights == pytest.approx(found["momentum_three"][0])
    assert 1 - (1 - found["momentum_compensated"][0]) ** 3 == pytest.approx(0.1)


def test_operations_and_sentences_are_counted(found, tables):
    table = tables["untying"]
    assert found["operations"][0] == len(table) >= found["operations_run"][0]
    untied = set(table.loc[(table["parameters"] == "tied") & (table["buffers"] == "untied"), "operation"])
    assert found["operations_buffers_alone"][0] == len(untied) and {".double()", ".half()"} <= untied
    assert found["exact"][0] == found["exact_agree"][0] == len(tables["exact"])
    wrong = {
        **tables,
        "exact": tables["exact"].assign(true=tables["exact"]["true"].where(tables["exact"].index > 0, 1)),
    }
    assert numbers.numbers(wrong, CONFIG)["exact_agree"][0] == len(tables["exact"]) - 1


def test_hoffer(found):
    assert found["hoffer_plain_nearest"][0] == pytest.approx(0.905)
    assert (found["hoffer_runs"][0], found["hoffer_triplets"][0], found["hoffer_epoch"][0]) == (2, 640, 640_000)
