"""Each cell of torch's matrix is the outcome of a run: recorded as it is, and another program gives another cell."""

import pytest
import torch

from hearsay.feeding import torch_matrix
from hearsay.feeding.elsewhere import answers
from hearsay.feeding.outcomes import ASKED, EAGER, EXPORT, FX, MATRIX, NO, YES
from hearsay.feeding.torch_matrix import FORGOTTEN, NEVER, NOT_BUILT, SAVED, VARY, WAYS
from hearsay.feeding.torch_programs import ROWS, Argument, reference, rows

# vary batch, swap source, feed any node, fail when never supplied, fail when forgotten, saved with the model
CELLS = {
    (FX, "placeholder"): "yyyyyy",
    (FX, "default placeholder"): "nnnnnn",
    (FX, "constant"): "yyynny",
    (EXPORT, "placeholder"): "nyyyyy",
    (EXPORT, "placeholder, batch dynamic"): "yyyyyy",
    (EXPORT, "default in the example"): "yyyyyy",
    (EXPORT, "default left out of the example"): "yyynny",
    (EXPORT, "constant"): "yyynny",
    (EAGER, "argument"): "yyyyyn",
    (EAGER, "default argument"): "yyynnn",
    (EAGER, "constant"): "yyynnn",
    (EAGER, "DataLoader"): "yyynnn",
}


@pytest.fixture(scope="module")
def matrix():
    found = torch_matrix.matrix()
    MATRIX.check(found)
    return found


def test_every_cell_is_as_it_came_out(matrix):
    wide = matrix.pivot(index=["tool", "way"], columns="asked", values="can")[list(ASKED)]
    assert {key: "".join(can[0] for can in wide.loc[key]) for key in wide.index} == CELLS


def test_what_cannot_says_why_or_answers_in_silence(matrix):
    cannot = matrix[matrix["can"] == NO]
    silent = cannot[cannot["said"] == ""]
    assert set(silent["asked"]) == {NEVER, FORGOTTEN}
    outside = matrix[(matrix["tool"] == EAGER) & (matrix["asked"] == SAVED)]
    assert set(outside["said"]) == {"No module named 'hearsay'"}


def planted(**changes):
    return next(way for way in WAYS if (way.tool, way.name) == (EAGER, "argument"))._replace(**changes)


def test_a_wrong_answer_and_an_error_are_no():
    wrong = planted(supply=lambda program, data: program(data) + 1)
    assert torch_matrix._cell(wrong, VARY)[3:] == (NO, "called with the data", "")
    broken = planted(supply=lambda program, data: program(data[:, 1:]))
    assert torch_matrix._cell(broken, VARY)[3] == NO and "shapes" in torch_matrix._cell(broken, VARY)[5]


@pytest.mark.parametrize("asked", [NEVER, FORGOTTEN])
def test_forgetting_is_noticed_by_an_error_alone(asked):
    assert torch_matrix._cell(planted(), asked)[3] == YES
    assert torch_matrix._cell(planted(forgotten=lambda program: None), asked)[3] == NO


def test_what_remembers_the_step_before_forgets_in_silence():
    def supply(program, data):
        program.kept = data
        return program(data)

    remembering = planted(supply=supply, forgotten=lambda program: program(program.kept))
    assert [torch_matrix._cell(remembering, asked)[3] for asked in (NEVER, FORGOTTEN)] == [YES, NO]


def test_what_cannot_be_built_can_do_nothing():
    row = torch_matrix._cell(planted(build=lambda: 1 / 0), FORGOTTEN)
    assert row[3:] == (NO, NOT_BUILT, "division by zero")


def test_another_process_answers_from_files_alone(tmp_path):
    torch.save(rows(ROWS), tmp_path / "data.pt")
    torch.save(Argument(), tmp_path / "ours.pt")
    found = answers(
        {
            "data": "answer = torch.load('data.pt', weights_only=True).sum(0)",
            "ours": "answer = torch.load('ours.pt', weights_only=False)",
            "nothing": "pass",
        },
        tmp_path,
    )
    assert found["data"] == (rows(ROWS).sum(0).tolist(), "", "")
    assert found["ours"] == (None, "ModuleNotFoundError", "No module named 'hearsay'")
    assert found["nothing"][:2] == (None, "KeyError")
    assert reference(rows(ROWS)).shape == (ROWS,)
