"""Where every result comes from, by hash: one record a job, gathered and held against the files themselves.

A record says what a job read and wrote, never when or where it ran. Snakemake deletes a job's outputs, its record among
them, before the job runs again, so that a record always belongs to a finished job: a file that differs from its record
was changed by hand.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hearsay import closure
from hearsay.errors import HearsayError
from hearsay.files import sha256, write_text

RECORDS = Path("results/provenance")


def record(
    rule: str,
    params: Mapping[str, Any],
    inputs: Iterable[str],
    code: Iterable[str],
    outputs: Iterable[str],
) -> dict[str, Any]:
    """Return the record of a finished job.

    Files outside the project are named by their last part only: where a reader keeps them is no part of the result.
    """
    code = list(code)
    return {
        "rule": rule,
        "params": dict(params),
        "seed": params.get("seed"),
        "code": closure.digest(path for path in code if path != closure.LOCK),
        "lock": sha256(closure.LOCK),
        "inputs": _hashes(set(inputs) - set(code)),
        "outputs": _hashes(outputs),
    }


def _hashes(paths: Iterable[str]) -> dict[str, str]:
    """Return name -> SHA-256; files outside that are called alike are told apart by a number."""
    found: dict[str, str] = {}
    for name, digest in sorted((_name(path), sha256(path)) for path in paths):
        alike = sum(each == name or each.startswith(f"{name} (") for each in found)
        found[f"{name} ({alike + 1})" if alike else name] = digest
    return found


def _name(path: str) -> str:
    inside = not Path(path).is_absolute() and ".." not in Path(path).parts
    return path if inside else Path(path).name


def write_record(entry: Mapping[str, Any], path: str | os.PathLike) -> None:
    """Write one job's record."""
    write_text(path, json.dumps(entry, indent=1, sort_keys=True) + "\n")


def read_record(path: str | os.PathLike) -> dict[str, Any]:
    """Read one job's record."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError:
        raise HearsayError(f"{path}: not a record of a job; delete it and run again") from None


def edited(records: Iterable[str | os.PathLike]) -> list[str]:
    """Return one line for each result that is no longer what its job wrote.

    A missing file is not an edited one: Snakemake makes it again.
    """
    return [
        f"{output}: changed by hand after rule {entry['rule']} wrote it; delete it and run again"
        for entry in map(read_record, sorted(map(Path, records)))
        for output, sha in entry["outputs"].items()
        if Path(output).exists() and sha256(output) != sha
    ]


def outdated(records: Iterable[str | os.PathLike]) -> list[str]:
    """Return one line for each job that read other bytes than their producer wrote.

    In the middle of a run, or after a kill, this is nothing odd; at the end of one it is.
    """
    entries = [read_record(path) for path in sorted(map(Path, records))]
    written = {output: sha for entry in entries for output, sha in entry["outputs"].items()}
    return [
        f"{', '.join(entry['outputs'])}: made from another {name} than today's; delete and run again"
        for entry in entries
        for name, read in entry["inputs"].items()
        if written.get(name, read) != read
    ]


def gather(records: Iterable[str | os.PathLike], path: str | os.PathLike) -> None:
    """Write for every output its own hash and its job's rule, parameters, inputs, code, lock and seed.

    Raises HearsayError that lists every result that is edited or outdated.
    """
    records = sorted(map(Path, records))
    if lines := edited(records) + outdated(records):
        raise HearsayError("\n".join(lines))
    outputs = {
        output: {"sha256": sha, **{key: value for key, value in entry.items() if key != "outputs"}}
        for entry in map(read_record, records)
        for output, sha in entry["outputs"].items()
    }
    write_text(path, json.dumps(outputs, indent=1, sort_keys=True) + "\n")
