"""Answers of saved TensorFlow programs in a new process that has TensorFlow and none of the Python that built them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

# -I keeps the caller's folder and variables away, and the finder what was installed of ours.
CHILD = """
import json, os, sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "hearsay":
            raise ModuleNotFoundError(f"No module named {name!r}")
sys.meta_path.insert(0, Nothing())
import numpy as np
import tensorflow as tf
tf.get_logger().setLevel("ERROR")
v1 = tf.compat.v1
found = {}
for name, source in json.load(sys.stdin).items():
    place = {"np": np, "tf": tf, "v1": v1}
    try:
        exec(source, place)
        found[name] = [np.asarray(place["answer"]).tolist(), "", ""]
    except Exception as error:
        found[name] = [None, type(error).__name__, str(error)]
print(json.dumps(found))
"""


def answers(sources: Mapping[str, str], folder: str | os.PathLike) -> dict[str, tuple[list | None, str, str]]:
    """Run each source, which leaves an array called `answer`, in one new process that works in `folder`.

    Returns, by name, the answer as lists, or None with the class and the text of the error. Sources find numpy,
    tensorflow and its first version's interface as `np`, `tf` and `v1`.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-c", CHILD],
        input=json.dumps(dict(sources)),
        cwd=Path(folder),
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: tuple(found) for name, found in json.loads(done.stdout.splitlines()[-1]).items()}
