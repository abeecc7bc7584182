"""The memory that a training in TensorFlow takes at its highest, each in a process of its own.

`python -m hearsay.feeding.graph_peak` reads a config, a seed, and pairs of model and way from standard input, imports
TensorFlow once, and forks for each pair: whatever one way takes cannot hide what another does, and none pays for the
import again. The import alone starts no thread, so that a fork is safe.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hearsay.errors import HearsayError

NOTHING = ""  # in a way's place: the process that has imported TensorFlow and drawn the task, and trains nothing
_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in what getrusage counts


def peaks(config: Mapping[str, Any], pairs: Sequence[tuple[str, str]], seed: int) -> dict[tuple[str, str], int]:
    """Return the highest resident memory, in bytes, of a process that makes `steps` steps of each (model, way).

    config: as `graph_models.task` needs it. Raises HearsayError where the process that measures fails.
    """
    root = Path(__file__).parents[2]
    places = os.pathsep.join([str(root), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", "hearsay.feeding.graph_peak"],
        input=json.dumps({"config": dict(config), "pairs": pairs, "seed": seed}),
        cwd=root,
        env=os.environ | {"PYTHONPATH": places},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        told = done.stderr.strip().splitlines()
        raise HearsayError(f"feeding: the process that measures memory failed: {told[-1] if told else 'no word'}")
    return dict(zip(pairs, json.loads(done.stdout.splitlines()[-1]), strict=True))


def _trained(config: Mapping[str, Any], model: str, way: str, seed: int) -> int:
    from hearsay.feeding.graph_feeding import training
    from hearsay.feeding.graph_models import task

    drawn = task(model, config, seed)
    if way != NOTHING:
        with training(way, drawn) as trained:
            trained.initialise()
            for i in range(config["steps"]):
                trained.step(i)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def _forked(config: Mapping[str, Any], model: str, way: str, seed: int) -> int:
    """Return the peak of a fork that trains; its count of memory begins with the fork's own, not with its parent's."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writing, str(_trained(config, model, way, seed)).encode())
        except BaseException as error:
            print(f"{model}, {way}: {type(error).__name__}: {error}".splitlines()[0], file=sys.stderr, flush=True)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    if not answer:
        sys.exit(1)
    return int(answer)


if __name__ == "__main__":
    from hearsay.graph_process import start

    start()
    asked = json.load(sys.stdin)
    print(json.dumps([_forked(asked["config"], *pair, asked["seed"]) for pair in asked["pairs"]]))
