"""One small program as torch writes it down: for torch.fx, for torch.export, and without a graph.

The program is (x w) cut at nought, squared and summed over columns, with w drawn once. Its input comes in as an
argument, as an argument with a default, or from a buffer that holds the data.
"""

import numpy as np
import torch
from torch import fx, nn

from hearsay import seeds

ROWS, COLUMNS, HIDDEN = 3, 4, 5
FED = "relu"  # the name, in every graph, of the value that is replaced where any node is fed


def rows(n: int, number: int = 0) -> torch.Tensor:
    """Return data (n, COLUMNS) of float32, the same for the same `number`."""
    rng = seeds.generator(0, "feeding", "rows", number)
    return torch.from_numpy(rng.standard_normal((n, COLUMNS)).astype(np.float32))


class Body(nn.Module):
    """The program: `answer(x)` of x (n, COLUMNS) is (n,)."""

    def __init__(self) -> None:
        super().__init__()
        weights = seeds.generator(0, "feeding", "weights", 0).standard_normal((COLUMNS, HIDDEN))
        self.register_buffer("weights", torch.from_numpy(weights.astype(np.float32)))

    def answer(self, x: torch.Tensor) -> torch.Tensor:
        """Return the answers (n,) for x (n, COLUMNS)."""
        return (x @ self.weights).relu().square().sum(1)


class Argument(Body):
    """The data is an argument: what a graph has a placeholder for."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:  # noqa: D102, the class says it
        return self.answer(x)


class Default(Body):
    """The data is an argument with a default."""

    def forward(self, x: torch.Tensor = rows(ROWS)) -> torch.Tensor:  # noqa: D102, B008, one tensor for all
        return self.answer(x)


class Constant(Body):
    """The data is in the program."""

    def __init__(self, data: torch.Tensor | None = None) -> None:
        super().__init__()
        self.register_buffer("data", rows(ROWS) if data is None else data)

    def forward(self) -> torch.Tensor:  # noqa: D102, the class says it
        return self.answer(self.data)


class Scaled(Body):
    """A second argument with a number for a default."""

    def forward(self, x: torch.Tensor, scale: float = 2.0) -> torch.Tensor:  # noqa: D102, the class says it
        return scale * self.answer(x)


class Unneeded(Body):
    """A second argument that the answer does not need."""

    def forward(self, x: torch.Tensor, unneeded: torch.Tensor) -> torch.Tensor:  # noqa: D102, the class says it
        _ = unneeded + 1
        return self.answer(x)


def reference(x: torch.Tensor) -> torch.Tensor:
    """Return the right answers (n,) for x (n, COLUMNS)."""
    return Body().answer(x)


def node(graph: fx.Graph, name: str) -> fx.Node:
    """Return the node of a graph by its name. Raises LookupError where there is none."""
    found = [each for each in graph.nodes if each.name == name]
    if not found:
        raise LookupError(f"no node is called {name}")
    return found[0]


def feed(module: fx.GraphModule, name: str, value: torch.Tensor, *arguments: torch.Tensor) -> torch.Tensor:
    """Run a graph with one node's value given: what feed_dict is to TensorFlow."""
    return fx.Interpreter(module).run(*arguments, initial_env={node(module.graph, name): value})


def trace(module: nn.Module) -> fx.GraphModule:
    """Trace a module by torch.fx, its buffers as nodes; the default tracer reads them once, while it traces."""

    class BuffersToo(fx.Tracer):  # local: fx would save a tracer's class of its own with the graph
        proxy_buffer_attributes = True

    return fx.GraphModule(module, BuffersToo().trace(module))


def export(module: nn.Module, *example: torch.Tensor, dynamic: bool = False) -> torch.export.ExportedProgram:
    """Export a module by an example; dynamic: the first dimension of the one argument may vary."""
    shapes = {"x": {0: torch.export.Dim("batch")}} if dynamic else None
    return torch.export.export(module, example, dynamic_shapes=shapes)
