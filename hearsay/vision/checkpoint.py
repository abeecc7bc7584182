"""A training that was interrupted goes on from its last checkpoint, to the same bytes."""

import hashlib
import os
import pickle
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from hearsay.files import staged


def question(parts: Iterable[object], arrays: Iterable[np.ndarray]) -> str:
    """Return what a job is asked, in words that no other job has: its parts, and a digest of the arrays it works on."""
    digests = [hashlib.sha256(np.ascontiguousarray(array)).hexdigest() for array in arrays]
    return repr((*parts, *digests))


class Checkpoint:
    """The state of one job on disk, beside its output: what it was asked, and how far it has come.

    `state` is what `save` kept last, or None where there is nothing, or where it belongs to another question. Only
    tensors, numbers, strings, lists and dicts may be kept: nothing is unpickled beyond them.
    """

    def __init__(self, path: str | os.PathLike, question: str):
        """Take the file's path and what the job is asked, in words that no other job has."""
        self.path, self.question = Path(path), question
        self.state = self._read()

    def _read(self) -> dict[str, Any] | None:
        try:
            found = torch.load(self.path, weights_only=True, map_location="cpu")
        except (OSError, EOFError, RuntimeError, pickle.UnpicklingError, zipfile.BadZipFile):
            return None  # not there, or no checkpoint: begin anew
        known = isinstance(found, dict) and found.get("question") == self.question and "state" in found
        return found["state"] if known else None

    def save(self, state: dict[str, Any]) -> None:
        """Keep a state; the file is replaced at once, so that a kill leaves the one or the other."""
        with staged(self.path) as stage:
            torch.save({"question": self.question, "state": state}, stage)
        self.state = state

    def clear(self) -> None:
        """Remove the file: the job is done."""
        self.path.unlink(missing_ok=True)
