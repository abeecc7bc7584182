"""What a reader gives to be timed: a model, a data set, a loss. One clear line for what is wrong with it."""

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, default_collate

from hearsay.errors import HearsayError
from hearsay.factory import said

RETURNS = "(model, dataset) or (model, dataset, loss)"
DATASET = "a map-style one, with __len__ and __getitem__"


class Work(NamedTuple):
    """A model, its data set, and loss(output, target), None for a usual one."""

    model: nn.Module
    dataset: Any
    loss: Callable[..., torch.Tensor] | None = None


def work(made: object) -> Work:
    """Take apart what a factory returned. Raises HearsayError for anything but `RETURNS`."""
    if not isinstance(made, tuple | list) or len(made) not in (2, 3):
        found = f"{len(made)} things" if isinstance(made, tuple | list) else a(type(made).__name__)
        raise HearsayError(f"the factory returned {found}; expected {RETURNS}")
    return Work(*made)


class Source:
    """A data set that was looked at: its items, how they are joined, and what a batch of them is.

    dataset: map-style, or a DataLoader, of which data set and collate_fn are taken. Raises HearsayError where no batch
    can be made of it.
    """

    def __init__(self, dataset: Any, batch: int):
        self.collate = dataset.collate_fn if isinstance(dataset, DataLoader) else default_collate
        self.dataset = dataset.dataset if isinstance(dataset, DataLoader) else dataset
        self.batch = batch
        if isinstance(self.dataset, IterableDataset) or not hasattr(self.dataset, "__getitem__"):
            kind = type(self.dataset).__name__
            raise HearsayError(
                f"the data set is {a(kind)}, whose items cannot be asked for by number; expected {DATASET}"
            )
        try:
            self.examples = len(self.dataset)
        except Exception as error:
            raise HearsayError(f"len() of the data set raised {said(error)}; expected {DATASET}") from None
        if not self.examples:
            raise HearsayError("the data set is empty; expected one with examples")
        if batch < 1:
            raise HearsayError(f"batch {batch}: expected 1 or more")
        if batch > self.examples:
            raise HearsayError(f"a batch of {batch:,} is more than the {self.examples:,} examples; lower --batch")

    def read(self, places: Sequence[int]) -> Any:
        """Return one batch of the items at these places; HearsayError where one is not there, or does not fit."""
        items = []
        for place in places:
            try:
                items.append(self.dataset[place])
            except Exception as error:
                raise HearsayError(f"item {place} of the data set raised {said(error)}") from None
        try:
            return self.collate(items)
        except Exception as error:
            raise HearsayError(
                f"{len(items)} items of the data set cannot be joined to a batch: {said(error)}; expected tensors or "
                "numbers, of one shape; for others give a DataLoader with its collate_fn"
            ) from None


class Step:
    """A step of gradient descent on a copy of a model: forwards, loss, backwards, update; the rate is 0.

    So the reader's model stays as it is, and nothing diverges however often one batch is seen. A model that has nothing
    to train is run forwards only. `notes`: what to know of the steps, after `tried`.
    """

    def __init__(self, model: nn.Module, loss: Callable[..., torch.Tensor] | None, device: str):
        if not isinstance(model, nn.Module):
            raise HearsayError(f"the model is {a(type(model).__name__)}; expected a torch.nn.Module")
        if loss is not None and not callable(loss):
            raise HearsayError(f"the loss is {a(type(loss).__name__)}; expected a function of output and target")
        try:
            self.model = copy.deepcopy(model).to(device).train()
        except Exception as error:
            raise HearsayError(f"a copy of the model on {device} cannot be made: {said(error)}") from None
        self._loss, self.notes = loss, ()
        trained = [each for each in self.model.parameters() if each.requires_grad]
        self._optimiser = torch.optim.SGD(trained, lr=0.0) if trained else None

    def __call__(self, batch: Any) -> None:
        """Make a step on a batch: (inputs ..., target), a mapping of named inputs, or one input."""
        output, target = self._forwards(batch)
        loss = (self._loss or usual_loss(output, target)[1])(output, target)
        if self._optimiser is not None and loss.requires_grad:
            self._optimiser.zero_grad()
            loss.backward()
            self._optimiser.step()

    def _forwards(self, batch: Any) -> tuple[Any, Any]:
        """Return the model's output and what the loss holds it against."""
        if isinstance(batch, Mapping):
            return self.model(**batch), batch
        if isinstance(batch, tuple | list):
            return self.model(*(batch[:-1] or batch)), batch[-1]
        return self.model(batch), batch

    def tried(self, batch: Any) -> None:
        """Make a first step. Raises HearsayError where the model or its loss fails on the batch."""
        try:
            output, target = self._forwards(batch)
        except Exception as error:
            hint = "; items that are mappings are named arguments of the model" if isinstance(batch, Mapping) else ""
            raise HearsayError(f"the model fails on a batch ({shapes(batch)}): {said(error)}{hint}") from None
        name = "the loss" if self._loss else f"the usual loss, {usual_loss(output, target)[0]},"
        if not self._loss and target is not batch and usual_loss(output, target)[1] is mean_square:
            self.notes = (
                f"no usual loss fits outputs ({shapes(output)}) and targets ({shapes(target)}): the mean square of the "
                "outputs is trained; give your own as (model, dataset, loss)",
            )
        try:
            self(batch)
        except Exception as error:
            hint = "" if self._loss else "; give your own as (model, dataset, loss)"
            given = f"outputs ({shapes(output)}) and targets ({shapes(target)})"
            raise HearsayError(f"{name} fails on {given}: {said(error)}{hint}") from None


def usual_loss(output: Any, target: Any) -> tuple[str, Callable[[Any, Any], torch.Tensor]]:
    """Return a loss and its name: cross entropy for classes, mean squared error for numbers, else `mean_square`.

    A model that returns its own loss, as `output.loss`, is taken at its word.
    """
    if isinstance(_own(output), torch.Tensor):
        return "the model's own", lambda output, target: _own(output)
    if isinstance(output, torch.Tensor) and isinstance(target, torch.Tensor):
        if not target.is_floating_point() and output.ndim == target.ndim + 1:
            return "cross entropy", functional.cross_entropy
        if target.is_floating_point() and output.shape == target.shape:
            return "the mean squared error", functional.mse_loss
    return "the mean square of the outputs", mean_square


def mean_square(output: Any, target: Any) -> torch.Tensor:
    """Return the mean square of the outputs, whatever the target is: something to train where nothing else fits."""
    return sum((part.float().square().mean() for part in tensors(output)), torch.zeros(()))


def _own(output: Any) -> Any:
    return output.get("loss") if isinstance(output, Mapping) else getattr(output, "loss", None)


def shapes(tree: Any) -> str:
    """Return the shapes of the tensors of nested sequences and mappings, in words."""
    return ", ".join(str(tuple(part.shape)) for part in tensors(tree)) or "no tensors"


def a(name: str) -> str:
    """Return a name behind its article, by its first letter."""
    return f"{'an' if name[:1].casefold() in set('aeiou') else 'a'} {name}"


def tensors(tree: Any) -> list[torch.Tensor]:
    """Return the tensors of nested sequences and mappings, in order."""
    if isinstance(tree, torch.Tensor):
        return [tree]
    parts = tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, tuple | list) else ()
    return [found for part in parts for found in tensors(part)]


def changed(tree: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """Return the same nesting with every tensor changed; what is no tensor stays."""
    if isinstance(tree, torch.Tensor):
        return change(tree)
    if isinstance(tree, Mapping):
        return {name: changed(part, change) for name, part in tree.items()}
    if isinstance(tree, tuple | list):
        parts = [changed(part, change) for part in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    return tree
