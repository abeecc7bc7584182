"""The same training, fed in every way: on the processor its weights come out the same, bit by bit.

Two conditions are shown by ways that break them, `BY_TORCHS` and `SHIFTED`: feeding must draw nothing from the
generator that the training draws from, and a batch must begin on as round an address as elsewhere. MKL's product of
matrices takes another path, and rounds otherwise, where its operand begins beside a multiple of 16 bytes. A slice of a
larger tensor may: batches of 7 images of 11 x 11 do, those of 64, or of 28 x 28, do not. What is copied is immune, and
so is a process with MKL_CBWR=AUTO in its environment.
"""

import hashlib
import tempfile
from collections.abc import Mapping
from typing import Any

import pandas as pd
import torch

from hearsay import seeds
from hearsay.feeding.data import Data, draw
from hearsay.feeding.feeds import Mode, Slices
from hearsay.feeding.loaders import LoadedByTorchs
from hearsay.feeding.modes import LOADER, SLICES, modes
from hearsay.feeding.nets import MODELS, Trainer
from hearsay.feeding.outcomes import NO, YES
from hearsay.feeding.timing import one_thread
from hearsay.progress import progress
from hearsay.tables import Table
from hearsay.vision.device import CPU

BY_TORCHS = f"{LOADER}, torch's generator"
SHIFTED = f"{SLICES}, shifted by a number"


class Shifted(Slices):
    """Resident slices of images that lie one number, so 4 bytes, off a round address."""

    def prepare(self, data: Data) -> None:
        """Lay the images behind one number."""
        super().prepare(data)
        images = self._images
        self._images = torch.empty(images.numel() + 1)[1:].view(images.shape).copy_(images)


TRAINING = Table(
    "feeding/training",
    "The same training, fed in every way",
    key=("model", "batch", "mode"),
    columns={
        "model": "the model that is trained, from the same weights on the same batches in the same order, on the CPU; "
        "one with dropout also draws from torch's generator, set to the same seed",
        "batch": "images of a step",
        "mode": f"way of feeding; every DataLoader has a generator of its own, but in '{BY_TORCHS}', as it is by "
        f"default, it draws the seed of its pass from torch's; in '{SHIFTED}' images begin 4 bytes off a round address",
        "steps": "steps of the training",
        "sha256": "SHA-256 of the bytes of all weights after the last step",
        "same": f"whether they are the weights that come out with resident slices, bit by bit: {YES} or {NO}",
        "copied": "bytes a step that are copied to make the batch",
    },
    text=("model", "mode", "sha256", "same"),
)


def training(config: Mapping[str, Any], seed: int) -> pd.DataFrame:
    """Train every model, fed in every way, and return `TRAINING`.

    config: `examples`, `side`, `batches`, `rate`, as for `timing.timings`, and `training_steps`, of each training. May
    be left out: `models` (all of `nets.MODELS`) and `modes`.
    """
    rows = []
    with one_thread():
        for batch in config["batches"]:
            with tempfile.TemporaryDirectory() as folder:
                data = draw(config, batch, folder, seed)
                for model in config.get("models", MODELS):
                    rows += _of_model(model, data, config, seed)
    return pd.DataFrame(rows, columns=list(TRAINING.columns)).sort_values(list(TRAINING.key), ignore_index=True)


def _of_model(model: str, data: Data, config: Mapping[str, Any], seed: int) -> list[tuple]:
    ways: dict[str, type[Mode]] = modes(CPU, config.get("modes")) | {BY_TORCHS: LoadedByTorchs, SHIFTED: Shifted}
    steps, found = config["training_steps"], {}
    for name, way in progress(ways.items(), f"{model}, fed"):
        mode = way(data)
        try:
            found[name] = weights(model, mode, steps, config, seed), mode.copies * data.bytes
        finally:
            mode.close()
    expected, _ = found[SLICES]
    return [
        (model, data.batch, name, steps, digest, YES if digest == expected else NO, copied)
        for name, (digest, copied) in found.items()
    ]


def weights(model: str, mode: Mode, steps: int, config: Mapping[str, Any], seed: int) -> str:
    """Train a model, fed in one way, and return the SHA-256 of the bytes of its weights, in the order of the model."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(seeds.seed_sequence(seed, "feeding", "training", 0).generate_state(1)[0]))
        trainer = Trainer(model, config["side"], config["rate"], seed)
        for batch in mode.batches(steps):
            trainer.step(batch)
    digest = hashlib.sha256()
    for values in trainer.net.state_dict().values():
        digest.update(values.numpy().tobytes())
    return digest.hexdigest()
