"""The numbers of a tiny run: all there, finite, unique, and each from the row that it names."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hearsay import numbers as printed
from hearsay import tables
from hearsay.neat import numbers
from hearsay.neat.a12 import noether, power_of_equivalence
from hearsay.neat.analysis import ALL, PLACES
from hearsay.neat.arms import GRID, MAIN, POLES, XOR, A, B, C
from hearsay.neat.collisions import LINK
from tests.neat.planted_tables import FASTER, SAME, SLOWER, TINY, UNCLEAR, timings, tiny, tiny_runs

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def evidence():
    return tiny()


@pytest.fixture(scope="module")
def found(evidence):
    return numbers.numbers(evidence, TINY)


def test_every_number_is_finite_and_has_a_meaning(found):
    for key, (value, _, meaning) in found.items():
        assert isinstance(value, str | bool | int) or np.isfinite(value), key
        assert re.fullmatch(r"[a-z][a-z0-9_]*", key) and meaning, key


def test_the_table_of_numbers_survives_the_disk(found, tmp_path):
    tables.write(printed.frame(found), printed.NUMBERS, tmp_path / "numbers.csv")
    texts = printed.texts(tmp_path / "numbers.csv")
    assert set(texts) == set(found)
    assert not [key for key, text in texts.items() if "nan" in text.lower() or text.startswith("inf")]


def test_no_part_hides_a_number_of_another(monkeypatch, evidence):
    """A key that two parts use, or one part twice, would lose the first one's value without a word."""
    keys = []
    for part in ("_published", "_effects", "_arms", "_mechanism", "_collisions", "_checks", "_alignment", "_speed"):
        of = getattr(numbers, part)

        def kept(*args, of=of):
            made = of(*args)
            made = list(made.items()) if isinstance(made, dict) else list(made)
            keys.extend(key for key, _ in made)
            return dict(made)

        monkeypatch.setattr(numbers, part, kept)
    found = numbers.numbers(evidence, TINY)
    assert len(keys) == len(set(keys)) == len(found)


def test_the_chapter_cites_numbers_that_are_made(found):
    chapter = ROOT / "report/chapters/neat.typ"
    if not chapter.exists():
        pytest.skip("no chapter")
    cited = set(re.findall(r'"neat\.(\w+)"', chapter.read_text()))
    # figures of solved runs are missing where a tiny run solves nothing
    optional = {key for key in cited if re.search(r"_(evaluations|sd|hidden|connections)(_low|_high)?$", key)}
    assert cited - optional <= set(found)


def test_effects_and_counts(found, evidence):
    table = evidence["comparisons"]
    everything = table[table["family"] == ALL].set_index(["task", "group", "arm", "other"]).sort_index()
    row = everything.loc[(POLES, MAIN, C, B)]
    assert [found[f"a12_poles_c{end}"][0] for end in ("", "_low", "_high")] == row[
        ["a12", "a12_low", "a12_high"]
    ].tolist()
    assert found["comparisons"][0] == len(everything) > 100
    assert found["primary"][0] == 4
    assert (found["margin_low"][0], found["margin_high"][0]) == (0.47, 0.53)
    assert (
        found["a12_xor_no_crossover"][0]
        == everything.loc[(XOR, "no crossover, against main", "b, no crossover", B), "a12"]
    )
    assert found["different"][0] == (everything["a12_p_holm"] <= 0.05).sum()
    assert found["runs"][0] == evidence["summary"]["n"].sum() == len(tiny_runs())
    assert found["n_xor_a"][0] == 8


def test_places_of_the_grid_are_counted_by_what_they_say(evidence):
    table = evidence["comparisons"].copy()
    ever = table["group"].str.startswith(GRID) & (table["arm"] == C) & (table["family"] == PLACES)
    places = pd.concat([table[ever]] * 2, ignore_index=True)
    assert len(places) == 4
    for k, outcome in enumerate((SAME, FASTER, SLOWER, UNCLEAR)):
        places.loc[k, list(outcome)] = list(outcome.values())
    changed = {**evidence, "comparisons": pd.concat([table[~ever], places], ignore_index=True)}
    found = numbers.numbers(changed, TINY)
    assert found["grid_places"][0] == 4
    assert [found[f"grid_{name}"][0] for name in ("same", "faster", "slower", "open")] == [1] * 4
    assert (found["grid_a12_min"][0], found["grid_a12_max"][0]) == (0.4, 0.6)


def test_what_happened_is_that_of_its_arm_and_group(found, evidence):
    mechanism = evidence["mechanism_runs"].set_index(["task", "group", "arm", "quantity"])["mean"]
    assert found["species_poles_c"][0] == mechanism[POLES, MAIN, C, "species"]
    assert found["apart_xor_a"][0] == mechanism[XOR, MAIN, A, "networks_apart"]
    assert found["doubled_kept_xor_a"][0] == mechanism[XOR, "ties: both, doubles kept", A, "doubled_genomes"]
    shares = evidence["shares"].set_index(["task", "group", "arm", "quantity"])["mean"]
    assert found["equal_poles"][0] == shares[POLES, MAIN, B, "equal"]
    several = evidence["collisions"].set_index(["task", "group", "arm", "kind"])["share"]
    assert found["link_several_xor_b"][0] == several[XOR, MAIN, B, LINK]


def test_the_runs_that_are_enough(found):
    level = 0.05 / found["primary"][0]
    assert found["primary"][0] == 4
    assert found["enough_differ"][0] == noether(0.53, level)
    assert power_of_equivalence(found["enough_equal"][0] + 1, found["enough_equal"][0] + 1, 0.03, level) >= 0.8


def test_published_figures_of_ours(found, evidence):
    row = evidence["published"].set_index(["task", "arm", "quantity"]).loc[(XOR, "NEAT", "failures")]
    assert found["xor_failures"][0] == row["ours"]
    assert (found["xor_failures_low"][0], found["xor_failures_high"][0]) == (row["ours_low"], row["ours_high"])


def test_checks_are_sums(found, evidence):
    identities = evidence["identities"]
    asked = identities[~identities["check"].str.contains("unlike")]
    assert (found["identities"][0], found["identities_same"][0]) == (asked["runs"].sum(), asked["same"].sum())
    assert found["scattered"][0] == 9
    false = evidence["false_positives"]
    assert found["false_pairs"][0] == false.loc[false["test"] == "A12", "pairs"].sum()
    assert 0 <= found["false_share"][0] <= 1
    assert (found["codes"][0], found["codes_run"][0]) == (2, 1)


def test_timings(found):
    assert [found[f"align_{key}"][0] for key in ("compiled_least", "compiled_most", "python_least")] == [3.05, 6, 3.05]
    each = timings()["engines"].groupby(["task", "tool"])["cpu_each"].median()
    task = next(task for task in each.index.levels[0] if task.startswith("XOR"))
    assert found["speed_xor"][0] == round(1 / each[task, "hearsay"], -3)
    assert found["evaluating_xor"][0] == pytest.approx(2.5 / 3)
    assert found["compiling"][0] == 60


def test_nothing_crashes_where_little_happened(evidence):
    """No run solved, no pair of nodes met, no network doubled: what cannot be said is left out."""
    published = evidence["published"].assign(ours=np.nan, low=np.nan, high=np.nan)
    collisions = evidence["collisions"].assign(share=np.nan)
    harmless = evidence["harmless"].assign(networks=0, difference=0.0)
    sparse = {**evidence, "published": published, "collisions": collisions, "harmless": harmless}
    found = numbers.numbers(sparse, TINY)
    assert "link_several_xor_b" not in found
    assert {found[key][0] for key in ("xor_evaluations", "xor_evaluations_low")} == {"unknown"}
    assert not printed.frame(found)["text"].str.contains("nan").any()
