"""Tables on disk become evidence, numbers and figures; what was not run is said, and nothing breaks for it."""

from pathlib import Path

import pandas as pd
import pytest
from matplotlib import pyplot

from hearsay import figures as house
from hearsay import tables
from hearsay.feeding import figures, figures_speed, numbers, prediction
from hearsay.feeding.calibration import CALIBRATION, COMPUTES, WAITS
from hearsay.feeding.evidence import TABLES, read_evidence
from hearsay.feeding.graph_feeding import AGAIN, CONSTANT_UNFED, DEFAULT_UNFED, EAGER, FUNCTION, PLACEHOLDER
from hearsay.feeding.outcomes import ASKED, EXPORT, FAILS, FX, NO, NOT_RUN, TENSORFLOW, WORKS, YES
from hearsay.feeding.outcomes import EAGER as TORCH
from hearsay.feeding.ratios import PIPELINES, VARIABLE, pipeline_ratios
from hearsay.feeding.timing import summary, timings
from hearsay.feeding.torch_matrix import NOT_BUILT
from hearsay.feeding.training import BY_TORCHS, SHIFTED, training

BENCHMARKS = Path(__file__).parents[2] / "reference/benchmarks"
CONFIG = {"judging": {"alpha": 0.05, "within": 0.05, "grown": 0.9, "share": 0.05}}
TINY = {"examples": 64, "side": 6, "batches": [8], "rate": 0.1, "steps": 6, "repeats": 2, "training_steps": 2} | {
    "models": ["linear", "small conv"], "modes": ["copy", "DataLoader, no workers"],
}  # fmt: skip
SIZES = {
    (TENSORFLOW, "data set as a constant, size"): "1.000",
    (TENSORFLOW, "data set through a placeholder, size"): "0.000",
    (EXPORT, "archive, data inside"): "1.0 bytes a byte of data",
    (EXPORT, "archive, data fed"): "0.0 bytes a byte of data",
    (EXPORT, "archive, data fed and the example"): "1.0 bytes a byte of data",
}


def whole(rows, table):
    """A frame of a table from rows that have some of its columns."""
    empty = {column: "" if column in table.text else 0.0 for column in table.columns}
    return pd.DataFrame([empty | row for row in rows], columns=list(table.columns))


def planted(ran=True):
    names = [(tool, name) for names in figures.TRIED.values() for tool, name in zip(figures.TOOLS, names, strict=True)]
    outcomes = {key: FAILS if "unfed" in key[1] else WORKS for key in [*names, *SIZES] if key[1]}
    absent = {} if ran else dict.fromkeys([key for key in outcomes if key[0] == TENSORFLOW], NOT_RUN)
    outcomes |= absent
    demonstrations = [
        {
            "tool": tool,
            "demonstration": name,
            "outcome": outcome,
            "value": SIZES.get((tool, name), "") * (outcome == WORKS),
        }
        for (tool, name), outcome in outcomes.items()
    ]
    cells = [
        {"tool": tool, "way": way, "asked": asked, "can": can if ran or tool != TENSORFLOW else NOT_RUN}
        for tool in (TENSORFLOW, FX, EXPORT, TORCH)
        for way, can in (("placeholder", YES), ("constant", NO))
        for asked in ASKED
    ]
    word = WORKS if ran else NOT_RUN
    ways = [PLACEHOLDER, AGAIN, EAGER, FUNCTION, DEFAULT_UNFED, CONSTANT_UNFED, VARIABLE, PIPELINES[0]]
    times = [
        {"model": "softmax regression", "way": way, "batch": 8, "pool": 2, "repeat": k, "outcome": word,
         "wall": 1.0 + place, "initialise": 2.0 + place}
        for place, way in enumerate(ways) for k in range(2 if ran else 1)
    ]  # fmt: skip
    programs = [
        {"program": f"program {k}", "rewritten": "so", "outcome": word, "beyond": k + 1, "calls": 3, "fed_after": 2}
        for k in range(2)
    ]
    same = [{"model": "one", "way": way, "outcome": word, "same": 1} for way in (PLACEHOLDER, EAGER)]
    return {
        "demonstrations": whole(demonstrations, TABLES["demonstrations"]),
        "matrix": whole(cells, TABLES["matrix"]),
        "complication": whole(programs, TABLES["complication"]),
        "graph-ways": whole(same, TABLES["graph-ways"]),
        "feeding-graph": whole(times, TABLES["feeding-graph"]),
    }


@pytest.fixture(scope="module")
def timed():
    raw = timings(TINY, 1)
    return {
        "training": training(TINY, 1),
        "feeding-modes": raw,
        "feeding-summary": summary(raw, 1),
        "feeding-prediction": prediction.predict(raw, 1),
        "feeding-crossings": prediction.crossings(raw, 0.05, 1),
        "feeding-calibration": planted_fetches(),
    }


def planted_fetches():
    """Workers are twice as fast where a batch takes longest, and half as fast where it takes least."""
    rows = [
        (kind, w, fetch, step, r, 2, 1.0, 0.9, 1.0 if w == 0 else 2.0 if fetch == 0.008 else 0.5)
        for kind in (WAITS, COMPUTES)
        for w in (0, 2)
        for fetch in (0.0005, 0.002, 0.008)
        for step in (0.001, 0.01)
        for r in range(2)
    ]
    return pd.DataFrame(rows, columns=list(CALIBRATION.columns))


def evidence(folder, frames):
    paths = [folder / f"{name}.csv" for name in frames]
    for path, (name, frame) in zip(paths, frames.items(), strict=True):
        tables.write(frame, TABLES[name], path)
    return read_evidence(paths)


@pytest.fixture(scope="module")
def found(timed, tmp_path_factory):
    return evidence(tmp_path_factory.mktemp("found"), planted() | timed)


def test_every_table_is_evidence_by_its_name(found):
    assert set(found) == {
        *("demonstrations", "matrix", "complication", "graph_ways", "training"),
        *("graph_times", "modes", "summary", "prediction", "crossings", "calibration"),
    }


def test_numbers_are_those_of_the_rows(found):
    said = numbers.numbers(found, CONFIG)
    assert said["tried"][0] == len(found["demonstrations"]) and said["failed"][0] > 0
    assert (said["cells"][0], said["cells_can"][0], said["ways"][0]) == (48, 24, 8)
    assert [said[f"beyond_{end}"][0] for end in ("least", "most")] == [1, 2]
    assert said["graph_eager_middle"][0] == pytest.approx(3 / 1) and said["again_middle"][0] == pytest.approx(1 / 2)
    assert said["initialising_middle"][0] == pytest.approx(6.0)
    assert said["graph_bytes"][0] == 1.0 and said["archive_bytes_fed"][0] == 0.0
    assert said["torch_same"][0] == said["torch_trainings"][0] == 6
    broken = found["training"][found["training"]["mode"].isin((BY_TORCHS, SHIFTED))]
    assert sum(said[f"{key}_trainings"][0] for key in ("drawing", "beside", "shifted")) == len(broken) > 0
    changed = sum(said[f"{key}_changed"][0] for key in ("drawing", "beside", "shifted"))
    assert changed == (broken["same"] == NO).sum()
    mine = found["summary"].query("model == 'linear'")
    assert said["slowest_linear"][0] == pytest.approx(mine["steady_relative"].min(), abs=0.006)
    assert (said["gain_waits_shortest_most"][0], said["gain_computes_longest_least"][0]) == (0.5, 2.0)
    assert (said["planted_shortest"][0], said["planted_longest"][0]) == (0.5, 8.0)
    assert [said[f"pipeline_{word}"][0] for word in ("cases", "faster", "slower")] == [1, 0, 0]  # too few rounds
    assert said["prediction_error_most"][0] == found["prediction"]["error"].abs().max()


def test_where_tensorflow_was_not_run_numbers_are_unknown(timed, tmp_path):
    absent = evidence(tmp_path, planted(ran=False) | timed)
    said, whole_run = numbers.numbers(absent, CONFIG), numbers.numbers(evidence(tmp_path, planted() | timed), CONFIG)
    assert set(said) == set(whole_run)
    assert {said[key][0] for key in ("graph_eager_least", "initialising_most", "graph_bytes")} == {numbers.UNKNOWN}
    assert said["ran"][0] < said["tried"][0]


@pytest.fixture
def drawn(monkeypatch):
    kept = []
    monkeypatch.setattr(house, "save", lambda figure, path: kept.append(figure))
    yield kept
    for figure in kept:
        pyplot.close(figure)


def test_tried_has_a_mark_for_every_demonstration(found, drawn):
    figures.tried(found["demonstrations"], "tried.svg")
    (axes,) = drawn[0].axes
    asked = sum(bool(name) for names in figures.TRIED.values() for name in names)
    assert len(axes.lines) == asked
    assert [label.get_text() for label in axes.get_yticklabels()] == list(figures.TRIED)
    assert {line.get_marker() for line in axes.lines} == {"o", "x"}


def test_the_matrix_has_a_mark_for_every_cell(found, drawn, timed, tmp_path):
    figures.matrix(found["matrix"], "matrix.svg")
    (axes,) = drawn[0].axes
    assert len(axes.lines) == len(found["matrix"])
    heads = {text.get_text(): text.xy[1] for text in axes.texts}
    ways = [label.get_text() for label in axes.get_yticklabels()]
    first = dict(zip(axes.get_yticks(), ways, strict=True))
    assert {tool: first[y] for tool, y in heads.items()} == found["matrix"].groupby("tool")["way"].first().to_dict()
    absent = evidence(tmp_path, planted(ran=False) | timed)
    figures.matrix(absent["matrix"], "matrix.svg")
    assert {line.get_marker() for line in drawn[1].axes[0].lines} == {"o", "x", "_"}
    unbuilt = found["matrix"].assign(how=lambda rows: rows["how"].where(rows["tool"] != FX, NOT_BUILT))
    figures.matrix(unbuilt, "matrix.svg")
    squares = [line for line in drawn[2].axes[0].lines if line.get_marker() == "s"]
    assert len(squares) == (unbuilt["tool"] == FX).sum() > 0
    assert "fails if this step's" in drawn[2].axes[0].get_xticklabels()[4].get_text().replace("\n", " ")


def test_speeds_and_crossings_are_drawn_where_they_were_measured(found, drawn):
    figures_speed.speed(found["summary"], found["prediction"], "speed.svg")
    figures_speed.crossings(found["crossings"], found["prediction"], "crossings.svg")
    panels, (axes,) = drawn[0].axes, drawn[1].axes
    assert {axes.get_title("left") for axes in panels} == {"linear", "small conv"}
    dots = [line.get_xdata()[0] for line in panels[0].lines if line.get_marker() == "o"]
    mine = found["summary"][found["summary"]["model"] == panels[0].get_title("left")]
    assert sorted(dots) == pytest.approx(sorted(mine["steady_relative"]))
    modes = [label.get_text() for label in axes.get_yticklabels()]
    assert set(modes) == set(found["crossings"]["mode"])
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert sorted(dots) == pytest.approx(sorted(1e3 * found["crossings"]["predicted"]))
    assert axes.get_xlim()[1] > 1e3 * found["crossings"]["predicted_high"].max()


def test_workers_gains_are_drawn_by_what_a_fetch_does(found, drawn):
    figures_speed.workers(found["calibration"], "workers.svg")
    panels = drawn[0].axes
    assert [axes.get_title("left") for axes in panels] == [f"fetching {kind}" for kind in (WAITS, COMPUTES)]
    dots = [y for line in panels[0].lines if line.get_marker() == "o" for y in line.get_ydata()]
    assert sorted(set(dots)) == [0.5, 2.0]


def test_every_pipelines_case_is_drawn_and_hollow_where_open(drawn):
    """Of the published timings, since among them are cases that are faster, slower and open."""
    names, alpha = ("feeding-graph", "feeding-modes"), CONFIG["judging"]["alpha"]
    times, modes = (tables.read(BENCHMARKS / f"{name}.csv", TABLES[name]) for name in names)
    figures_speed.pipelines(times, modes, alpha, "pipelines.svg")
    cases = pipeline_ratios(times, modes, alpha)
    open_ = (cases["low"] <= 1) & (cases["high"] >= 1)
    assert (cases["low"] > 1).any() and (cases["high"] < 1).any() and open_.any()
    lines = [line for axes in drawn[0].axes for line in axes.lines if line.get_color() != house.COLOURS["grey"]]
    bars, dots = lines[::2], lines[1::2]
    shown = [(dot.get_xdata()[0], *bar.get_xdata(), dot.get_markerfacecolor() == "white")
             for bar, dot in zip(bars, dots, strict=True)]  # fmt: skip
    assert sorted(shown) == sorted(zip(cases["ratio"], cases["low"], cases["high"], open_, strict=True))
    assert all(bar.get_ydata()[0] == dot.get_ydata()[0] for bar, dot in zip(bars, dots, strict=True))


def test_figures_are_files_of_the_same_bytes(found, tmp_path):
    for name in ("a", "b"):
        figures.tried(found["demonstrations"], tmp_path / f"{name}.svg")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
