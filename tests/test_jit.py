"""numba's cache: an edit in a callee that lives in another module must change the result."""

import os
import subprocess
import sys
from pathlib import Path

from hearsay.files import write_text


def run(folder):
    code = "from hearsay.caller import f; print(f(3.0))"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def test_an_edited_callee_is_compiled_again(tmp_path):
    here = Path(__file__).parents[1] / "hearsay"
    for name in ("__init__", "closure", "files", "jit"):
        write_text(tmp_path / "hearsay" / f"{name}.py", (here / f"{name}.py").read_text())
    write_text(tmp_path / "requirements.lock", "")
    write_text(tmp_path / "hearsay/callee.py", "from hearsay.jit import njit\n\n@njit\ndef g(x):\n    return x + 1\n")
    caller = "from hearsay.callee import g\nfrom hearsay.jit import njit\n\n@njit\ndef f(x):\n    return g(x)\n"
    write_text(tmp_path / "hearsay/caller.py", caller)
    assert run(tmp_path) == 4.0
    first = {path.name for path in (tmp_path / "build/numba").iterdir()}
    assert run(tmp_path) == 4.0
    assert {path.name for path in (tmp_path / "build/numba").iterdir()} == first, "the cache is used again"
    write_text(tmp_path / "hearsay/callee.py", "from hearsay.jit import njit\n\n@njit\ndef g(x):\n    return x * 7\n")
    assert run(tmp_path) == 21.0
