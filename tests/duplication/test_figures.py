"""Each figure from small planted tables: drawn, the same bytes each time, and nothing left out."""

import re
from functools import cache

import numpy as np
import pytest

from hearsay.duplication import figures
from hearsay.duplication.figures_census import LOOKS
from hearsay.duplication.verdicts import RANDOM
from tests.duplication import planted

DRAWN = {
    "nothing_learned": ("coverage", "leakage"),
    "census": ("census",),
    "census_summary": ("census",),
    "calibration": ("calibration",),
    "published": ("intervals_published", "oversampling"),
    "bootstrap": ("intervals", "prediction_error"),
}


def draw(name, path, **changed) -> str:
    tables = planted.everything() | changed
    getattr(figures, name)(*[tables[table] for table in DRAWN[name]], path)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Every figure of the planted tables, drawn when it is first asked for."""
    folder = tmp_path_factory.mktemp("figures")
    return cache(lambda name: draw(name, folder / f"{name}.svg"))


def written(svg) -> list[str]:
    """The words in a figure; drawn as shapes, they stand in its comments."""
    return [re.sub(r"\s+", " ", word).strip() for word in re.findall(r"<!-- (.*?) -->", svg, re.S)]


def test_every_figure_of_the_study_is_tested():
    assert set(DRAWN) == set(figures.__all__)


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_tables_give_the_same_bytes(name, drawn, tmp_path):
    import matplotlib.pyplot as plt

    first = drawn(name)
    with plt.rc_context({"font.size": 20, "svg.hashsalt": None}):
        assert draw(name, tmp_path / "b.svg") == first
    assert not plt.get_fignums()
    assert first.count("<path") > 20
    assert not {word for word in written(first) if "nan" in word.lower().split()}


@pytest.mark.parametrize("name", DRAWN)
def test_the_order_of_the_rows_does_not_matter(name, drawn, tmp_path):
    mixed = {key: planted.everything()[key].sample(frac=1, random_state=3) for key in DRAWN[name]}
    assert written(draw(name, tmp_path / "a.svg", **mixed)) == written(drawn(name))


def test_the_census_shows_every_estimator_at_its_defaults(drawn):
    words = written(drawn("census"))
    for estimator in {estimator for estimator, setting, *_ in planted.ENTRIES if not setting}:
        assert words.count(estimator) == 1, estimator
    assert "8 classifiers" in words and "4 regressors" in words
    assert not any("min_samples_leaf" in word for word in words)


def test_an_estimator_dropped_from_the_census_is_gone_from_the_count(tmp_path):
    words = written(draw("census", tmp_path / "a.svg", census=planted.census(*planted.ENTRIES[1:])))
    assert "7 classifiers" in words and "GaussianNB" not in words


def test_the_summary_counts_every_estimator_at_its_defaults_once(drawn):
    verdicts = [entry[4] for entry in planted.ENTRIES if not entry[1]]
    words = written(drawn("census_summary"))
    assert {f"{LOOKS[verdict][0]} ({verdicts.count(verdict)})" for verdict in verdicts} <= set(words)
    assert sum(int(word.split("(")[1][:-1]) for word in words if word.endswith(")")) == len(verdicts)


def test_the_legend_names_the_verdicts_that_are_there(drawn, tmp_path):
    shown = {LOOKS[entry[4]][0] for entry in planted.ENTRIES}
    words = written(drawn("census"))
    assert shown <= set(words)
    only = written(draw("census", tmp_path / "b.svg", census=planted.census(planted.ENTRIES[0])))
    assert {look[0] for look in LOOKS.values()} & set(only) == {"the same"}


def test_an_unsettled_verdict_is_refused(tmp_path):
    """A census drawn before the seeds have spoken would show random estimators as something they are not."""
    entry = (*planted.ENTRIES[0][:4], RANDOM, "")
    with pytest.raises(ValueError, match="random"):
        draw("census", tmp_path / "a.svg", census=planted.census(entry))
    assert not list(tmp_path.iterdir())


def test_failed_copies_and_missing_differences_are_drawn(tmp_path):
    census = planted.everything()["census"]
    census.loc[census["name"] == "NuSVC", ["difference_default", "difference_after"]] = np.inf
    census.loc[census["name"] == "LinearSVC", "difference_after"] = np.nan
    there = draw("census", tmp_path / "a.svg", census=census)
    assert "NuSVC" in written(there)
    assert "invariant with tightened tolerance" not in written(there)  # at the right edge, and not in words
    census.loc[census["name"] == "NuSVC", "difference_default"] = np.nan
    assert "invariant with tightened tolerance" in written(draw("census", tmp_path / "b.svg", census=census))


def test_all_arms_and_learners_are_named(drawn):
    words = written(drawn("nothing_learned"))
    assert {label for label, _ in (*figures.ARMS.values(), *figures.LEARNERS.values())} <= set(words)
    assert {"1", "2", "5", "copies of every row"} <= set(words)


def test_the_drawn_names_are_those_of_the_tables():
    tables = planted.everything()
    assert set(figures.ARMS) <= set(tables["coverage"]["arm"])
    assert set(figures.LEARNERS) | {"majority"} == set(tables["leakage"]["learner"])


def test_methods_that_are_defined_otherwise_say_so(drawn):
    words = written(drawn("published"))
    assert "BCa (defined otherwise)" in words and "percentile" in words
    assert set(planted.everything()["oversampling"]["arm"]) <= set(words)


def test_as_many_copies_of_positives_as_one_likes(tmp_path):
    more = planted.table(
        "calibration",
        planted.grid(specification=("well specified", "misspecified"), copies=range(1, 9), corrected=("no", "yes"),
                     bin=range(3)),
        predicted=0.5, observed=0.4, share=1 / 3,
    )  # fmt: skip
    assert "8" in written(draw("calibration", tmp_path / "a.svg", calibration=more))


def test_sizes_that_nobody_published_leave_the_panel_empty(tmp_path):
    nothing = planted.everything()["intervals_published"][:0]
    words = written(draw("published", tmp_path / "a.svg", intervals_published=nothing))
    assert "published coverage" in words and not any("defined otherwise" in word for word in words)


def test_ours_alone_are_drawn_where_nothing_is_published(tmp_path):
    ours = planted.everything()["oversampling"].assign(published=np.nan, rerun=np.nan, low=np.nan, high=np.nan)
    assert "ours, with interval" in written(draw("published", tmp_path / "a.svg", oversampling=ours))


def test_a_single_size_and_the_fewest_copies_are_enough(tmp_path):
    tables = planted.everything()
    few = tables["coverage"][(tables["coverage"]["rows"] == 30) & (tables["coverage"]["copies"] < 3)]
    assert draw("nothing_learned", tmp_path / "a.svg", coverage=few)
    one = tables["intervals"][tables["intervals"]["rows"] == 10]
    assert draw("bootstrap", tmp_path / "b.svg", intervals=one)
