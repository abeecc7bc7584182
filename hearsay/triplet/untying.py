"""What unties what: operations on branches that share everything, run, and what they still share afterwards."""

import contextlib
import copy
import importlib
import io
import pickle
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pandas as pd
import torch
from torch import nn

from hearsay.tables import Table
from hearsay.triplet.checks import BUFFER, PARAMETER, unshared_state
from hearsay.triplet.sharing import share
from hearsay.triplet.state import one_gradient, tensors

EVERYTHING = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
TIED, UNTIED, GRADIENTS, COPIES, NOT_RUN = "tied", "untied", "values only", "gradient only", "not run"
ON_GPU = ".to(device), to a GPU", "DataParallel's replicate"

UNTYING = Table(
    "triplet/untying",
    "What an operation leaves of the ties between two branches that shared everything",
    key=("operation",),
    columns={
        "operation": "what was done with the two branches, held together by an nn.ModuleList",
        "parameters": f"{TIED}: one tensor and one gradient; {GRADIENTS}: one tensor, two gradients; {COPIES}: "
        f"a copy whose gradient reaches the first; {UNTIED}; {NOT_RUN}: what it needs is not there",
        "buffers": "the same of running means, running variances and counts of batches",
        "silent": "whether it went without an error or a warning; empty where not run",
        "said": "the error or warning",
    },
    text=("operation", "parameters", "buffers", "silent", "said"),
)


def branches() -> nn.ModuleList:
    """Return two branches that share everything: a net with batch normalisation, and its copy tied to it."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.PReLU(4), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4 * 6 * 6, 3))
    return nn.ModuleList([net, share(net, EVERYTHING)])


def _saved(pair: nn.ModuleList) -> nn.ModuleList:
    file = io.BytesIO()
    torch.save(pair, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


def _state_into(fresh: Callable[[], nn.ModuleList], **how: bool) -> Callable[[nn.ModuleList], nn.ModuleList]:
    def load(pair: nn.ModuleList) -> nn.ModuleList:
        file = io.BytesIO()
        torch.save(pair.state_dict(), file)
        file.seek(0)
        made = fresh()
        made.load_state_dict(torch.load(file, weights_only=True), **how)
        return made

    return load


def _untied() -> nn.ModuleList:
    return nn.ModuleList([copy.deepcopy(branch) for branch in branches()])


def _each_copied(pair: nn.ModuleList) -> nn.ModuleList:
    return nn.ModuleList([copy.deepcopy(branch) for branch in pair])


def _replicated(pair: nn.ModuleList) -> nn.ModuleList:
    first, _ = nn.parallel.replicate(pair.cuda(), [0, 0])
    return first


@contextlib.contextmanager
def broadcast_emulated() -> Iterator[None]:
    """Let nn.parallel.replicate work without a GPU: the first replica has the tensors themselves, others copies."""

    def broadcast(given: list[torch.Tensor], devices: list[int], detach: bool = False) -> list[list[torch.Tensor]]:
        first = given if detach else [tensor.view_as(tensor) for tensor in given]
        return [list(first), *([tensor.clone() for tensor in given] for _ in devices[1:])]

    module = importlib.import_module("torch.nn.parallel.replicate")
    instead = {"_broadcast_coalesced_reshape": broadcast, "_get_device_index": lambda device, _optional: device}
    before = {name: getattr(module, name) for name in instead}
    try:
        for name, function in instead.items():
            setattr(module, name, function)
        yield
    finally:
        for name, function in before.items():
            setattr(module, name, function)


def _emulated(pair: nn.ModuleList) -> list[nn.ModuleList]:
    with broadcast_emulated():
        return nn.parallel.replicate(pair, [0, 1])


def _trained(pair: nn.ModuleList) -> nn.ModuleList:
    optimiser = torch.optim.SGD(pair.parameters(), 0.1)
    sum(branch(torch.randn(8, 1, 8, 8)).square().mean() for branch in pair).backward()
    optimiser.step()
    return pair


def _trained_with_assigned_buffers(pair: nn.ModuleList) -> nn.ModuleList:
    """Update running statistics as a layer of one's own may: by a new tensor instead of in place."""
    for branch in pair:
        layer = branch[2]
        layer.running_mean = 0.9 * layer.running_mean + 0.1
    return pair


def _meta(pair: nn.ModuleList) -> nn.ModuleList:
    return pair.to("meta").to_empty(device="cpu")


def _weight_normalised(pair: nn.ModuleList) -> nn.ModuleList:
    for branch in pair:
        nn.utils.parametrizations.weight_norm(branch[4])
    return pair


def _averaged(pair: nn.ModuleList) -> nn.ModuleList:
    averaged = torch.optim.swa_utils.AveragedModel(pair)
    averaged.update_parameters(pair)
    return averaged.module


def _traced(pair: nn.ModuleList) -> nn.ModuleList:
    return nn.ModuleList([torch.fx.symbolic_trace(branch) for branch in pair])


def _reset(pair: nn.ModuleList) -> nn.ModuleList:
    for branch in pair:
        branch[2].reset_running_stats()
    return pair


OPERATIONS: dict[str, Callable[[nn.ModuleList], nn.ModuleList]] = {
    "nothing": lambda pair: pair,
    "a training step": _trained,
    ".train(), .eval()": lambda pair: pair.train().eval(),
    ".to(device), the same": lambda pair: pair.to("cpu"),
    ".to(device), to a GPU": lambda pair: pair.cuda(),
    ".to(memory_format=channels_last)": lambda pair: pair.to(memory_format=torch.channels_last),
    ".double()": lambda pair: pair.double(),
    ".half()": lambda pair: pair.half(),
    ".bfloat16(), .float()": lambda pair: pair.bfloat16().float(),
    ".to_empty(device)": lambda pair: pair.to_empty(device="cpu"),
    ".to('meta'), .to_empty(device)": _meta,
    ".share_memory()": lambda pair: pair.share_memory(),
    ".requires_grad_(False)": lambda pair: pair.requires_grad_(False),
    "reset_running_stats()": _reset,
    "deepcopy of both together": copy.deepcopy,
    "deepcopy of each": _each_copied,
    "pickle": lambda pair: pickle.loads(pickle.dumps(pair)),
    "torch.save, torch.load": _saved,
    "state_dict into tied branches": _state_into(branches),
    "state_dict into tied branches, assign=True": _state_into(branches, assign=True),
    "state_dict into branches made apart": _state_into(_untied),
    "SyncBatchNorm.convert_sync_batchnorm": nn.SyncBatchNorm.convert_sync_batchnorm,
    "weight_norm on each": _weight_normalised,
    "AveragedModel of both together": _averaged,
    "fx.symbolic_trace of each": _traced,
    "a running mean that is assigned, not updated in place": _trained_with_assigned_buffers,
    "DataParallel's replicate": _replicated,
    "DataParallel's replicate, broadcast emulated: two branches of a replica": lambda pair: _emulated(pair)[1],
    "DataParallel's replicate, broadcast emulated: a branch and its first replica": lambda pair: nn.ModuleList(
        [pair[0], _emulated(pair)[0][0]]
    ),
    "DataParallel's replicate, broadcast emulated: a branch and its second replica": lambda pair: nn.ModuleList(
        [pair[0], _emulated(pair)[1][0]]
    ),
}


class _Ties(NamedTuple):
    parameters: str
    buffers: str


def untying() -> pd.DataFrame:
    """Run every operation on branches that share everything; return `UNTYING`."""
    return pd.DataFrame([_row(name, operation) for name, operation in OPERATIONS.items()])


def _row(name: str, operation: Callable[[nn.ModuleList], nn.ModuleList]) -> dict[str, str]:
    import warnings

    if name in ON_GPU and not torch.cuda.is_available():
        return {"operation": name, "parameters": NOT_RUN, "buffers": NOT_RUN, "silent": "", "said": "needs a GPU"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found, said = _ties(operation(branches())), ""
        except RuntimeError as error:
            found, said = _Ties(NOT_RUN, NOT_RUN), str(error).splitlines()[0]
    said = said or "; ".join(str(warning.message).splitlines()[0] for warning in caught)
    return {"operation": name, **found._asdict(), "silent": "no" if said else "yes", "said": said}


def _ties(pair: nn.ModuleList) -> _Ties:
    rows, states = unshared_state(list(pair)), [tensors(branch) for branch in pair]
    said = {}
    for kind in (PARAMETER, BUFFER):
        mine = [row for row in rows if row.kind == kind]
        untied = [row.name for row in mine if not row.gradients_only]
        copies = kind == PARAMETER and all(one_gradient(*(state[name] for state in states)) for name in untied)
        said[kind] = (COPIES if copies else UNTIED) if untied else GRADIENTS if mine else TIED
    return _Ties(said[PARAMETER], said[BUFFER])
