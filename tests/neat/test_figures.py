"""Each figure from small planted tables: what it shows is what they say, the same bytes each time, sparse or not."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from hearsay import text
from hearsay.figures import COLOURS
from hearsay.neat import figures, figures_grid, figures_mechanism, figures_published
from hearsay.neat.analysis import AGAINST_MAIN, ALL, PLACES, PRIMARY, SECONDARY
from hearsay.neat.arms import (
    ABLATION,
    ABLATIONS,
    D1,
    D3,
    GROUPS,
    KEPT,
    MAIN,
    MEMORY,
    NONE,
    PARITY,
    POLES,
    SCHEME_WORDS,
    TASKS,
    UNCROSSED,
    UNSPECIATED,
    WITHOUT,
    XOR,
    A,
    B,
    C,
    grid_group,
)
from hearsay.neat.comparison import VERDICTS
from tests.neat.planted_tables import BETTER, FASTER, SAME, SLOWER, UNCLEAR, WITHIN, compared, table

JUDGING = {"alpha": 0.05, "margin": 0.03}
DRAWN = {  # figure: its table, if any, and its other argument
    "schemes": ("comparisons", JUDGING),
    "moderators": ("comparisons", JUDGING),
    "survival": ("survival", None),
    "mechanism": ("mechanism", None),
    "published": ("published", None),
    "doubles": (None, 7),
}
GENERATIONS = range(1, 30, 2)


@cache
def comparisons() -> pd.DataFrame:
    """Every verdict, families that disagree, an effect beyond the axis, and a grid."""
    rows = [(ALL, task, MAIN, arm, B, UNCLEAR) for task in (XOR, POLES) for arm in figures.CURVES if arm != B]
    rows += [(ALL, task, MAIN, arm, B, UNCLEAR) for task in (PARITY, WITHOUT) for arm in (A, C)]
    rows += [(ALL, XOR, MAIN, A, C, SLOWER), (ALL, XOR, MAIN, "b again", B, SAME)]
    rows += [(PRIMARY, XOR, MAIN, C, B, SAME), (PRIMARY, POLES, MAIN, C, B, WITHIN), (PRIMARY, XOR, MAIN, A, B, SLOWER)]
    rows += [(SECONDARY, XOR, MAIN, D1, B, BETTER), (SECONDARY, XOR, MAIN, D3, B, SLOWER)]
    far = SLOWER | {"a12": 0.97, "a12_low": 0.95, "a12_high": 0.99}
    rows += [(SECONDARY, XOR, MAIN, NONE, B, far)]
    crossed = f"{UNCROSSED}, {AGAINST_MAIN}"
    rows += [
        (SECONDARY, POLES, crossed, f"{B}, {UNCROSSED}", B, SLOWER),
        (ALL, XOR, crossed, f"{B}, {UNCROSSED}", B, SAME),
    ]
    rows += [(SECONDARY, POLES, UNSPECIATED, D3, B, FASTER), (ALL, XOR, KEPT, C, B, FASTER)]
    for rate in (0.33, 1.0, 3.0):
        for population in (50, 150):
            group = grid_group(rate, population)
            rows += [(ALL, XOR, group, arm, B, SLOWER) for arm in MEMORY if arm != B]
            rows += [(PLACES, XOR, group, C, B, SAME if rate == 1 else UNCLEAR)]
    return compared(*rows)["comparisons"].assign(equivalence_power=0.5)


@cache
def survival() -> pd.DataFrame:
    rows = [
        {"task": task, "arm": arm, "evaluations": at, "unsolved": left, "low": left * 0.9, "high": (1 + left) / 2}
        for task in TASKS
        for arm in ((A, B, C) if task == WITHOUT else (*figures.CURVES, "b again"))
        for at, left in ((200, 1.0), (1000, 1.0), (5000, 0.6), (30000, 0.1))
    ]
    return table("survival", rows, group=MAIN, n=40)


@cache
def mechanism() -> pd.DataFrame:
    """Of ten runs one ends in every generation watched from the fifth on; equal networks are few at first."""
    rows = [
        {
            "task": task, "group": group, "arm": arm, "generation": generation, "quantity": quantity,
            "mean": generation / (10 if group == MAIN else 1), "error": np.nan if going < 2 else 0.1,
            "runs": 1 if quantity == "networks_apart" and k < 2 else going,
        }
        for task in (XOR, POLES, PARITY)
        for group in (MAIN, KEPT)
        for arm in ((A, B, C, D1) if task == PARITY else figures_mechanism.LINES)
        for quantity in (*figures_mechanism.PANELS, "twin_nodes")
        for k, generation in enumerate(GENERATIONS)
        for going in [min(10, 14 - k)]
        if going
    ]  # fmt: skip
    return table("mechanism", rows)


@cache
def published() -> pd.DataFrame:
    rows = [
        {"task": XOR, "arm": "NEAT", "quantity": quantity, "published": said, "ours": 1.1 * said, "ours_low": said,
         "ours_high": 1.2 * said, "published_se": se}
        for quantity, said, se in (("evaluations", 4000, 200), ("generations", 30, np.nan), ("sd", 2000, np.nan),
                                   ("worst", 9000, np.nan), ("hidden", 2.0, 0.1), ("connections", 7.0, np.nan))
    ]  # fmt: skip
    rows += [
        {
            "task": task,
            "arm": arm,
            "quantity": "evaluations",
            "published": 1000,
            "ours": 500,
            "ours_low": 300,
            "ours_high": 700,
        }
        for task, arm in ((POLES, "NEAT"), (WITHOUT, "NEAT"), (POLES, "no mating"), (POLES, "random start"))
    ]
    wide = {"published": 20000, "ours": 3000, "ours_low": -100, "ours_high": 6100}
    rows += [{"task": POLES, "arm": "no speciation, random start", "quantity": "evaluations"} | wide]
    rows += [{"task": POLES, "arm": "no growth", "quantity": "evaluations", "published": 30000}]
    rows += [
        {
            "task": POLES,
            "arm": "no speciation",
            "quantity": "evaluations",
            "ours": 2600,
            "ours_low": 2500,
            "ours_high": 2700,
        }
    ]
    rows += [
        {"task": task, "arm": arm, "quantity": "failures", "published": said, "ours": 0.25}
        | {"ours_low": 0.2, "ours_high": 0.3}
        for task, arm, said in ((XOR, "NEAT", 0), (POLES, "NEAT", 0), (POLES, "no growth", 0.8),
                                (POLES, "no speciation", np.nan))
    ]  # fmt: skip
    return table("published", rows, n=50, budget=30000)


PLANTED = {"comparisons": comparisons, "survival": survival, "mechanism": mechanism, "published": published}


def arguments(name, changed=None) -> list:
    which, other = DRAWN[name]
    first = [] if which is None else [PLANTED[which]() if changed is None else changed]
    return first if other is None else [*first, other]


def draw(name, path, changed=None) -> str:
    getattr(figures, name)(*arguments(name, changed), path)
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Every figure of the planted tables, drawn when it is first asked for."""
    folder = tmp_path_factory.mktemp("figures")
    return cache(lambda name: draw(name, folder / f"{name}.svg"))


@pytest.fixture
def seen(monkeypatch):
    """Return the figure itself instead of writing it."""
    import matplotlib.pyplot as plt

    kept = []
    monkeypatch.setattr("hearsay.figures.save", lambda figure, path: kept.append(figure))

    def look(name, changed=None):
        getattr(figures, name)(*arguments(name, changed), None)
        return kept[-1]

    yield look
    plt.close("all")


def written(svg) -> list[str]:
    """The words in a figure; drawn as shapes, they stand in its comments."""
    return [re.sub(r"\s+", " ", word).strip() for word in re.findall(r"<!-- (.*?) -->", svg, re.S)]


def points(axes) -> dict[tuple[float, float], object]:
    """The markers of a panel, one a line, by where they stand."""
    lines = [line for line in axes.lines if len(line.get_xdata()) == 1 and line.get_marker() not in ("", "None")]
    return {(round(float(line.get_xdata()[0]), 6), round(float(line.get_ydata()[0]), 6)): line for line in lines}


def place(words: str) -> int:
    return [line.words for line in figures.LINES].index(words)


# All of them


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


@pytest.mark.parametrize("name", [name for name, (which, _) in DRAWN.items() if which])
def test_the_order_of_the_rows_does_not_matter(name, drawn, tmp_path):
    mixed = PLANTED[DRAWN[name][0]]().sample(frac=1, random_state=3)
    assert draw(name, tmp_path / "a.svg", mixed) == drawn(name)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", [name for name, (which, _) in DRAWN.items() if which])
def test_sparse_tables_are_drawn_all_the_same(name, tmp_path):
    whole = PLANTED[DRAWN[name][0]]()
    assert draw(name, tmp_path / "none.svg", whole[:0])
    for task in (XOR, WITHOUT):  # with the grid and without
        assert draw(name, tmp_path / "task.svg", whole[whole["task"] == task])
    assert draw(name, tmp_path / "one.svg", whole[whole["arm"] == C] if "family" in whole else whole[:1])
    ends = [
        column for column in whole if column in ("low", "high", "ours_low", "ours_high", "a12_low", "a12_high", "error")
    ]
    svg = draw(name, tmp_path / "ends.svg", whole.assign(**dict.fromkeys(ends, np.nan)))
    assert not {word for word in written(svg) if "nan" in word.lower().split()}


@pytest.mark.filterwarnings("error")
def test_a_value_that_is_missing_is_left_out(tmp_path):
    svg = draw("schemes", tmp_path / "a.svg", comparisons().assign(a12=np.nan, a12_low=np.nan, a12_high=np.nan))
    assert not {word for word in written(svg) if "nan" in word.lower()}


def test_no_number_is_typed_into_a_string():
    root = Path(figures.__file__).parents[2]
    allowed = text.read_allowed(root / "report/numbers-allowed.txt")
    for path in sorted((root / "hearsay/neat").glob("figures*.py")):
        text.check_strings(path.read_text(encoding="utf-8"), path.name, allowed=allowed)


# Schemes


def test_a_scheme_stands_at_its_effect_in_the_colour_of_the_verdict_that_decides(seen):
    xor, poles, *_ = seen("schemes").axes
    cases = [
        (xor, SCHEME_WORDS[C], SAME, "blue", 6.5),  # primary before all
        (xor, SCHEME_WORDS[A], SLOWER, "vermilion", 6.5),
        (poles, SCHEME_WORDS[C], WITHIN, "sky", 6.5),
        (poles, SCHEME_WORDS[A], UNCLEAR, "grey", 4.2),
        (xor, SCHEME_WORDS[D1], BETTER, "green", 4.2),  # open, but shown to be no slower
        (xor, SCHEME_WORDS[D3], SLOWER, "vermilion", 4.2),
        (poles, "b without crossover, against with", SLOWER, "vermilion", 4.2),
        (poles, "d3, both without speciation", FASTER, "vermilion", 4.2),
    ]
    for axes, words, outcome, colour, size in cases:
        marker = points(axes)[(outcome["a12"], place(words))]
        assert (to_hex(marker.get_color()), marker.get_markersize()) == (COLOURS[colour], size), words
        spans = [tuple(line.get_xdata()) for line in axes.lines if tuple(line.get_ydata()) == (place(words),) * 2]
        assert spans == [pytest.approx((outcome["a12_low"], outcome["a12_high"]))]


def test_only_comparisons_with_stanleys_that_decide_or_are_main_are_drawn(seen):
    panels = seen("schemes").axes
    assert [len(points(axes)) for axes in panels] == [7, 9, 2, 2]  # of XOR one is beyond the axis
    assert not any(y == place("b without crossover, against with") for _, y in points(panels[0]))


def test_an_effect_beyond_the_axis_is_written_at_an_arrow(seen):
    axes = seen("schemes").axes[0]
    assert [note.get_text() for note in axes.texts if note.get_position()[0] < 0 and note.get_text()] == ["0.97"]
    assert not any(y == place(SCHEME_WORDS[NONE]) for _, y in points(axes))


def test_an_interval_that_runs_out_of_the_axis_ends_in_an_arrow(seen):
    wide = comparisons().assign(a12_low=0.0)
    markers = [line.get_marker() for line in seen("schemes", wide).axes[2].lines if len(line.get_xdata()) == 1]
    assert markers.count("<") == 2 and markers.count(">") == 0


def test_the_band_is_where_the_config_has_it(seen):
    for axes in seen("schemes").axes[:4]:
        band = axes.patches[0].get_extents().transformed(axes.transData.inverted())
        assert (band.x0, band.x1) == pytest.approx((0.47, 0.53))


def test_too_few_runs_to_show_equivalence_are_called_so(tmp_path):
    few = comparisons()
    few.loc[few["task"] == WITHOUT, "equivalence_power"] = 0.0
    assert written(draw("schemes", tmp_path / "a.svg", few)).count("estimates only") == 1


def test_the_legend_names_the_verdicts_that_are_drawn(seen):
    def named(changed=None) -> set[str]:
        return {label.get_text() for label in seen("schemes", changed).legends[0].get_texts()}

    rows = comparisons()
    assert {words for *_, words in figures.LOOKS.values()} <= named()
    only = {words for *_, words in figures.LOOKS.values()} & named(rows[rows["family"] == PRIMARY])
    assert only == {figures.LOOKS[verdict][2] for verdict in rows.loc[rows["family"] == PRIMARY, "verdict"]}


def test_every_verdict_has_a_look():
    assert set(VERDICTS) | {figures.NOT_SLOWER} == set(figures.LOOKS)
    assert set(VERDICTS) == set(figures_grid.MARKERS)
    assert len({colour for colour, *_ in figures.LOOKS.values()}) == len(figures.LOOKS)


# Moderators


def test_the_grid_is_drawn_by_rate_and_population_with_the_verdicts_of_its_own_family(seen):
    figure = seen("moderators")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Rates × 0.33", "Rates × 1", "Rates × 3"]
    for axes, ever in zip(figure.axes, (UNCLEAR, SAME, UNCLEAR), strict=True):
        found = points(axes)
        assert len(found) == 2 * (len(MEMORY) - 1)
        last = {y: marker for (x, y), marker in found.items() if round(x) == len(MEMORY) - 1}
        assert set(last) == {ever["a12"]}
        hollow = {to_hex(marker.get_markerfacecolor()) == "#ffffff" for marker in last.values()}
        assert hollow == {ever is UNCLEAR}
        assert {marker.get_marker() for (x, y), marker in found.items() if y == SLOWER["a12"]} == {"s"}
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["0", "1", "5", "20", "ever"]
    words = [label.get_text() for label in figure.legends[0].get_texts()]
    assert words[:2] == ["population 50", "population 150"]


@pytest.mark.parametrize("rate", [1e-5, 0.33, 20.0])
def test_any_rate_of_the_config_is_read_from_its_group(rate, seen):
    rows = compared((ALL, XOR, grid_group(rate, 7), A, B, SAME))["comparisons"]
    assert seen("moderators", rows).axes[0].get_title(loc="left") == f"Rates × {rate:g}"


# Survival


def test_curves_go_through_the_tables_points(seen):
    figure = seen("survival")
    assert len(figure.axes) == len(TASKS)
    for axes, task in zip(figure.axes, TASKS, strict=True):
        curves = {to_hex(line.get_color()): line for line in axes.lines if len(line.get_xdata()) > 2}
        arms = (A, B, C) if task == WITHOUT else list(figures.CURVES)
        assert set(curves) == {COLOURS[figures.CURVES[arm]] for arm in arms}
        for line in curves.values():
            assert list(line.get_xdata()) == [200, 1000, 5000, 30000]
            assert list(line.get_ydata()) == [1.0, 1.0, 0.6, 0.1]
        left, right = axes.get_xlim()
        assert 1000 < left < 5000 and right == 30000  # nothing happens before
        assert "40 runs" in axes.get_title(loc="left")
    words = [label.get_text() for label in figure.legends[0].get_texts()]
    assert set(words) == {SCHEME_WORDS[arm] for arm in figures.CURVES}


# Mechanism


def curves(axes, arm):
    colour = COLOURS[figures_mechanism.LINES[arm]]
    return [line for line in axes.lines if to_hex(line.get_color()) == colour]


def test_lines_by_generation_are_thin_where_most_runs_have_ended(seen):
    figure = seen("mechanism")
    panels = np.array(figure.axes).reshape(1 + len(figures_mechanism.PANELS), 3)
    going = np.array([min(10, 14 - k) for k in range(len(GENERATIONS))])
    thin, thick = curves(panels[0, 0], B)
    assert list(thin.get_xdata()) == [g for g, n in zip(GENERATIONS, going, strict=True) if n >= 2.5]
    assert list(thick.get_xdata()) == [g for g, n in zip(GENERATIONS, going, strict=True) if n >= 5]
    assert list(thick.get_ydata()) == pytest.approx([g / 10 for g in thick.get_xdata()])
    assert thick.get_linewidth() > thin.get_linewidth()
    (runs,) = curves(panels[-1, 0], B)
    assert list(runs.get_ydata()) == pytest.approx([n / 10 for n in going if n])
    assert not curves(panels[0, 2], D3)


def test_generations_in_which_few_runs_have_a_value_are_left_out(seen):
    panels = seen("mechanism").axes
    row = list(figures_mechanism.PANELS).index("networks_apart")
    assert curves(panels[3 * row], A)[0].get_xdata()[0] == GENERATIONS[2]


def test_the_mechanism_names_quantities_that_are_watched():
    from hearsay.neat.mechanism import QUANTITIES

    assert set(figures_mechanism.PANELS) <= set(QUANTITIES)


# Published


def test_ours_stands_at_its_ratio_to_the_published_figure(seen):
    upper, lower = seen("published").axes
    ratios = {label.get_text(): y for y, label in enumerate(upper.get_yticklabels())}
    found = {y: (x, line) for (x, y), line in points(upper).items() if line.get_marker() == "o"}
    assert found[ratios["XOR: evaluations"]][0] == pytest.approx(1.1)
    assert found[ratios["Double poles, no mating"]][0] == pytest.approx(0.5)
    assert ratios["Double poles, no growth"] not in found
    assert not any("minimal" in name for name in ratios)  # nobody published it
    words = {note.get_text() for note in upper.texts}
    assert {"no run solved it", "4,000", "4,400", "7.70", "–"} <= words
    assert len(lower.get_yticklabels()) == 4
    crosses = {x for (x, _), line in points(lower).items() if line.get_marker() == "x" and np.isfinite(x)}
    assert crosses == {0.0, 0.8}


def test_an_interval_below_nothing_ends_in_an_arrow_at_the_edge(seen):
    upper = seen("published").axes[0]
    (arrow,) = [line for line in points(upper).values() if line.get_marker() == "<"]
    assert arrow.get_xdata()[0] == upper.get_xlim()[0] == 2 ** -figures_published.REACH[1]


def test_the_ablations_are_those_of_the_experiment():
    assert set(figures_published.ARMS) - {"NEAT"} == set(ABLATIONS) - {"full"}
    assert set(ABLATIONS) and ABLATION not in GROUPS


# Doubles


def test_each_mutation_is_drawn_under_each_scheme(drawn):
    words = written(drawn("doubles"))
    assert words.count("each parent") == 1
    assert words.count("the same link") == words.count("the same node") == 2
    assert sum("genes, one link" in word for word in words) == 3  # a twice, b one generation later
    assert sum("twin nodes" in word for word in words) == 5  # and d1 twice
    assert words.count("matched") == 16
