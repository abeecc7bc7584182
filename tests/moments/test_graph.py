"""TensorFlow's tables. It runs in processes of its own, begun once for all tests here."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hearsay import tables
from hearsay.closure import locked
from hearsay.moments import graph, graph_process, graph_runs
from hearsay.moments.graph import ABSENT, GRAPH, OPTIMISER, RAN, SAME
from hearsay.moments.graph_arms import BOTH, FROZEN, NOTHING, REFUSED
from hearsay.moments.graph_optimiser import BY_HAND, ESTIMATE, FOLLOWS, PICTURES, RULES, WORK
from hearsay.moments.graph_optimiser import FROZEN as FROZEN_BODY

ROOT = Path(__file__).parents[2]
REFUSED_ARMS = {
    "inside cond, updates by hand",
    "inside cond, updates by hand, today",
    "inside cond, updates by dependencies, today",
}
NEVER = {arm for arm in graph_runs.ARMS if "not run" in arm or "not saved" in arm} | {"layers, flag to nothing"}
MOVE_AT_EVALUATION = {"before cond", "before cond, today", "flag to nothing"}


def in_tensorflow(task, folder):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    script = Path(__file__).with_name("graph_in_tensorflow.py")
    done = subprocess.run(
        [sys.executable, str(script), task, str(folder)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tensorflow")
    done = in_tensorflow("tables", folder)
    (folder / "said").write_text(done.stdout + done.stderr)
    return folder


@pytest.fixture(scope="module")
def arms(folder):
    return tables.read(folder / "graph.csv", GRAPH)


@pytest.fixture(scope="module")
def same(folder):
    return tables.read(folder / "graph-same.csv", SAME).groupby("comparison").mean(numeric_only=True)


@pytest.fixture(scope="module")
def optimiser(folder):
    return tables.read(folder / "graph-optimiser.csv", OPTIMISER)


@pytest.fixture(scope="module")
def probes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("probes")
    in_tensorflow("probes", folder)
    return json.loads((folder / "probes.json").read_text())


def test_tensorflow_is_here_and_no_row_says_that_it_is_not(folder, arms):
    assert graph_process.missing() == ()
    for table in (GRAPH, SAME, OPTIMISER):
        frame = tables.read(folder / f"{table.name.split('/')[1]}.csv", table)
        assert len(frame)
        assert set(frame.status) <= {RAN, REFUSED}
    assert set(arms.arm[arms.status == REFUSED]) == REFUSED_ARMS
    assert arms.said[arms.status == REFUSED].str.len().between(30, 200).all()
    assert (arms.said[arms.status == RAN] == "").all()


def test_versions_stand_in_every_row(arms):
    lock = locked(ROOT)
    assert set(arms.tensorflow) == {lock["tensorflow-cpu"]}
    assert set(arms.tf_keras) == {lock["tf-keras"]}
    assert set(arms.tf_slim) == {lock["tf-slim"]}
    assert arms.restored.str.contains("ops.Tensor").all()


def test_standard_error_stays_quiet(folder):
    assert (folder / "said").read_text() == ""


def test_torch_stays_out(probes):
    assert not probes["torch"]


def test_what_moves_in_training_and_in_evaluation(arms):
    ran = arms[arms.status == RAN].set_index("arm")
    assert set(ran.index[ran.from_initial == 0]) == NEVER
    assert set(ran.index[ran.moved_training == 0]) == NEVER - {"two graphs, statistics not saved"}
    assert set(ran.index[ran.moved_evaluation == 1]) == MOVE_AT_EVALUATION
    assert ((ran.from_initial > 0.5) == (ran.from_full < 0.5)).all()
    assert (ran.from_full[ran.from_initial == 0] == 1).all()


def test_a_step_with_the_flag_at_false(arms):
    frozen = arms[arms.status == RAN].drop_duplicates("arm").set_index("arm").frozen_step
    assert set(frozen.index[frozen == BOTH]) == MOVE_AT_EVALUATION | {"before cond, updates by dependencies"}
    assert set(frozen.index[frozen == NOTHING]) == {"inside cond, updates by dependencies"}
    assert set(frozen.index[frozen == ""]) == {arm for arm in graph_runs.ARMS if arm.startswith("two ")}
    assert set(frozen) == {FROZEN, BOTH, NOTHING, ""}


def test_a_flag_that_is_used_must_be_fed(arms):
    ran = arms[arms.status == RAN]
    needs = ~ran.arm.str.startswith("two ") & ~ran.arm.str.endswith("flag to nothing")
    assert (ran.unfed == ~needs).all()


SAME_IN_EVERY_BIT = [
    "updates by hand",
    "the two interfaces",
    "second flag",
    "second flag, today",
    "second flag, updates by dependencies",
    "before or inside cond, updates by dependencies",
    "flag that nothing uses",
    "separate nets",
    "separate graphs",
    "one flag, today or then",
    "inside cond, today or then",
]


@pytest.mark.parametrize("comparison", SAME_IN_EVERY_BIT)
def test_these_agree_in_every_bit(same, comparison):
    assert (same.loc[comparison, ["weights", "statistics", "outputs", "afterwards"]] == 1).all()
    assert (same.loc[comparison, ["weights_apart", "statistics_apart", "outputs_apart"]] == 0).all()


def test_the_comparison_sees_what_differs(same):
    odd = same.loc["flag that reaches no layer, layers"]
    assert (odd[["weights", "statistics", "outputs", "afterwards"]] == 0).all()
    assert (odd[["weights_apart", "statistics_apart", "outputs_apart"]] > 0.01).all()
    # Forgetting changes what evaluation sees and never what is trained.
    for comparison in ("updates run or not", "separate graphs, statistics not saved"):
        assert same.weights[comparison] == 1
        assert same.outputs[comparison] == 0
    # Two codes of one formula.
    assert 0 < same.statistics_apart["updates in place"] < 1e-5


def test_the_moving_average_is_the_documented_one(probes):
    mean, variance, expected_mean, expected_variance = probes["reference"]
    assert mean == pytest.approx(expected_mean, abs=1e-5)
    assert variance == pytest.approx(expected_variance, abs=1e-5)


def test_another_process_and_other_arms_before_it_give_the_same_numbers(arms, probes):
    """Also where an update races with a reader: both processes run operations in one order."""
    for name, replicates in probes["measured"].items():
        rows = arms[arms.arm == name].sort_values("replicate")
        for (_, row), measured in zip(rows.iterrows(), replicates, strict=True):
            assert {column: row[column] for column in measured} == measured


def test_a_loss_that_is_no_number_is_one_line(probes):
    assert probes["loss"].startswith("moments: TensorFlow's loss is ")
    assert "\n" not in probes["loss"]
    assert "lower" in probes["loss"]


def test_a_graph_leaves_the_process_as_it_was(probes):
    assert all(probes["switched"])


def test_the_rule_that_follows_the_optimiser_is_wrong_where_they_part(optimiser):
    wrong = optimiser[optimiser.right == 0]
    assert set(wrong.case) == {FROZEN_BODY, PICTURES, ESTIMATE}
    assert set(wrong.rule) == {FOLLOWS}
    assert (optimiser[optimiser.rule == BY_HAND].right == 1).all()
    assert (optimiser.flag == optimiser.optimiser)[optimiser.rule == FOLLOWS].all()


def test_what_the_wrong_flag_does(optimiser):
    table = optimiser.set_index(["case", "rule"])
    body, pictures = table.loc[(FROZEN_BODY, BY_HAND)], table.loc[(PICTURES, BY_HAND)]
    assert (body.accuracy_before == body.accuracy_after).all()
    assert (pictures.mates == 0).all()
    assert (table.loc[(PICTURES, FOLLOWS)].mates > 1e-3).all()
    assert (table.loc[(ESTIMATE, FOLLOWS)].accuracy_before == table.loc[(ESTIMATE, FOLLOWS)].accuracy_after).all()


@pytest.mark.parametrize("missing", [("tensorflow", "tf_keras", "tf_slim"), ("tf_slim",)])
def test_without_tensorflow_every_row_says_so(monkeypatch, tmp_path, missing):
    monkeypatch.setattr(graph_process, "missing", lambda: missing)
    found = graph.frames({"replicates": 2}, None, 1)
    sizes = len(graph_runs.ARMS), len(graph.COMPARISONS), len(WORK) * len(RULES)
    for frame, table, size in zip(found, (GRAPH, SAME, OPTIMISER), sizes, strict=True):
        assert len(frame) == 2 * size
        assert set(frame.status) == {ABSENT}
        assert set(frame.said) == {f"missing: {', '.join(missing)}"}
        tables.write(frame, table, tmp_path / "table.csv")
        again = tables.read(tmp_path / "table.csv", table)
        numbers = again.drop(columns=[*table.text, "replicate"])
        assert numbers.isna().all(axis=None)


def test_an_import_that_fails_is_said_too(monkeypatch):
    def start():
        raise ImportError("libtensorflow.so: cannot open\nmore")

    monkeypatch.setattr(graph_process, "missing", tuple)
    monkeypatch.setattr(graph_process, "start", start)
    found = graph.frames({"replicates": 1}, None, 1)
    assert set(found.graph.said) == {"ImportError: libtensorflow.so: cannot open more"}


def test_comparisons_name_arms_that_can_run():
    for left, right in graph.COMPARISONS.values():
        assert {left, right} <= set(graph_runs.ARMS) - REFUSED_ARMS


def test_a_refused_side_is_said_in_the_comparison():
    row = graph._comparison({"one flag": "no", "inside cond": []}, "second flag", 0)
    assert row == {"status": REFUSED, "said": "no"}


def test_the_first_sentence_leaves_out_an_operations_definition():
    operation = 'Operation name: "a/b"\nop: "C"\nattr {\n  key: "d"\n}\nattr {\n  key: "e"\n}\n is not here. More.'
    assert graph_runs.first_sentence(ValueError(operation)) == 'ValueError: Operation "a/b" is not here'
    assert graph_runs.first_sentence(TypeError("")) == "TypeError: "


def test_published_rows_ran():
    """In the published run, no row says that TensorFlow is not installed."""
    tables = list((ROOT / "reference/moments/tables").glob("graph*.csv"))
    assert {"graph.csv", "graph-same.csv", "graph-optimiser.csv"} <= {path.name for path in tables}
    assert not any(ABSENT in path.read_text(encoding="utf-8") for path in tables)


def test_from_full_is_a_finite_distance(arms):
    assert arms[arms.status == RAN].from_full.map(math.isfinite).all()
