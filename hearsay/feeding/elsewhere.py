"""Answers of saved torch programs in a new process that has torch and nothing of the Python that built them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

# -I keeps the caller's folder and variables away, and the finder what was installed of ours.
CHILD = """
import json, sys, warnings
warnings.simplefilter("ignore")
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "hearsay":
            raise ModuleNotFoundError(f"No module named {name!r}")
sys.meta_path.insert(0, Nothing())
import torch
torch.set_num_threads(1)
found = {}
for name, source in json.load(sys.stdin).items():
    place = {"torch": torch}
    try:
        exec(source, place)
        found[name] = [place["answer"].tolist(), "", ""]
    except Exception as error:
        said = [line.strip() for line in str(error).splitlines() if line.strip()]
        found[name] = [None, type(error).__name__, said[0] if said else ""]
print(json.dumps(found))
"""


def answers(sources: Mapping[str, str], folder: str | os.PathLike) -> dict[str, tuple[list | None, str, str]]:
    """Run each source, which leaves a tensor called `answer`, in one new process that works in `folder`.

    Returns, by name, the answer as lists, or None with the class and the first line of the error.
    """
    done = subprocess.run(
        [sys.executable, "-I", "-c", CHILD],
        input=json.dumps(dict(sources)),
        cwd=Path(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    return {name: tuple(found) for name, found in json.loads(done.stdout.splitlines()[-1]).items()}
