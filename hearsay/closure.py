"""Which first-party files a script's result depends on: itself, every module that it reaches, and the lock file.

Snakemake sees only a script's own modification time. A rule that declares `closure(script)` as input reruns when one of
these files is edited and rests when one is merely touched, because Snakemake compares the checksums of inputs.
Imports are read statically, also those inside functions; nothing is imported.
"""

import ast
import hashlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from hearsay.files import sha256

PACKAGE = "hearsay"
LOCK = "requirements.lock"


def closure(script: str | os.PathLike, root: str | os.PathLike = ".") -> list[str]:
    """Return the sorted paths, relative to `root`, of `script`, the modules that it reaches and the lock file."""
    root = Path(root).resolve()
    script = (root / script).resolve()
    found, todo = {script}, [script]
    while todo:
        for path in _first_party_imports(todo.pop(), root):
            if path not in found:
                found.add(path)
                todo.append(path)
    return sorted(path.relative_to(root).as_posix() for path in (*found, root / LOCK))


def locked(root: str | os.PathLike = ".") -> dict[str, str]:
    """Return package -> version of the lock file in `root`."""
    lines = (Path(root) / LOCK).read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def digest(paths: Iterable[str | os.PathLike], root: str | os.PathLike = ".") -> str:
    """Return one hex SHA-256 for the names and bytes of files, whatever their order."""
    lines = sorted(f"{sha256(Path(root) / path)}  {Path(path).as_posix()}\n" for path in paths)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _first_party_imports(path: Path, root: Path) -> tuple[Path, ...]:
    return _imports(path.read_bytes(), path, root)


@cache  # one parse a file, however many rules share it
def _imports(source: bytes, path: Path, root: Path) -> tuple[Path, ...]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source, filename=str(path))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, path, root)
            # `from package import name`: the name may be a module or something inside the package.
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
    return tuple(file for name in sorted(names) if name.split(".")[0] == PACKAGE for file in _files(name, root))


def _absolute(node: ast.ImportFrom, path: Path, root: Path) -> str:
    if not node.level:
        return node.module or ""
    package = path.relative_to(root).parts[:-1]
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def _files(name: str, root: Path) -> list[Path]:
    """Return the files that importing the dotted `name` runs: each package's `__init__.py` and the module's own."""
    files, parts = [], name.split(".")
    for i in range(1, len(parts) + 1):
        place = root.joinpath(*parts[:i])
        files += [file for file in (place / "__init__.py", place.with_suffix(".py")) if file.is_file()]
    return files
