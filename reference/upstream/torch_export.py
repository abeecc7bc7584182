"""torch.export is documented as functional and updates buffers in place.

Seen with: torch 2.13.0
Kind: trap
Expected: the documentation of torch.export.export promises operators of the functional ATen set, and that of
    ExportGraphSignature begins with updated buffers being outputs of the graph, listed as BUFFER_MUTATION.
Happens: both are true after run_decompositions() only, as an example further down in the signature's documentation
    says. Whoever reads buffers_to_mutate of what export returned finds it empty and takes the program for one without
    state.
Fix: say in the first paragraphs that the graph is functional after run_decompositions(), or fill buffers_to_mutate.
Known: pytorch/pytorch#156184 (closed); pytorch/pytorch#147318 (closed)
"""

import sys

import torch
from torch import nn

program = torch.export.export(nn.BatchNorm1d(1), (torch.ones(4, 1),))
documentation = " ".join(torch.export.export.__doc__.split())
promised = "functional ATen operator set" in documentation and "run_decompositions" not in documentation
in_place = [
    str(node.target) for node in program.graph.nodes if node.op == "call_function" and node.target._schema.is_mutable
]
observed = {"written in place": in_place, "listed": sorted(program.graph_signature.buffers_to_mutate.values())}
decomposed = program.run_decompositions({})
expected = {"written in place": [], "listed": sorted(decomposed.graph_signature.buffers_to_mutate.values())}
print("observed:", observed)
print("expected:", expected)
if promised and observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
