"""What a placeholder is in torch.fx and torch.export, and what takes its place without a graph: each tried."""

import contextlib
import io
import tempfile
from pathlib import Path

import pandas as pd
import torch
from torch import fx, nn

from hearsay.feeding.outcomes import EAGER, EXPORT, FX, Demonstration, record
from hearsay.feeding.torch_programs import (
    COLUMNS,
    FED,
    HIDDEN,
    ROWS,
    Argument,
    Constant,
    Default,
    Scaled,
    Unneeded,
    export,
    feed,
    reference,
    rows,
    trace,
)

EXAMPLES = 200_000  # rows of the data set that goes into an archive, or is fed
OTHER = ROWS + 2  # a batch of another size


def frame() -> pd.DataFrame:
    """Return the rows of `hearsay.feeding.outcomes.DEMONSTRATIONS` for torch."""
    with torch.no_grad(), contextlib.redirect_stderr(io.StringIO()):  # fx prints where in its code an error came up
        tools = ((FX, FX_TRIED), (EXPORT, EXPORT_TRIED), (EAGER, EAGER_TRIED))
        return pd.concat([record(tool, tried) for tool, tried in tools], ignore_index=True)


def _judged(answer: torch.Tensor, right: torch.Tensor) -> str:
    return "the right answer" if torch.equal(answer, right) else "another answer"


def _asks(module: nn.Module) -> str:
    inputs = sum(node.op == "placeholder" for node in module.graph.nodes)
    return f"{inputs} placeholder{'s' * (inputs != 1)}"


def _called(module: nn.Module, n: int | None = ROWS, right: int = ROWS) -> str:
    """Call a program with n rows, or with nothing, and judge the answer by that for `right` rows."""
    return _judged(module(*[] if n is None else [rows(n)]), reference(rows(right)))


def _fed_node(module: fx.GraphModule, *arguments: torch.Tensor) -> str:
    value = torch.arange(1.0, ROWS * HIDDEN + 1).reshape(ROWS, HIDDEN)
    return _judged(feed(module, FED, value, *arguments), value.square().sum(1))


def _cleaned(module: fx.GraphModule) -> fx.GraphModule:
    module.graph.eliminate_dead_code()
    module.recompile()
    return module


def _read_once() -> str:
    program = Constant()
    traced = fx.symbolic_trace(program)
    traced_nodes = len(traced.graph.nodes)
    return f"{traced_nodes} nodes: the answer is a constant"


def _archive(program: torch.export.ExportedProgram) -> str:
    """Return the size of an archive over that of the data, to the precision that its other contents leave."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "program.pt2")
        torch.export.save(program, path)
        return f"{path.stat().st_size / (EXAMPLES * COLUMNS * 4):.1f} bytes a byte of data"


def _tried(*each: tuple) -> tuple[Demonstration, ...]:
    return tuple(Demonstration(*one) for one in each)


FX_TRIED = _tried(
    ("placeholders", "a module that takes its data as an argument is traced", lambda: _asks(trace(Argument()))),
    ("fed", "its placeholder is fed", lambda: _called(trace(Argument()))),
    ("unfed", "its placeholder is not fed", lambda: _called(trace(Argument()), None)),
    ("unfed, interpreted", "the same by fx.Interpreter", lambda: fx.Interpreter(trace(Argument())).run()),
    (
        "no placeholder",
        "a module that holds its data is traced and run",
        lambda: f"{_asks(trace(Constant()))}, {_called(trace(Constant()), None)}",
    ),
    ("no placeholder, buffers read once", "the same by the default tracer", _read_once),
    ("number for a default, unfed", "an argument with a number for a default is not fed", lambda: _scaled(trace)),
    ("number for a default, fed", "it is fed", lambda: _scaled(trace, 3.0)),
    ("tensor for a default", "an argument with a tensor for a default", lambda: _called(trace(Default()), None)),
    ("node fed", "a value between input and output is fed beside the input", lambda: _fed_node(_fx(), rows(ROWS))),
    ("node fed, placeholder unfed", "that value is fed, and the input, which is then not needed, is not",
     lambda: _fed_node(_fx())),
    ("placeholder fed as a node", "the placeholder is fed as any node is",
     lambda: _judged(feed(_fx(), "x", rows(ROWS)), reference(rows(ROWS)))),
    ("constant fed", "the node that reads the data is fed",
     lambda: _judged(feed(trace(Constant()), "data", rows(OTHER)), reference(rows(OTHER)))),
    ("unneeded placeholder unfed", "a placeholder that no output needs is not fed",
     lambda: _called(trace(Unneeded()))),
    ("unneeded placeholder unfed, dead code eliminated", "the same after dead code was eliminated",
     lambda: _called(_cleaned(trace(Unneeded())))),
    ("another batch", "a batch of another size is fed", lambda: _called(_fx(), OTHER, OTHER)),
    ("wrong shape", "a batch with too few columns is fed", lambda: _fx()(torch.ones(ROWS, COLUMNS - 1))),
    ("wrong type", "a batch of float64 is fed", lambda: _fx()(rows(ROWS).double())),
    ("too many", "two batches are fed to one placeholder", lambda: _fx()(rows(ROWS), rows(ROWS))),
)  # fmt: skip


def _fx() -> fx.GraphModule:
    return trace(Argument())


def _scaled(make, *scale: float) -> str:
    return _judged(make(Scaled())(rows(ROWS), *scale), (scale or (2.0,))[0] * reference(rows(ROWS)))


def _exported(*example, module: type = Argument, dynamic: bool = False) -> nn.Module:
    return export(module(), *example or (rows(ROWS),), dynamic=dynamic).module()


def _exported_scaled(*in_example: float):
    return lambda module: export(module, rows(ROWS), *in_example).module()


def _left_out() -> nn.Module:
    return export(Default()).module()


EXPORT_TRIED = _tried(
    ("placeholders", "a module that takes its data as an argument is exported",
     lambda: f"{len(export(Argument(), rows(ROWS)).graph_signature.user_inputs)} user input"),
    ("fed", "its placeholder is fed", lambda: _called(_exported())),
    ("unfed", "its placeholder is not fed", lambda: _called(_exported(), None)),
    ("no placeholder", "a module that holds its data is exported and run",
     lambda: f"{len(export(Constant()).graph_signature.user_inputs)} user inputs, "
             f"{_called(export(Constant()).module(), None)}"),
    ("default left out of the example, unfed", "an argument with a default, which the example left out, is not fed",
     lambda: _called(_left_out(), None)),
    ("default left out of the example, fed", "it is fed", lambda: _called(_left_out(), ROWS)),
    ("default in the example, unfed", "an argument with a default, which the example supplied, is not fed",
     lambda: _called(_exported(module=Default), None)),
    ("default in the example, fed", "it is fed", lambda: _called(_exported(module=Default))),
    ("number left out of the example, unfed", "the same with a number for a default",
     lambda: _scaled(_exported_scaled())),
    ("number left out of the example, fed", "it is fed", lambda: _scaled(_exported_scaled(), 3.0)),
    ("number in the example, the same fed", "a number that the example supplied is fed",
     lambda: _scaled(_exported_scaled(3.0), 3.0)),
    ("number in the example, another fed", "another number than the example's is fed",
     lambda: _scaled(_exported_scaled(3.0), 4.0)),
    ("another batch", "a batch of another size than the example's is fed", lambda: _called(_exported(), OTHER, OTHER)),
    ("another batch, marked dynamic", "the same where the size of the batch was marked as dynamic",
     lambda: _called(_exported(dynamic=True), OTHER, OTHER)),
    ("batch of one, marked dynamic", "a batch of one is fed where it was marked as dynamic",
     lambda: _called(_exported(dynamic=True), 1, 1)),
    ("example of one, marked dynamic", "a batch of one is the example, and marked as dynamic",
     lambda: _called(_exported(rows(1), dynamic=True), OTHER, OTHER)),
    ("node fed", "a value between input and output is fed beside the input",
     lambda: _fed_node(_exported(), rows(ROWS))),
    ("node fed, placeholder unfed", "that value is fed, and the input, which is then not needed, is not",
     lambda: _fed_node(_exported())),
    ("constant fed", "the node that reads the data is fed",
     lambda: _judged(feed(export(Constant()).module(), "data", rows(OTHER)), reference(rows(OTHER)))),
    ("wrong shape", "a batch with too few columns is fed", lambda: _exported()(torch.ones(ROWS, COLUMNS - 1))),
    ("wrong type", "a batch of float64 is fed", lambda: _exported()(rows(ROWS).double())),
    ("archive, data inside", "a program that holds a whole data set is saved",
     lambda: _archive(export(Constant(rows(EXAMPLES))))),
    ("archive, data fed", "a program that is fed, and whose example was a small batch, is saved",
     lambda: _archive(export(Argument(), rows(ROWS), dynamic=True))),
    ("archive, data fed and the example", "the same where the example was the whole data set",
     lambda: _archive(export(Argument(), rows(EXAMPLES), dynamic=True))),
)  # fmt: skip


EAGER_TRIED = _tried(
    ("fed", "a module is called with its data", lambda: _called(Argument())),
    ("unfed", "it is called without", lambda: _called(Argument(), None)),
    ("default, unfed", "a module whose argument has a default is called without data",
     lambda: _called(Default(), None)),
    ("default, fed", "it is called with data", lambda: _called(Default(), OTHER, OTHER)),
    ("no argument", "a module that holds its data is called", lambda: _called(Constant(), None)),
    ("another batch", "a batch of another size", lambda: _called(Argument(), OTHER, OTHER)),
    ("wrong shape", "a batch with too few columns", lambda: Argument()(torch.ones(ROWS, COLUMNS - 1))),
    ("wrong type", "a batch of float64", lambda: Argument()(rows(ROWS).double())),
)  # fmt: skip
