"""The memory that a training takes at its highest, each way of feeding in a process of its own.

`python -m hearsay.feeding.peak` reads what is asked from standard input, imports torch once, and forks for each: what
one way takes cannot hide what another does, and a fork's count of memory begins with the fork, where that of a new
program begins with its parent's. Before the forks nothing starts a thread or touches a GPU.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from hearsay.errors import HearsayError

NOTHING = ""  # in a way's place: the process makes as many steps on one batch of zeros, and has no data
STEPS = 6
_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in what getrusage counts


class Asked(NamedTuple):
    """One training: the model, the way of feeding or `NOTHING`, and the folder of its data."""

    model: str
    mode: str
    folder: str


class Peak(NamedTuple):
    """Bytes: highest resident memory of the process, of its largest worker (0 without any), and on the GPU (or 0).

    Resident memory counts the pages of a mapped file that were read, and in a worker what it shares with the loop.
    """

    host: int
    worker: int
    device: int


def peaks(asked: Sequence[Asked], device: str) -> list[Peak]:
    """Return the peaks of trainings of a few steps, and the rest of a pass over the data without the model.

    Raises HearsayError where the process that measures fails.
    """
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "hearsay.feeding.peak"],
        input=json.dumps({"asked": asked, "device": device}),
        env=os.environ | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        told = done.stderr.strip().splitlines()
        raise HearsayError(f"feeding: the process that measures memory failed: {told[-1] if told else 'no word'}")
    return [Peak(*found) for found in json.loads(done.stdout.splitlines()[-1])]


def _trained(asked: Asked, device: str) -> Peak:
    import torch

    from hearsay.feeding.data import Data
    from hearsay.feeding.modes import modes
    from hearsay.feeding.nets import Trainer
    from hearsay.vision.device import CPU

    data = Data(asked.folder)
    side = data.shape[-1]
    trainer = Trainer(asked.model, side, 0.01, 0, device)
    if asked.mode == NOTHING:
        batch = (torch.zeros(data.batch, *data.shape, device=device), torch.zeros(data.batch, dtype=int, device=device))
        for _ in range(STEPS):
            trainer.step(batch)
    else:
        mode = modes(device)[asked.mode](data, device)
        for number, batch in enumerate(mode.batches(max(STEPS, len(data.order)))):
            if number < STEPS:
                trainer.step(batch)
            del batch
        mode.close()
    taken, workers = (resource.getrusage(whose).ru_maxrss for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Peak(taken * _UNIT, workers * _UNIT, 0 if device == CPU else torch.cuda.max_memory_allocated())


def _forked(asked: Asked, device: str) -> Peak:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(reading)
            os.write(writing, json.dumps(_trained(asked, device)).encode())
        except BaseException as error:
            print(f"{asked.model}, {asked.mode}: {type(error).__name__}: {error}".splitlines()[0], file=sys.stderr)
            sys.stderr.flush()
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    if not answer:
        sys.exit(1)
    return Peak(*json.loads(answer))


if __name__ == "__main__":
    import torch
    import torch._dynamo  # the first step of any optimiser imports it

    import hearsay.feeding.modes  # so that no fork pays for it
    import hearsay.feeding.nets  # noqa: F401, the same

    torch.set_num_threads(1)
    wanted = json.load(sys.stdin)
    print(json.dumps([_forked(Asked(*each), wanted["device"]) for each in wanted["asked"]]))
