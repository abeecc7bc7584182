"""Writing files so that a killed job leaves nothing that a later run would trust, and naming bytes by their hash."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SNAKEMAKE_MARK = ".snakemake_timestamp"  # Snakemake leaves one in a folder that is an output


@contextmanager
def staged(path: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary neighbour of `path`; rename it to `path` when the block ends well, delete it otherwise."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    stage = path.with_name(f".{path.name}.part")  # a fixed name: what a killed run left is overwritten
    try:
        yield stage
        stage.replace(path)
    finally:
        stage.unlink(missing_ok=True)


def write_text(path: str | os.PathLike, text: str) -> None:
    """Write UTF-8 `text` with `\\n` line ends, staged and renamed."""
    with staged(path) as stage:
        stage.write_text(text, encoding="utf-8", newline="\n")


def sha256(path: str | os.PathLike) -> str:
    """Return the hex SHA-256 of a file, or of a folder's sorted lines `SHA256  RELATIVE/NAME` (links are followed)."""
    path = Path(path)
    if not path.is_dir():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    total = hashlib.sha256()
    for child in sorted(p for p in path.rglob("*") if p.is_file() and p.name != SNAKEMAKE_MARK):
        total.update(f"{sha256(child)}  {child.relative_to(path).as_posix()}\n".encode())
    return total.hexdigest()
