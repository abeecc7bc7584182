"""What a placeholder is in torch: each demonstration's recorded outcome, and an error where there was one."""

import pandas as pd
import pytest

from hearsay import tables
from hearsay.feeding import torch_demonstrations as torch_tried
from hearsay.feeding.outcomes import DEMONSTRATIONS, EAGER, EXPORT, FAILS, FX, NOT_RUN, WORKS, Demonstration, not_run

RIGHT = "the right answer"
UNFED = "missing 1 required positional argument"
OUTCOMES = {
    (FX, "placeholders"): "1 placeholder",
    (FX, "fed"): RIGHT,
    (FX, "unfed"): ("TypeError", UNFED),
    (FX, "unfed, interpreted"): ("RuntimeError", "Expected positional argument for parameter x"),
    (FX, "no placeholder"): f"0 placeholders, {RIGHT}",
    (FX, "no placeholder, buffers read once"): "2 nodes: the answer is a constant",
    (FX, "number for a default, unfed"): RIGHT,
    (FX, "number for a default, fed"): RIGHT,
    (FX, "tensor for a default"): ("NameError", "_tensor_constant0"),
    (FX, "node fed"): RIGHT,
    (FX, "node fed, placeholder unfed"): ("RuntimeError", "Expected positional argument"),
    (FX, "placeholder fed as a node"): RIGHT,
    (FX, "constant fed"): RIGHT,
    (FX, "unneeded placeholder unfed"): ("TypeError", UNFED),
    (FX, "unneeded placeholder unfed, dead code eliminated"): ("TypeError", UNFED),
    (FX, "another batch"): RIGHT,
    (FX, "wrong shape"): ("RuntimeError", "shapes cannot be multiplied"),
    (FX, "wrong type"): ("RuntimeError", "dtype"),
    (FX, "too many"): ("TypeError", "takes 2 positional arguments but 3 were given"),
    (EXPORT, "placeholders"): "1 user input",
    (EXPORT, "fed"): RIGHT,
    (EXPORT, "unfed"): ("ValueError", "exported input tree spec"),
    (EXPORT, "no placeholder"): f"0 user inputs, {RIGHT}",
    (EXPORT, "default left out of the example, unfed"): RIGHT,
    (EXPORT, "default left out of the example, fed"): ("ValueError", "exported input tree spec"),
    (EXPORT, "default in the example, unfed"): ("ValueError", "exported input tree spec"),
    (EXPORT, "default in the example, fed"): RIGHT,
    (EXPORT, "number left out of the example, unfed"): RIGHT,
    (EXPORT, "number left out of the example, fed"): ("ValueError", "exported input tree spec"),
    (EXPORT, "number in the example, the same fed"): RIGHT,
    (EXPORT, "number in the example, another fed"): ("AssertionError", "Guard failed"),
    (EXPORT, "another batch"): ("AssertionError", "Guard failed"),
    (EXPORT, "another batch, marked dynamic"): RIGHT,
    (EXPORT, "batch of one, marked dynamic"): RIGHT,
    (EXPORT, "example of one, marked dynamic"): ("UserError", "Constraints violated"),
    (EXPORT, "node fed"): RIGHT,
    (EXPORT, "node fed, placeholder unfed"): ("RuntimeError", "Expected positional argument"),
    (EXPORT, "constant fed"): RIGHT,
    (EXPORT, "wrong shape"): ("AssertionError", "Guard failed"),
    (EXPORT, "wrong type"): ("RuntimeError", "dtype"),
    (EXPORT, "archive, data inside"): "1.0 bytes a byte of data",
    (EXPORT, "archive, data fed"): "0.0 bytes a byte of data",
    (EXPORT, "archive, data fed and the example"): "1.0 bytes a byte of data",
    (EAGER, "fed"): RIGHT,
    (EAGER, "unfed"): ("TypeError", UNFED),
    (EAGER, "default, unfed"): RIGHT,
    (EAGER, "default, fed"): RIGHT,
    (EAGER, "no argument"): RIGHT,
    (EAGER, "another batch"): RIGHT,
    (EAGER, "wrong shape"): ("RuntimeError", "shapes cannot be multiplied"),
    (EAGER, "wrong type"): ("RuntimeError", "dtype"),
}


@pytest.fixture(scope="module")
def found():
    frame = torch_tried.frame()
    DEMONSTRATIONS.check(frame)
    return frame.set_index(["tool", "demonstration"])


def test_every_demonstration_has_its_outcome(found):
    assert set(found.index) == set(OUTCOMES)
    for key, expected in OUTCOMES.items():
        row = found.loc[key]
        if isinstance(expected, str):
            assert (row["outcome"], row["value"], row["said"]) == (WORKS, expected, ""), key
        else:
            assert (row["outcome"], row["error"], row["value"]) == (FAILS, expected[0], ""), key
            assert expected[1] in row["said"], key


def test_the_table_holds_no_place_of_this_machine(found, tmp_path):
    tables.write(found.reset_index(), DEMONSTRATIONS, tmp_path / "table.csv")
    text = (tmp_path / "table.csv").read_text()
    assert "0x" not in text and "/site-packages" not in text and str(tmp_path) not in text


def test_a_wrong_answer_is_called_another_answer():
    module = torch_tried.trace(torch_tried.Argument())
    module.weights.mul_(2)
    assert torch_tried._called(module) == "another answer"


def test_a_tool_that_is_not_there_says_so():
    tried = [Demonstration("unfed", "nothing is fed", lambda: 1 / 0)]
    frame = not_run("TensorFlow", tried, "tensorflow not installed")
    expected = ["TensorFlow", "unfed", "nothing is fed", NOT_RUN, "", "", "tensorflow not installed"]
    assert isinstance(frame, pd.DataFrame) and frame.values.tolist() == [expected]
