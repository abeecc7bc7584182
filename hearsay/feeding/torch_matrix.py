"""What each way of feeding can do in torch: every cell is the outcome of a run."""

import contextlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import torch
from torch.overrides import TorchFunctionMode
from torch.utils.data import DataLoader, TensorDataset

from hearsay.feeding import torch_programs as programs
from hearsay.feeding.elsewhere import answers
from hearsay.feeding.outcomes import ASKED, EAGER, EXPORT, FX, MATRIX, NO, SAID, YES, first_line
from hearsay.feeding.torch_programs import FED, HIDDEN, ROWS, Argument, Constant, Default, feed, reference, rows

VARY, SWAP, ANY, NEVER, FORGOTTEN, SAVED = ASKED
NOT_BUILT = "it cannot be built"


class Way(NamedTuple):
    """A way of feeding the small program, and its best means for everything that is asked of it.

    build() makes the program; supply(program, data) answers other data; replace(program, value) answers with a value
    between input and output given; forgotten(program) is run with nothing supplied; save(program, file) saves it, and
    load is the source that answers `data` from `file`. hows: what supply, replace, forgotten and load do, in words.
    """

    tool: str
    name: str
    build: Callable[[], Any]
    supply: Callable[[Any, torch.Tensor], torch.Tensor]
    replace: Callable[[Any, torch.Tensor], torch.Tensor]
    forgotten: Callable[[Any], object]
    save: Callable[[Any, str], object]
    load: str
    hows: tuple[str, str, str, str]


class _Instead(TorchFunctionMode):
    """While it is on, a function of torch gives a value that was supplied."""

    def __init__(self, name: str, value: torch.Tensor) -> None:
        super().__init__()
        self.name, self.value = name, value

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if getattr(function, "__name__", "") == self.name:
            return self.value
        return function(*args, **(kwargs or {}))


def _instead(program: Callable[[], torch.Tensor], value: torch.Tensor) -> torch.Tensor:
    with _Instead(FED, value):
        return program()


def _set(module: Constant, data: torch.Tensor) -> torch.Tensor:
    module.data = data
    return module()


def _loaded(data: torch.Tensor) -> tuple[Argument, DataLoader]:
    return Argument(), DataLoader(TensorDataset(data), batch_size=ROWS)


def _run_through(program: tuple[Argument, DataLoader]) -> torch.Tensor:
    module, loader = program
    return torch.cat([torch.empty(0), *(module(x) for (x,) in loader)])


def _change(program: tuple[Argument, DataLoader], data: torch.Tensor) -> torch.Tensor:
    _, loader = program
    loader.dataset.tensors = (data,)
    loader.batch_sampler.batch_size = len(data)
    return _run_through(program)


def _export_way(name: str, module: type, example: tuple[torch.Tensor, ...], dynamic: bool, asks: bool) -> Way:
    """asks: whether the exported program takes the data as its argument."""
    arguments = (rows(ROWS),) if asks else ()
    return Way(
        EXPORT,
        name,
        lambda: programs.export(module(), *example, dynamic=dynamic),
        lambda program, data: program.module()(data) if asks else feed(program.module(), _held(program), data),
        lambda program, value: feed(program.module(), FED, value, *arguments),
        lambda program: program.module()(),
        torch.export.save,
        f"answer = torch.export.load(file).module()({'data' if asks else ''})",
        (
            "called with the data" if asks else "fx.Interpreter on its module, the constant's node given",
            "fx.Interpreter on its module, the node given",
            "called without the data",
            "torch.export.save, torch.export.load",
        ),
    )


def _held(program: torch.export.ExportedProgram) -> str:
    """Return the name of the node that holds the data."""
    names = [node.name for node in program.module().graph.nodes if node.op == "get_attr"]
    return next(name for name in names if name != "weights")


def _fx_way(name: str, module: type, asks: bool) -> Way:
    arguments = (rows(ROWS),) if asks else ()
    return Way(
        FX,
        name,
        lambda: programs.trace(module()),
        lambda program, data: program(data) if asks else feed(program, "data", data),
        lambda program, value: feed(program, FED, value, *arguments),
        lambda program: program(),
        torch.save,
        f"answer = torch.load(file, weights_only=False)({'data' if asks else ''})",
        (
            "called with the data" if asks else "fx.Interpreter, the constant's node given",
            "fx.Interpreter, the node given",
            "called without the data",
            "torch.save, torch.load",
        ),
    )


def _eager_way(name: str, build, supply, forgotten, call: str, hows: tuple[str, str, str]) -> Way:
    replaced, left_out, saved = "TorchFunctionMode, which answers in the function's place", *hows[1:]
    return Way(
        EAGER,
        name,
        build,
        supply,
        lambda program, value: _instead(lambda: supply(program, rows(ROWS)), value),
        forgotten,
        torch.save,
        f"program = torch.load(file, weights_only=False)\n{call}",
        (hows[0], replaced, left_out, saved),
    )


_SAVED = "torch.save of the module, torch.load"
WAYS = (
    _fx_way("placeholder", Argument, asks=True),
    _fx_way("default placeholder", Default, asks=True),
    _fx_way("constant", Constant, asks=False),
    _export_way("placeholder", Argument, (rows(ROWS),), dynamic=False, asks=True),
    _export_way("placeholder, batch dynamic", Argument, (rows(ROWS),), dynamic=True, asks=True),
    _export_way("default in the example", Default, (rows(ROWS),), dynamic=True, asks=True),
    _export_way("default left out of the example", Default, (), dynamic=False, asks=False),
    _export_way("constant", Constant, (), dynamic=False, asks=False),
    _eager_way(
        "argument",
        Argument,
        lambda program, data: program(data),
        lambda program: program(),
        "answer = program(data)",
        ("called with the data", "called without the data", _SAVED),
    ),
    _eager_way(
        "default argument",
        Default,
        lambda program, data: program(data),
        lambda program: program(),
        "answer = program()",
        ("called with the data", "called without the data", _SAVED),
    ),
    _eager_way(
        "constant",
        Constant,
        _set,
        lambda program: program(),
        "answer = program()",
        ("the buffer set anew", "called", _SAVED),
    ),
    _eager_way(
        "DataLoader",
        lambda: _loaded(rows(ROWS)),
        _change,
        lambda program: _run_through((program[0], DataLoader(TensorDataset(rows(0)), batch_size=ROWS))),
        "answer = torch.cat([program[0](x) for (x,) in program[1]])",
        (
            "the data set's tensors and the sampler's batch size set anew",
            "a loader of an empty data set",
            "torch.save of the module and its loader, torch.load",
        ),
    ),
)


def matrix() -> pd.DataFrame:
    """Return the rows of `MATRIX` for torch."""
    found = []
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        saved, refused = {}, {}
        for way in WAYS:
            found += [_cell(way, asked) for asked in (VARY, SWAP, ANY, NEVER, FORGOTTEN)]
            key = f"{way.tool}, {way.name}"
            file = f"{len(saved) + len(refused)}.pt2"
            how = NOT_BUILT
            try:
                with contextlib.redirect_stderr(io.StringIO()):
                    program, how = way.build(), way.hows[3]
                    way.save(program, str(Path(folder, file)))
                saved[key] = f"file, data = {file!r}, torch.tensor({rows(ROWS).tolist()})\n{way.load}"
            except Exception as error:
                refused[key] = how, first_line(error)
        answered = answers(saved, folder)
    for way in WAYS:
        key = f"{way.tool}, {way.name}"
        how, refusal = refused.get(key, (way.hows[3], ""))
        answer, _, said = answered.get(key, (None, "", refusal))
        can = answer == reference(rows(ROWS)).tolist()
        found.append((way.tool, way.name, SAVED, YES if can else NO, how, (said or "")[:SAID]))
    return pd.DataFrame(found, columns=list(MATRIX.columns)).sort_values(list(MATRIX.key), ignore_index=True)


def _cell(way: Way, asked: str) -> tuple[str, ...]:
    how = {VARY: way.hows[0], SWAP: way.hows[0], ANY: way.hows[1]}.get(asked, way.hows[2])
    can, said = False, ""
    with contextlib.redirect_stderr(io.StringIO()):  # fx prints where in its generated code an error came up
        failed = NOT_BUILT
        try:
            program, failed = way.build(), "it could not be supplied before"
            if asked == FORGOTTEN:
                _right(way, program, rows(ROWS, 1))
        except Exception as error:
            return way.tool, way.name, asked, NO, failed, first_line(error)
        try:
            can = _tried(way, program, asked)
        except Exception as error:
            can, said = asked in (NEVER, FORGOTTEN), first_line(error)
    return way.tool, way.name, asked, YES if can else NO, how, said


def _tried(way: Way, program: Any, asked: str) -> bool:
    if asked == VARY:
        return all(_right(way, program, rows(n, 1)) for n in (ROWS, ROWS + 2, 1))
    if asked == SWAP:
        return _right(way, program, rows(ROWS, 2))
    if asked == ANY:
        value = torch.arange(1.0, ROWS * HIDDEN + 1).reshape(ROWS, HIDDEN)
        return torch.equal(way.replace(program, value), value.square().sum(1))
    way.forgotten(program)
    return False  # it did not fail


def _right(way: Way, program: Any, data: torch.Tensor) -> bool:
    return torch.equal(way.supply(program, data), reference(data))
