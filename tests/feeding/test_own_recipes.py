"""The lines that `time-feeding` prints run as they are, and make the batches that the DataLoader makes."""

from typing import NamedTuple

import pytest
import torch
from torch.utils.data import default_collate

from hearsay.feeding.own_recipes import recipe
from hearsay.feeding.own_ways import MAPPED, PINNED, PRELOADED, RESIDENT


class Pair(NamedTuple):
    image: torch.Tensor
    label: int


KINDS = {
    "tuples": lambda i: (torch.full((2, 3), float(i)), i),
    "tensors": lambda i: torch.full((3,), float(i)),
    "mappings": lambda i: {"image": torch.full((3,), float(i)), "label": i},
    "nested": lambda i: ({"image": torch.full((3,), float(i))}, i),
    "named": lambda i: Pair(torch.full((3,), float(i)), i),
}
NAMES = [PRELOADED, RESIDENT, MAPPED] + [PINNED] * torch.cuda.is_available()


def flat(tree):
    return torch.utils._pytree.tree_leaves(tree)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_printed_lines_run_and_make_the_batch(name, kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    dataset = [KINDS[kind](i) for i in range(10)]
    wanted = default_collate(dataset[4:7])
    given = {"dataset": dataset, "batch_size": 3, "i": 4, "places": torch.arange(4, 7), "device": "cpu"}
    if name == MAPPED and kind == "named":  # torch.load knows classes of the reader's own only when told
        torch.serialization.add_safe_globals([Pair])
    space = given | {"torch": torch, "default_collate": default_collate}
    exec(recipe(name, wanted), space)
    assert len(flat(space["batch"])) == len(flat(wanted))
    for found, part in zip(flat(space["batch"]), flat(wanted), strict=True):
        assert torch.equal(found, part)
