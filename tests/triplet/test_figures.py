"""Each figure shows what its tables say, the same bytes each time, and holds no typed number."""

import re
from pathlib import Path

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from hearsay import figures as style
from hearsay import text
from hearsay.figures import COLOURS
from hearsay.triplet import figures, figures_factors
from hearsay.triplet.evaluation import ACROSS, BOTH, ONE, PARAMETERS, SHARINGS
from hearsay.triplet.runs import plans
from hearsay.triplet.sampling import DISTRIBUTIONS, IID, SHIFTED
from hearsay.triplet.training import PER_BRANCH
from tests.triplet.planted import CONFIG

JUDGING = CONFIG["judging"]
DRAWN = {  # figure: its tables, and whether it takes the bounds
    "sharing": (("summary", "comparisons"), True),
    "shift": (("summary",), False),
    "steps": (("steps",), False),
    "layers": (("layers",), False),
    "factors": (("comparisons",), True),
    "moderators": (("comparisons",), True),
    "losses": (("comparisons",), True),
    "keeping": (("summary",), False),
    "leak": (("summary",), False),
}


def draw(name, tables, path, **other):
    names, bounds = DRAWN[name]
    given = [other.get(table, tables[table]) for table in names]
    getattr(figures, name)(*given, *([JUDGING] if bounds else []), path)
    return path


@pytest.fixture
def seen(tables, tmp_path, monkeypatch):
    """Return what draws a figure and gives it back as matplotlib's object."""
    kept = []
    monkeypatch.setattr(style, "save", lambda figure, path: kept.append(figure))

    def seen(name, **other):
        draw(name, tables, tmp_path / "a.svg", **other)
        return kept[-1]

    yield seen
    plt.close("all")


@pytest.mark.parametrize("name", DRAWN)
def test_equal_tables_give_equal_bytes(name, tables, tmp_path):
    one, other = (draw(name, tables, tmp_path / f"{k}.svg").read_bytes() for k in range(2))
    shuffled = {table: frame.sample(frac=1, random_state=0) for table, frame in tables.items()}
    assert one == other == draw(name, shuffled, tmp_path / "c.svg").read_bytes()
    assert b"<svg" in one and b"nan" not in one.lower()


@pytest.mark.parametrize("name", DRAWN)
def test_axes_are_named_and_texts_are_legible_and_do_not_leave_the_figure(name, seen):
    figure = seen(name)
    figure.canvas.draw()
    assert figure.get_figwidth() == style.WIDTH
    box = figure.bbox.padded(2)
    for axes in figure.axes:
        below = axes.get_subplotspec().is_last_row()
        assert axes.get_xlabel() or not below or name == "layers"
        for label in [*axes.texts, axes.title, axes.xaxis.label, axes.yaxis.label, *axes.get_yticklabels()]:
            if label.get_text() and label.get_visible():
                assert label.get_fontsize() >= 6.5
                ends = label.get_window_extent()
                assert box.x0 <= ends.x0 and ends.x1 <= box.x1, label.get_text()
    assert figure.axes[0].get_ylabel() or len(figure.axes[0].get_yticklabels()) > 1


def test_the_figures_hold_no_typed_number():
    for module in (figures, figures_factors):
        text.check_strings(Path(module.__file__).read_text(), module.__name__)


def points(axes):
    """Markers that stand alone or with an interval: (x, y) -> colour."""
    return {
        (x, y): to_hex(line.get_color())
        for line in axes.lines
        if line.get_marker() not in ("None", "", None)
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    }


def test_sharing_shows_means_above_and_paired_differences_below(seen, tables):
    figure = seen("sharing")
    above, below = np.array(figure.axes).reshape(2, 3)
    summary = tables["summary"].set_index(["training", "distribution", "statistics", "outcome"])
    pairs = tables["comparisons"].set_index(["training", "distribution", "statistics", "outcome", "other_training"])
    for column, distribution in enumerate(DISTRIBUTIONS):
        shown = points(above[column])
        assert len(shown) == len(SHARINGS) * (3 if distribution == SHIFTED else 2)
        for k, statistics in enumerate(SHARINGS):
            value = 100 * summary.loc[(PER_BRANCH, distribution, statistics, ACROSS), "mean"]
            assert shown[k, value] == COLOURS["vermilion"]
        shown = points(below[column])
        row = pairs.loc[(PER_BRANCH, distribution, PARAMETERS, ACROSS, PER_BRANCH)]
        assert shown[0, 100 * row["difference"].item()] == COLOURS["vermilion"]
        assert len(shown) == (len(SHARINGS) - 1) * (3 if distribution == SHIFTED else 2)


def test_the_shift_goes_from_none_to_the_whole(seen, tables):
    panels = seen("shift").axes
    rows = tables["summary"].set_index(["training", "distribution", "statistics", "outcome"])["mean"]
    for axes, outcome in zip(panels, (ONE, ACROSS, ACROSS), strict=True):
        shown = points(axes)
        assert sorted({x for x, _ in shown}) == [0, 25, 50, 100]
        assert (0, 100 * rows[PER_BRANCH, IID, PARAMETERS, outcome]) in shown
        assert (0, 100 * rows[PER_BRANCH, IID, BOTH, outcome]) in shown


@pytest.mark.parametrize(("name", "column"), [("steps", "step"), ("layers", "place")])
def test_discrepancies_are_means_of_the_trainings(name, column, seen, tables):
    figure = seen(name)
    assert len(figure.axes) == 3
    for axes, distribution in zip(figure.axes, DISTRIBUTIONS, strict=True):
        here = tables[name][tables[name]["distribution"] == distribution]
        lines = {to_hex(line.get_color()): line for line in axes.lines}
        for statistics, (colour, _) in figures.LINES.items():
            mean = here[here["statistics"] == statistics].groupby(column)["discrepancy"].mean()
            assert list(lines[COLOURS[colour]].get_ydata()) == pytest.approx(100 * mean.to_numpy())
    words = [label.get_text() for label in figure.legends[0].get_texts()]
    assert words[-1] == "and both: exactly nothing"


def test_both_shared_is_not_called_nothing_where_it_is_something(seen, tables):
    frame = tables["steps"].assign(discrepancy=tables["steps"]["discrepancy"].where(tables["steps"]["step"] < 3, 0.5))
    words = [label.get_text() for label in seen("steps", steps=frame).legends[0].get_texts()]
    assert words[-1] == "and both"


def test_every_training_has_a_row_among_the_factors(seen, tables):
    axes = seen("factors").axes[0]
    words = [label.get_text() for label in axes.get_yticklabels()]
    headings = [label.get_text() for label in axes.get_yticklabels() if label.get_weight() == "bold"]
    known = {
        "concatenated": "branches as one batch",
        "ghost": "three mixed batches",
        "per branch again": "other weights",
    }
    known |= {"three nets": "three nets, nothing shared", "Adam, gradients apart": "Adam: gradients apart"}
    for training in set(plans(CONFIG)) - {PER_BRANCH}:
        assert any(word.startswith(known.get(training, training)) for word in words), training
    assert headings[0] == words[0] and len(headings) == 5
    rows = tables["comparisons"].set_index(["outcome", "training", "distribution", "statistics"])
    value = 100 * rows.loc[ONE, "GroupNorm", IID, BOTH]["difference"].item()
    if abs(value) <= axes.get_xlim()[1]:
        assert (value, words.index("GroupNorm") - 0.22) in points(axes)


def test_an_effect_beyond_the_axis_is_written_at_an_arrow(seen, tables):
    frame = tables["comparisons"].copy()
    far = (frame["outcome"] == ONE) & (frame["training"] == "GroupNorm")
    frame.loc[far, ["difference", "low", "high"]] = [-0.5, -0.6, -0.4]
    axes = seen("factors", comparisons=frame).axes[0]
    assert [note.get_text() for note in axes.texts if note.get_text() == "-50"] == ["-50"] * 2


def test_the_axis_goes_as_far_to_either_side_as_the_effects_do(seen, tables):
    frame = tables["comparisons"].copy()
    frame[["difference", "low", "high"]] = [-0.12, -0.15, -0.1]
    assert seen("factors", comparisons=frame).axes[0].get_xlim() == pytest.approx(
        (-1.05 * 15, figures_factors.REACH[0])
    )


def test_the_band_is_where_the_config_has_it(seen):
    for name in ("factors", "moderators"):
        axes = seen(name).axes[0]
        band = axes.patches[0].get_extents().transformed(axes.transData.inverted())
        assert (band.x0, band.x1) == pytest.approx((-2, 2))
    axes = seen("losses").axes[0]
    band = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    assert (band.x0, band.x1) == pytest.approx((-1, 1))


def test_losses_are_drawn_as_times(seen, tables):
    axes = seen("losses").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["batch-hard", "margin", "torch's ratio"]
    rows = tables["comparisons"]
    here = rows[(rows["family"] == "losses") & (rows["distribution"] == IID)]
    assert {x for x, _ in points(axes)} == set(here["difference"])
    ticks = [label.get_text() for label in axes.get_xticklabels()]
    assert all(re.fullmatch(r"[\d.e+-]+", tick) for tick in ticks if tick)


def test_the_leak_is_drawn_with_its_chance(seen):
    axes = seen("leak").axes[0]
    assert [note.get_text() for note in axes.texts] == ["chance", "anchor told from the others"]
    assert [label.get_text() for label in axes.get_yticklabels()][1:3] == ["batch of 4", "batch of 16"]
