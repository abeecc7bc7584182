"""The static closure against an obvious reference, planted trees, and what Python really imports."""

import subprocess
import sys
from pathlib import Path

import pytest

from hearsay.closure import LOCK, closure, digest, locked

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("scripts/*/*.py"))


@pytest.fixture
def tree(tmp_path):
    def plant(**files):
        for name, text in {"requirements.lock": "x==1\n", "hearsay/__init__.py": "", **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return plant


def test_follows_every_way_of_importing(tree):
    root = tree(
        **{
            "scripts/s/go.py": "import hearsay.a\nfrom hearsay import b\nfrom hearsay.c import d\nimport os, numpy\n",
            "hearsay/a.py": "def f():\n    from hearsay.lazy import x\n",
            "hearsay/b.py": "",
            "hearsay/c/__init__.py": "from . import e\nfrom .. import up\n",
            "hearsay/c/d.py": "from .e import thing\n",
            "hearsay/c/e.py": "",
            "hearsay/lazy.py": "x = 1\n",
            "hearsay/up.py": "",
            "hearsay/unused.py": "",
        }
    )
    found = set(closure("scripts/s/go.py", root))
    names = ["__init__", "a", "b", "c/__init__", "c/d", "c/e", "lazy", "up"]
    assert found == {"scripts/s/go.py", LOCK, *(f"hearsay/{name}.py" for name in names)}


def test_survives_circular_imports(tree):
    root = tree(**{"go.py": "import hearsay.a", "hearsay/a.py": "import hearsay.b", "hearsay/b.py": "import hearsay.a"})
    assert closure("go.py", root) == ["go.py", "hearsay/__init__.py", "hearsay/a.py", "hearsay/b.py", LOCK]


def test_digest_names_bytes_not_order(tree):
    root = tree(a="1", b="2")
    before = digest(["a", "b"], root)
    assert digest(["b", "a"], root) == before
    (root / "a").write_text("3")
    assert digest(["a", "b"], root) != before


def test_reads_the_lock(tree):
    assert locked(tree(**{LOCK: "# two\nx==1\n\ny-z==2.0\n"})) == {"x": "1", "y-z": "2.0"}


@pytest.mark.parametrize("script", SCRIPTS)
def test_holds_what_python_really_imports(script):
    """Everything first-party that importing the script's imports loads is in its static closure."""
    code = f"""
import ast, sys
tree = ast.parse(open({script!r}).read())
tree.body = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
exec(compile(tree, "imports", "exec"))
print(*(m.__file__ for n, m in sys.modules.items() if n.split(".")[0] == "hearsay"), sep="\\n")
"""
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    imported = {Path(line).resolve().relative_to(ROOT).as_posix() for line in out.split()}
    assert imported
    assert imported <= set(closure(script, ROOT))
