"""Each figure from the tables of a tiny run: what it shows is what they say, the same bytes each time."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from hearsay import text
from hearsay.figures import COLOURS
from hearsay.moments import figures, figures_settings
from hearsay.moments.conditions import NEVER, REESTIMATED
from hearsay.moments.evaluation import CLEAN, CONTRAST, SHIFTS, SORTED
from hearsay.moments.figures_decays import decays, shades
from hearsay.moments.runs import BASE, TRAINING
from hearsay.moments.shifted import ACCURACY, AFTERWARDS, ANY, FIXED, OWN
from tests.moments.planted import TINY, tiny

DRAWN = {  # figure: its tables, and what else it takes
    "steps": (["summary"], []),
    "curve": (["summary", "curve"], [TINY["judging"]]),
    "settings": (["summary"], []),
    "shift": (["shifted"], []),
}


def draw(name, path, change=lambda frame: frame) -> str:
    tables, others = DRAWN[name]
    getattr(figures, name)(*(change(tiny()[table]) for table in tables), *others, path)
    return path.read_text(encoding="utf-8") if path else ""


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures")
    return cache(lambda name: draw(name, folder / f"{name}.svg"))


@pytest.fixture
def seen(monkeypatch):
    """Return the figure itself instead of writing it."""
    import matplotlib.pyplot as plt

    kept = []
    monkeypatch.setattr("hearsay.figures.save", lambda figure, path: kept.append(figure))
    yield lambda name, change=lambda frame: frame: (draw(name, None, change), kept[-1])[1]
    plt.close("all")


def written(svg) -> list[str]:
    """The words in a figure; drawn as shapes, they stand in its comments."""
    return [re.sub(r"\s+", " ", word).strip() for word in re.findall(r"<!-- (.*?) -->", svg, re.S)]


def test_every_figure_of_the_study_is_tested():
    assert set(DRAWN) == set(figures.__all__)


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_tables_give_the_same_bytes_in_any_order(name, drawn, tmp_path):
    import matplotlib.pyplot as plt

    with plt.rc_context({"font.size": 20, "svg.hashsalt": None}):
        again = draw(name, tmp_path / "a.svg", lambda frame: frame.sample(frac=1, random_state=3))
    assert again == drawn(name) and not plt.get_fignums()
    assert drawn(name).count("<path") > 20


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", DRAWN)
def test_a_single_replicate_is_drawn_without_intervals(name, tmp_path):
    alone = {"low": -np.inf, "high": np.inf, "error": np.nan, "n": 1}
    svg = draw(name, tmp_path / "a.svg", lambda frame: frame.assign(**alone))
    assert not {word for word in written(svg) if {"nan", "inf"} & set(word.lower().split())}
    assert len(svg) > 1000


@pytest.mark.filterwarnings("error")
def test_a_run_too_short_to_compare_curves_is_drawn_all_the_same(tmp_path):
    path = tmp_path / "a.svg"
    figures.curve(tiny()["summary"], tiny()["curve"][:0], TINY["judging"], path)
    assert "explains" not in path.read_text()


def test_no_number_is_typed_into_a_string():
    root = Path(figures.__file__).parents[2]
    allowed = text.read_allowed(root / "report/numbers-allowed.txt")
    for pattern in ("figures*.py", "claims*.py"):
        for path in sorted((root / "hearsay/moments").glob(pattern)):
            text.check_strings(path.read_text(encoding="utf-8"), path.name, allowed=allowed)


def test_decays_are_the_plain_moving_averages_from_pale_to_dark():
    names = pd.Series(
        ["decay 0.999", "decay 0.9, frozen tail", NEVER, "decay 0.9", "decay 0.99", "decay 0.999, debiased"]
    )
    found = decays(names)
    assert list(found.items()) == [("decay 0.9", 0.9), ("decay 0.99", 0.99), ("decay 0.999", 0.999)]
    light = [sum(int(shade[k : k + 2], 16) for k in (1, 3, 5)) for shade in shades(found).values()]
    assert light == sorted(light, reverse=True) and len(set(light)) == 3
    assert shades({}) == {}


def lines(axes) -> dict[str, object]:
    return {line.get_label(): line for line in axes.lines}


def test_every_condition_has_its_line_by_step_and_the_training_its_own(seen):
    figure = seen("steps")
    (axes,) = figure.axes
    base = tiny()["summary"].query("training == @BASE and outcome == @ACCURACY")
    found = lines(axes)
    during = base[base["step"] < base["step"].max()]
    assert set(found) == {*during["condition"], figures.OWN} - {TRAINING}
    for label, line in found.items():
        name = TRAINING if label == figures.OWN else label
        rows = base[base["condition"] == name].sort_values("step")
        assert list(line.get_xdata()) == rows["step"].tolist() and list(line.get_ydata()) == rows["mean"].tolist()
    assert to_hex(found[NEVER].get_color()) == COLOURS["vermilion"]
    legend = [entry.get_text() for entry in figure.legends[0].get_texts()]
    assert legend[:2] == [figures.OWN, REESTIMATED] and legend[-1] == NEVER and set(legend) == set(found)


def test_lags_are_drawn_by_steps_and_by_steps_times_one_less_decay(seen):
    first, second, third = seen("curve").axes
    looks = tiny()["summary"].query("training == @BASE and outcome == @ACCURACY")
    looks = looks.pivot(index="step", columns="condition", values="mean").sort_index()
    lag = looks[REESTIMATED] - looks["decay 0.99"]
    for axes, factor in ((first, 1), (second, 1 - 0.99)):
        line = lines(axes)["decay 0.99"]
        np.testing.assert_allclose(line.get_xdata(), looks.index * factor)
        np.testing.assert_allclose(line.get_ydata(), lag)
    gap = looks[REESTIMATED] - looks[NEVER]
    np.testing.assert_allclose(lines(third)["decay 0.99"].get_ydata(), (lag / gap)[gap > 0.1])
    weight = lines(third)["weight of the initial values"]
    np.testing.assert_allclose(weight.get_ydata(), np.exp(-weight.get_xdata()))


def test_every_training_has_its_row_in_the_order_of_its_value(seen):
    axes = seen("settings").axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["base, 20 steps", "base, 5 steps", "batch of 4, 5 steps", "depth 1, 5 steps"]
    places = {
        (round(float(line.get_xdata()[0]), 9), float(line.get_ydata()[0]))
        for line in axes.lines
        if line.get_marker() == "X"
    }
    summary = tiny()["summary"].set_index(["training", "step", "condition", "outcome"])["mean"]
    wanted = [(BASE, 20), (BASE, 5), ("batch of 4", 5), ("depth 1", 5)]
    assert places == {(round(summary[(*where, NEVER, ACCURACY)], 9), k) for k, where in enumerate(wanted)}
    sorted_ = sorted(
        ["depth 4", "scale 10", "scale 0.1", BASE, "batch of 256", "batch of 4"], key=figures_settings._place
    )
    assert sorted_ == [BASE, "batch of 4", "batch of 256", "depth 4", "scale 0.1", "scale 10"]


def test_evaluations_that_update_stand_beside_fixed_ones(seen):
    panels = np.array(seen("shift").axes).reshape(2, 3)
    means = tiny()["shifted"].set_index(["shift", "order", "batch", "way", "outcome"])["mean"].sort_index()
    for column, kind in zip(panels.T, SHIFTS, strict=True):
        fixed = [line for axes in column for line in axes.lines if to_hex(line.get_color()) == COLOURS["ink"]]
        levels = [line.get_ydata()[0] for line in fixed]
        assert levels == [means[kind, ANY, 0, FIXED, ACCURACY], means[CLEAN, ANY, 0, FIXED, ACCURACY]]
    drawn = [list(line.get_ydata()) for line in panels[0, 1].lines]
    assert [means[CONTRAST, SORTED, size, OWN, ACCURACY] for size in (4, 16)] in drawn
    assert all(to_hex(line.get_color()) != COLOURS["green"] for line in panels[1, 1].lines)  # leaves what updating does
    left = means.xs((CONTRAST, SORTED, AFTERWARDS), level=("shift", "order", "outcome")).tolist()
    assert left in [list(line.get_ydata()) for line in panels[1, 1].lines]
