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
        "inputs": {_name(path): sha256(path) for path in sorted(set(inputs) - set(code))},
        "outputs": {_name(path): sha256(path) for path in sorted(outputs)},
    }


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
    """Return one line for each result on disk that is no longer what its job wrote. Missing files are not edited."""
    lines = []
    for path in sorted(map(Path, records)):
        entry = read_record(path)
        for output, written in entry["outputs"].items():
            if Path(output).exists() and sha256(output) != written:
                lines.append(f"{output}: changed by hand after rule {entry['rule']} wrote it; delete it and run again")
    return lines


def check(records: Iterable[str | os.PathLike]) -> None:
    """Raise HearsayError that names every result edited by hand."""
    if lines := edited(records):
        raise HearsayError("\n".join(lines))


def gather(records: Iterable[str | os.PathLike], path: str | os.PathLike) -> None:
    """Write `provenance.json`: for every output its own hash and its job's rule, parameters, inputs, code, lock, seed.

    Raises HearsayError where a file differs from its record, or a job read other bytes than their producer wrote.
    """
    records = sorted(map(Path, records))
    check(records)
    entries = [read_record(path) for path in records]
    written = {output: sha for entry in entries for output, sha in entry["outputs"].items()}
    for entry in entries:
        for name, read in entry["inputs"].items():
            if written.get(name, read) != read:
                raise HearsayError(f"rule {entry['rule']}: read a {name} that is not today's; delete its outputs")
    outputs = {
        output: {"sha256": sha, **{key: value for key, value in entry.items() if key != "outputs"}}
        for entry in entries
        for output, sha in entry["outputs"].items()
    }
    write_text(path, json.dumps(outputs, indent=1, sort_keys=True) + "\n")
