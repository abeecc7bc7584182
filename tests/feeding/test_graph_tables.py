"""TensorFlow's tables on feeding. It runs in a process of its own, begun once for all tests here."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hearsay import graph_process, tables
from hearsay.errors import HearsayError
from hearsay.feeding import graph_changes, graph_small, graph_tables, graph_timing, graph_ways
from hearsay.feeding.graph_feeding import AGAIN, EAGER, FUNCTION, TIMED_TOO, WAYS
from hearsay.feeding.graph_models import HIDDEN, MODELS, SOFTMAX, task
from hearsay.feeding.outcomes import ASKED, DEMONSTRATIONS, FAILS, MATRIX, NO, NOT_RUN, TENSORFLOW, WORKS, YES

from . import graph_in_tensorflow as script

ROOT = Path(__file__).parents[2]

WHOLE = "[1.0, 9.0, 10.0, 0.0, 29.0, 1.0]"
LONGER = "[9.0, 0.0, 37.0, 0.0, 25.0, 9.0, 0.0, 37.0, 0.0]"
# What each demonstration gives: what came out, or the class of the error with which it failed.
OUTCOMES = {
    "constant, fed": "[9.0, 0.0, 37.0]",
    "constant, fed another number of rows": "ValueError",
    "constant, not initialised": "[1.0, 9.0, 10.0]",
    "constant, unfed": "[1.0, 9.0, 10.0]",
    "data set as a constant, at the limit": "ValueError",
    "data set as a constant, fed": "[0.0, 29.0, 1.0]; [0.0, 25.0, 9.0]",
    "data set as a constant, fed a larger one": "ValueError",
    "data set as a constant, size": "1.000",
    "data set as a variable's initial value, size": "1.001",
    "data set in a default placeholder, size": "1.001",
    "data set in a pipeline, size": "1.001",
    "data set through a placeholder, size": "0.000",
    "default placeholder of unknown batch, fed another number of rows": "[9.0, 0.0, 37.0, 0.0]",
    "default placeholder, fed": "[9.0, 0.0, 37.0]",
    "default placeholder, fed another number of rows": "ValueError",
    "default placeholder, unfed": "[1.0, 9.0, 10.0]",
    "eager function, pickled": "ModuleNotFoundError",
    "eager function, saved with its module": "AttributeError",
    "graph with a constant, saved": "the same bits",
    "graph with a constant, saved, fed": "the same bits",
    "graph with a default placeholder, saved": "the same bits",
    "graph with a default placeholder, saved, unfed": "the same bits",
    "graph with a numpy_function, saved": "InvalidArgumentError",
    "graph with a pipeline from a generator, saved": "InvalidArgumentError",
    "graph with a pipeline over a placeholder, saved": "the same bits",
    "graph with a pipeline, saved": "the same bits",
    "graph with a placeholder, saved": "the same bits",
    "graph with a placeholder, saved, TensorFlow 2's loader": "the same bits",
    "graph with a placeholder, saved, another number of rows": "the same bits",
    "graph with a placeholder, saved, hidden node fed": "the same bits",
    "graph with a placeholder, saved, unfed": "InvalidArgumentError",
    "graph with a variable of data, saved": "the same bits",
    "hidden node of a constant, fed": "[5.0, 25.0, 61.0]",
    "hidden node, fed": "[5.0, 25.0, 61.0]",
    "hidden node, feeding prevented": "ValueError",
    "operation, fed": "TypeError",
    "pipeline by handle, fed": "[1.0, 9.0, 10.0]; [9.0, 0.0, 37.0]; [0.0, 29.0, 1.0]",
    "pipeline by handle, unfed": "InvalidArgumentError",
    "pipeline from a generator": WHOLE,
    "pipeline over a constant, fed a larger source": "ValueError",
    "pipeline over a constant, fed another source": f"{WHOLE}; [9.0, 0.0, 37.0, 0.0, 25.0, 9.0]",
    "pipeline over a default placeholder, fed a larger source": f"{WHOLE}; {LONGER}",
    "pipeline over a placeholder, fed two sources": f"{WHOLE}; {LONGER}",
    "pipeline over a placeholder, initialised unfed": "InvalidArgumentError",
    "pipeline, batch fed": "[9.0]; [1.0, 9.0, 10.0]",
    "pipeline, not initialised": "FailedPreconditionError",
    "pipeline, one shot": WHOLE,
    "pipeline, one shot over a placeholder": "ValueError",
    "pipeline, read beyond its end": "OutOfRangeError",
    "pipeline, two sources without a placeholder": f"{WHOLE}; {LONGER}",
    "placeholder of unknown batch, fed another number of rows": "[9.0, 0.0, 37.0, 0.0]",
    "placeholder of unknown shape, fed the wrong shape": "InvalidArgumentError",
    "placeholder, eager": "RuntimeError",
    "placeholder, fed": "[9.0, 0.0, 37.0]",
    "placeholder, fed a fraction": "2",
    "placeholder, fed a tensor": "TypeError",
    "placeholder, fed another number of rows": "ValueError",
    "placeholder, fed doubles": "0.10000000149011612",
    "placeholder, fed too large a number": "TypeError",
    "placeholder, fed words": "ValueError",
    "placeholder, in tf.function": "InvalidArgumentError",
    "placeholder, not fetched": "[1.0, 9.0, 10.0]",
    "placeholder, unfed": "InvalidArgumentError",
    "shape after constant": "(3, 2)",
    "shape after default placeholder": "(3, 2)",
    "shape after default placeholder of unknown batch": "(None, 2)",
    "shape after default placeholder of unknown shape": "<unknown>",
    "shape after placeholder": "(3, 2)",
    "shape after placeholder of unknown batch": "(None, 2)",
    "shape after placeholder of unknown shape": "<unknown>",
    "shape given by a constant": "(3, 4); (3, 4)",
    "shape given by a default placeholder": "(None, None); (3, 4)",
    "tf.function, saved": "the same bits",
    "tf.function, saved untraced": "ValueError",
    "today's variable, fed": "[1.0, 9.0, 10.0]; [1.0, 9.0, 10.0]",
    "today's variable, fed, not initialised": "FailedPreconditionError",
    "today's variable, what is read of it fed": "[9.0, 0.0, 37.0]; [1.0, 9.0, 10.0]",
    "unknown shape, assigned from a numpy_function": "(4, 4), as supplied",
    "unknown shape, checkpoint, shape not validated": "(4, 4), as supplied",
    "unknown shape, constant fed, shape not validated": "ValueError",
    "unknown shape, default placeholder, shape not validated": "(4, 4), as supplied",
    "unknown shape, load, shape not validated": "ValueError",
    "unknown shape, numpy_function": "ValueError",
    "unknown shape, numpy_function, shape not validated": "(4, 4), as supplied",
    "unknown shape, placeholder": "ValueError",
    "unknown shape, placeholder, shape not validated": "(4, 4), as supplied",
    "unknown value, another variable": "(3, 4), as supplied",
    "unknown value, assigned from a constant fed": "(3, 4), as supplied",
    "unknown value, checkpoint": "(3, 4), as supplied",
    "unknown value, constant fed": "(3, 4), as supplied",
    "unknown value, file": "(3, 4), as supplied",
    "unknown value, load": "(3, 4), as supplied",
    "unknown value, numpy_function": "(3, 4), as supplied",
    "unknown value, pipeline": "(3, 4), as supplied",
    "unknown value, placeholder": "(3, 4), as supplied",
    "unknown value, placeholder unfed": "InvalidArgumentError",
    "unknown value, py_function": "(3, 4), as supplied",
    "value known before running, constant": "[3, 4]",
    "value known before running, default placeholder": "None",
    "variable made after the initialising pass": "[1.0, 9.0, 10.0]; False",
    "variable, fed": "[9.0, 0.0, 37.0]; [1.0, 9.0, 10.0]",
    "variable, fed, not initialised": "[9.0, 0.0, 37.0]",
    "variable, initialised": "[1.0, 9.0, 10.0]",
    "variable, new session": "FailedPreconditionError",
    "variable, not initialised": "FailedPreconditionError",
}
# Every cell of the matrix that is a no.
CANNOT = {
    ("constant", "vary batch"),
    ("constant", "fail when never supplied"),
    ("default placeholder", "fail when never supplied"),
    *(
        (way, "fail when forgotten")
        for way in ("constant", "default placeholder", "tf.data", "tf.data over a placeholder", "variable")
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tensorflow")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, script.__file__, str(folder)], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    (folder / "said").write_text(done.stdout + done.stderr)
    return folder


@pytest.fixture(scope="module")
def probes(folder):
    return json.loads((folder / "probes.json").read_text())


@pytest.fixture(scope="module")
def demonstrations(folder):
    return tables.read(folder / "demonstrations.csv", DEMONSTRATIONS).set_index("demonstration")


@pytest.fixture(scope="module")
def ways(folder):
    return tables.read(folder / "graph-ways.csv", graph_ways.TABLE)


@pytest.fixture(scope="module")
def timings(folder):
    return tables.read(folder / "timings.csv", graph_timing.TIMINGS)


def test_every_demonstration_is_expected_here(demonstrations):
    assert set(demonstrations.index) == set(OUTCOMES)
    assert set(demonstrations.tool) == {TENSORFLOW}
    assert NOT_RUN not in set(demonstrations.outcome)


@pytest.mark.parametrize("name", OUTCOMES)
def test_outcome(demonstrations, name):
    found, failed = demonstrations.loc[name], OUTCOMES[name].endswith("Error")
    assert found.outcome == (FAILS if failed else WORKS)
    assert (found.error if failed else found.value) == OUTCOMES[name]
    assert bool(found.said) == failed


def test_answers_are_those_of_numpy(demonstrations):
    ours, fed = (graph_small.reference(graph_small.rows(number=n)).tolist() for n in (0, 1))
    assert ours != fed
    assert json.loads(WHOLE) == graph_small.reference(graph_small.rows(6)).tolist()
    assert json.loads(LONGER) == graph_small.reference(graph_small.rows(9, 1)).tolist()
    for name in ("constant, unfed", "default placeholder, unfed", "variable, initialised"):
        assert json.loads(demonstrations.value[name]) == ours
    for name in ("placeholder, fed", "default placeholder, fed", "constant, fed", "variable, fed, not initialised"):
        assert json.loads(demonstrations.value[name]) == fed


def test_errors_say_what_is_wrong_and_not_where_it_was_run(demonstrations):
    said = demonstrations.said[demonstrations.outcome == FAILS]
    assert said["placeholder, unfed"] == (
        "You must feed a value for placeholder tensor 'x' with dtype float and shape [3,4]"
    )
    assert not said.str.contains(r"Graph execution|Detected|File|/|0x|inference", regex=True).any()


def test_the_matrix(folder):
    found = tables.read(folder / "matrix.csv", MATRIX)
    assert set(found.asked) == set(ASKED)
    assert len(found) == len(ASKED) * found.way.nunique()
    assert {"placeholder", "default placeholder", "constant", "variable", "tf.data"} <= set(found.way)
    assert set(found.can) == {YES, NO}
    assert set(zip(found.way[found.can == NO], found.asked[found.can == NO], strict=True)) == CANNOT
    # A loud failure is the answer itself; elsewhere, words are there because something could not be done.
    asked = found.asked.str.startswith("fail when")
    loud = asked == (found.can == YES)
    assert ((found.said != "") == loud)[(found.said != "") | asked].all()


def test_losses_are_the_same_in_every_bit_whichever_way_the_batches_come(ways):
    assert set(ways.outcome) == {WORKS}
    assert set(ways.way) == set(WAYS)
    assert (ways.same == 1).all()
    assert (ways["apart"] == 0).all()
    assert (ways.groupby("model").losses.nunique() == 1).all()
    assert ways.losses.nunique() == ways.model.nunique() == 2
    assert (ways.final_loss < ways.first_loss).all()


def test_the_comparison_sees_what_differs():
    left = np.float32([2, 1])
    found = graph_ways._compared(np.nextafter(left, np.float32(9)), left)
    assert found["same"] == 0
    assert 0 < found["apart"] < 1e-6
    assert found["losses"] != hashlib.sha256(left.tobytes()).hexdigest()


def test_training_is_gradient_descent_on_the_batches_in_their_order(probes):
    drawn = task(SOFTMAX, script.CONFIG, script.SEED)
    weights, bias = (drawn.weights[name].astype(float) for name in ("weights", "bias"))
    for step, loss in enumerate(probes["losses"][SOFTMAX]):
        images, labels = drawn.batch(step)
        shares = np.exp(images @ weights + bias)
        shares /= shares.sum(1, keepdims=True)
        assert loss == pytest.approx(-np.log(shares[np.arange(len(labels)), labels]).mean(), abs=1e-5)
        shares[np.arange(len(labels)), labels] -= 1
        weights -= drawn.rate * images.T @ shares / len(labels)
        bias -= drawn.rate * shares.mean(0)


def test_every_model_trains_and_the_seed_decides(probes):
    assert set(probes["losses"]) == set(MODELS)
    assert all(np.mean(losses[-4:]) < np.mean(losses[:4]) for losses in probes["losses"].values())
    assert probes["unlike"] != probes["losses"][SOFTMAX]
    assert probes["ways"][0] == probes["ways"][1] == probes["losses"][SOFTMAX]


def test_what_is_handed_over_and_what_is_in_the_graph(ways):
    of = ways[ways.model == HIDDEN].set_index("way")
    batch = script.CONFIG["batch"] * (script.CONFIG["side"] ** 2 + 1) * 4
    data = script.CONFIG["examples"] * (script.CONFIG["side"] ** 2 + 1) * 4
    assert set(of.fed) == {0, batch}
    assert set(of.index[of.fed == 0]) == {
        "constant of the data set",
        "tf.data, batches of a constant",
        "tf.data, examples of a constant",
        "tf.data, prefetched",
        "variable of the data set",
    }
    assert set(of.index[of.graph_bytes == 0]) == {EAGER, FUNCTION}
    assert of.graph_bytes["constant of the data set"] - of.graph_bytes["variable of the data set"] > 0.7 * data


def test_timings(timings):
    assert set(timings.way) == {*WAYS, *TIMED_TOO}
    assert len(timings) == 2 * 2 * timings.way.nunique()
    assert set(timings.pool) == set(graph_timing.POOLS)
    assert set(timings.outcome) == {WORKS}
    assert (timings[["wall", "cpu", "build", "initialise", "again", "first"]] > 0).all(axis=None)
    assert (timings["first"] > timings.build + timings.initialise).all()
    assert (timings.baseline > 1e7).all()  # TensorFlow itself; in kibibytes it would be less
    assert (timings.peak > timings.baseline).all()
    assert AGAIN in set(timings.way)


def test_a_process_that_cannot_measure_is_one_line(probes):
    assert probes["bad"].startswith("feeding: the process that measures memory failed: no such model")
    assert "\n" not in probes["bad"]


def test_a_model_that_there_is_not_is_one_line():
    with pytest.raises(HearsayError, match="there is no model 'odd' in TensorFlow; take one of softmax"):
        task("odd", script.CONFIG, 0)


def test_the_process(folder, probes):
    assert (folder / "said").read_text() == ""
    assert not probes["torch"]
    assert probes["threads"] == 1
    assert all(probes["same again"])


def test_programs_and_what_a_placeholder_changes_in_them(folder):
    found = tables.read(folder / "graph-complication.csv", graph_changes.COMPLICATION)
    assert set(found.outcome) == {WORKS}
    assert (found.same == 1).all()
    assert (found.fed_before == 0).all()
    assert (found.fed_after > 0).all()
    assert (found.changed == found.declared + found.beyond).all()
    assert (found.declared == 2).all()


def test_counting_on_a_planted_pair():
    before = """
x = tf.constant(xs)  # the data
y = 2 * x
session.run(y)
session.run(z)
y.eval()
"""
    after = """
x = tf.placeholder("float32")

y = 2 * x  # moved down, and a comment: no change
session.run(
    y, {x: xs})
session.run(z)
y.eval({x: xs})
y.eval(feed_dict={x: xs})
"""
    found = graph_changes.count(before, after, ("x",))
    wanted = {"lines": 5, "lines_after": 6, "changed": 4, "declared": 1, "beyond": 3}
    assert found == wanted | {"calls": 3, "fed_before": 0, "fed_after": 3}
    assert graph_changes.count(after, after, ("x",))["changed"] == 0
    assert graph_changes.count(after, before, ("x",))["changed"] == 4


def test_without_tensorflow_every_row_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(graph_process, "missing", lambda: ("tensorflow",))
    found = [*graph_tables.frames({}, 0), graph_tables.timings({"batch": 8}, 0)]
    declared = DEMONSTRATIONS, MATRIX, graph_ways.TABLE, graph_changes.COMPLICATION, graph_timing.TIMINGS
    for frame, table in zip(found, declared, strict=True):
        assert len(frame)
        assert set(frame["can" if table is MATRIX else "outcome"]) == {NOT_RUN}
        assert set(frame.said) == {"tensorflow not installed"}
        tables.write(frame, table, tmp_path / "table.csv")
        assert len(tables.read(tmp_path / "table.csv", table)) == len(frame)
    assert set(found[0].demonstration) == set(OUTCOMES)


def test_an_import_that_fails_is_said_too(monkeypatch):
    def start():
        raise ImportError("libtensorflow.so: cannot open\nmore")

    monkeypatch.setattr(graph_process, "missing", tuple)
    monkeypatch.setattr(graph_process, "start", start)
    assert graph_tables.absent() == "tensorflow cannot be imported: libtensorflow.so: cannot open"


def test_published_rows_ran():
    """In the published run, no row says that TensorFlow is not installed."""
    for path in (ROOT / "reference/feeding/tables").glob("*.csv"):
        assert "tensorflow not installed" not in set(pd.read_csv(path).astype(str).stack()), path
