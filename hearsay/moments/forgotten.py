"""The forgotten update made executable: what transformations of a program leave of the moving average in it.

TensorFlow's graph mode ran what was fetched, and nothing fetches the update of a moving average. Tools that turn a
PyTorch module into a graph meet the same question: the update is a side effect, and the output does not need it. Here
a moving mean is written in every way that people write one, goes through every tool, and is run.
"""

import inspect
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable
from typing import NamedTuple

import pandas as pd
import torch
from torch import fx, nn

from hearsay.moments.forgotten_ways import CHANNELS, WAYS
from hearsay.tables import Table

PASSES = 3
BEGIN = 1.0  # of the moving mean; not 0, so that scaling it shows
YES, NO, NOT_RUN = "yes", "no", "not run"

FORGOTTEN = Table(
    "moments/forgotten",
    "What is left of the update of a moving mean when a module is turned into a graph",
    key=("way", "transformation"),
    columns={
        "way": "how the module updates its moving mean in training mode",
        "transformation": "what was done with the module",
        "updates": "nodes of the graph that change the moving mean when the graph runs; empty where there is no fx "
        "graph to watch",
        "nodes": "those nodes, in their order",
        "mutations": "buffers that the exported program's signature lists as BUFFER_MUTATION",
        "unasked": "whether the transformation itself moved the mean, before any pass was asked for",
        "moved": f"whether a pass moves the mean; {NOT_RUN}: the tool refused, or is not there",
        "as_eager": "whether the mean after several passes is that of the module itself",
        "output": "whether the outputs are those of the module itself",
        "said": "the error, or the warnings, first sentences; empty: it went without a word",
    },
    text=("way", "transformation", "nodes", "mutations", "unasked", "moved", "as_eager", "output", "said"),
)


class Made(NamedTuple):
    """What a transformation makes: something to call, its fx graph where there is one, and the mutations it lists."""

    call: Callable[[torch.Tensor], torch.Tensor]
    graph: fx.GraphModule | None = None
    mutations: tuple[str, ...] = ()


class _BuffersToo(fx.Tracer):
    """A tracer that records the reading of buffers; the default one reads them once, while it traces."""

    proxy_buffer_attributes = True


def _clean(graph: fx.GraphModule, **keep) -> fx.GraphModule:
    graph.graph.eliminate_dead_code(**keep)
    graph.recompile()
    return graph


def _in_place(node: fx.Node) -> bool:
    return node.is_impure() or (node.op == "call_method" and str(node.target).endswith("_"))


def _traced(module: nn.Module, _batch: torch.Tensor) -> fx.GraphModule:
    return fx.symbolic_trace(module)


def _traced_with_buffers(module: nn.Module, _batch: torch.Tensor) -> fx.GraphModule:
    return fx.GraphModule(module, _BuffersToo().trace(module))


def _made_fx(module: nn.Module, batch: torch.Tensor) -> fx.GraphModule:
    from torch.fx.experimental.proxy_tensor import make_fx

    return make_fx(module)(batch)


def _graph(make: Callable[[nn.Module, torch.Tensor], fx.GraphModule], dead: bool = False, **keep):
    def transform(module: nn.Module, batch: torch.Tensor) -> Made:
        graph = make(module, batch)
        return Made(*2 * [_clean(graph, **keep) if dead else graph])

    return transform


def _exported(decomposed: bool = False, dead: bool = False):
    def transform(module: nn.Module, batch: torch.Tensor) -> Made:
        program = torch.export.export(module, (batch,))
        if decomposed:
            program = program.run_decompositions()
        if dead:
            _clean(program.graph_module)
        listed = tuple(program.graph_signature.buffers_to_mutate.values())
        return Made(*2 * [program.module()], listed)

    return transform


def _compiled(backend: str, options: dict | None = None):
    def transform(module: nn.Module, _batch: torch.Tensor) -> Made:
        torch.compiler.reset()
        return Made(torch.compile(module, backend=backend, options=options))

    return transform


EAGER, INDUCTOR = "none", "torch.compile, inductor"
_DEAD = ", dead code eliminated"
TRANSFORMATIONS: dict[str, Callable[[nn.Module, torch.Tensor], Made]] = {
    EAGER: lambda module, batch: Made(module),
    "fx": _graph(_traced),
    f"fx{_DEAD}": _graph(_traced, dead=True),
    f"fx{_DEAD} but in-place methods": _graph(_traced, dead=True, is_impure_node=_in_place),
    "fx, buffers traced": _graph(_traced_with_buffers),
    f"fx, buffers traced{_DEAD}": _graph(_traced_with_buffers, dead=True),
    f"fx, buffers traced{_DEAD} but in-place methods": _graph(
        _traced_with_buffers, dead=True, is_impure_node=_in_place
    ),
    "make_fx": _graph(_made_fx),
    f"make_fx{_DEAD}": _graph(_made_fx, dead=True),
    "torch.export": _exported(),
    f"torch.export{_DEAD}": _exported(dead=True),
    "torch.export, decomposed": _exported(decomposed=True),
    f"torch.export, decomposed{_DEAD}": _exported(decomposed=True, dead=True),
    "torch.jit.trace": lambda module, batch: Made(torch.jit.trace(module, (batch,))),
    "torch.jit.script": lambda module, batch: Made(torch.jit.script(module)),
    "torch.compile, aot_eager": _compiled("aot_eager"),
    # without headers compiled ahead, which it would leave in a folder that is not ours
    INDUCTOR: _compiled("inductor", {"cpp_cache_precompile_headers": False}),
}


def forgotten(inductor: bool = False, ways: Iterable[str] = WAYS) -> pd.DataFrame:
    """Run the ways through every transformation; return `FORGOTTEN`. Nothing here is random.

    inductor: whether torch.compile's own back end takes part too, which needs a C++ compiler and some 30 s; its rows
    are there all the same, and say so.
    """
    missing = None if inductor else "left out"
    if inductor and not (shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")):
        missing = "needs a C++ compiler"
    with torch.random.fork_rng(devices=[]), tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("TORCHINDUCTOR_CACHE_DIR")
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = folder  # compiled code of other programs is not used, ours not left
        try:
            rows = [_row(way, name, missing if name == INDUCTOR else None) for way in ways for name in TRANSFORMATIONS]
        finally:
            os.environ.pop("TORCHINDUCTOR_CACHE_DIR")
            if before is not None:
                os.environ["TORCHINDUCTOR_CACHE_DIR"] = before
    return pd.DataFrame(rows, columns=list(FORGOTTEN.columns))


def _batches() -> list[torch.Tensor]:
    torch.manual_seed(0)
    return [torch.randn(8, CHANNELS, 4, 4) + 2 for _ in range(PASSES)]


def _row(way: str, name: str, missing: str | None) -> tuple:
    if missing:
        return (way, name, None, "", "", "", NOT_RUN, "", "", missing)
    batches, eager, module = _batches(), WAYS[way](), WAYS[way]()
    _begin(eager, module)
    expected = [eager(batch) for batch in batches]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            made = TRANSFORMATIONS[name](module, batches[0])
            unasked = any(_moved(_mean(holder, module)) for holder in (module, made.call))
            _begin(made.call, module)
            updates = _updates(made.graph, batches[0], module) if made.graph is not None else None
            outputs, means = [], []
            for batch in batches:
                outputs.append(made.call(batch))
                means.append(_mean(made.call, module).clone())
        except Exception as error:  # whatever a tool raises is its answer
            return (way, name, None, "", "", "", NOT_RUN, "", "", _first_words(error))
    return (
        way,
        name,
        None if updates is None else len(updates),
        ", ".join(updates or ()),
        ", ".join(made.mutations),
        _said(unasked),
        _said(_moved(means[0])),
        _said(torch.allclose(means[-1], _mean(eager, eager), atol=1e-6)),
        _said(all(torch.allclose(a, b, atol=1e-5) for a, b in zip(outputs, expected, strict=True))),
        "; ".join(dict.fromkeys(_first_words(warning.message) for warning in caught if _speaks(warning))),
    )


def _mean(call: object, module: nn.Module) -> torch.Tensor:
    """Return the moving mean of what was made; the module's own where that has none, since there it lives on."""
    names = ("norm.running_mean", "mean")  # whoever has a layer has its mean in there
    for holder in (call, module):
        there = {name.removeprefix("_orig_mod."): buffer for name, buffer in holder.named_buffers()}
        for name in names:
            if name in there:
                return there[name]
    raise AssertionError("a way without a moving mean")


def _begin(call: object, module: nn.Module) -> None:
    with torch.no_grad():
        for holder in (module, call):
            _mean(holder, module).fill_(BEGIN)


def _moved(mean: torch.Tensor) -> bool:
    return bool((mean != BEGIN).any())


def _updates(graph: fx.GraphModule, batch: torch.Tensor, module: nn.Module) -> list[str]:
    """Run the graph node by node; return the nodes that change the moving mean."""
    found = []

    class Watched(fx.Interpreter):
        def run_node(self, node: fx.Node):
            before = _mean(graph, module).clone()
            result = super().run_node(node)
            if not torch.equal(_mean(graph, module), before):
                found.append(_called(graph, node))
            return result

    Watched(graph).run(batch)
    _begin(graph, module)
    return found


def _called(graph: fx.GraphModule, node: fx.Node) -> str:
    if node.op == "call_module":
        return type(graph.get_submodule(node.target)).__name__
    return node.target.__name__ if inspect.isfunction(node.target) else str(node.target)


def _said(yes: bool) -> str:
    return YES if yes else NO


def _speaks(warning: warnings.WarningMessage) -> bool:
    """Tell whether a warning may be about the update: not one of a tool that will go away."""
    return not issubclass(warning.category, DeprecationWarning | FutureWarning | PendingDeprecationWarning)


def _first_words(error: object) -> str:
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0].split('. ')[0].strip()}"
