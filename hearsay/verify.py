"""Whether the same comes out again: byte for byte anywhere, and the same verdicts as were published.

The smoke size runs twice in clean copies, on one core and on two, and every result that is no timing must have the same
bytes. The verdicts of a desk run are held against those of `reference/`, which come from more replicates: a claim that
holds in one and fails in the other is a contradiction, and so is one that only one of them judged; what else differs
is named, and contradicts nothing.
"""

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hearsay.answers import shown
from hearsay.claims import FAILS, HOLDS, UNDECIDED
from hearsay.errors import HearsayError
from hearsay.files import SNAKEMAKE_MARK, sha256

CORES = (1, 2)
APART = ("benchmarks", "report.html")  # this machine's timings, and Snakemake's report, which shows them


def copy(source: Path, target: Path) -> None:
    """Copy the files that git knows or would add from `source` to `target`, which must be empty or absent."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(listed, cwd=source, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no word"])[0]
        raise HearsayError(
            f"{source.resolve()}: git does not say which files it holds ({said}); work in a clone of Hearsay"
        )
    for name in filter(None, done.stdout.split("\0")):
        if (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)


def here() -> dict[str, str]:
    """Return the environment without a cluster's profile, for what runs on this machine wherever else jobs go."""
    return {name: value for name, value in os.environ.items() if name != "SNAKEMAKE_PROFILE"}


def run(folder: Path, cores: int) -> None:
    """Run the smoke size in a copy, by the copy's own library."""
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", "config/smoke.yaml"]
    command += ["--quiet", "host", "reason", "rules"]
    if subprocess.run(command, cwd=folder, env=here(), check=False).returncode:
        raise HearsayError(f"verify: the run in {folder} failed, see above")


def hashes(results: Path) -> dict[str, str]:
    """Return the SHA-256 of every result that is compared by bytes, by its name within `results`."""
    return {
        path.relative_to(results).as_posix(): sha256(path)
        for path in sorted(results.rglob("*"))
        if path.is_file() and path.relative_to(results).parts[0] not in APART and path.name != SNAKEMAKE_MARK
    }


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """Return the names of files that differ, or that only one of the two has."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def twice(source: Path, folder: Path) -> list[str]:
    """Run the smoke size in two clean copies of `source` below `folder`; return the results that differ."""
    found = []
    copies = {cores: folder / f"cores {cores}" for cores in CORES}  # a space, as people have them
    for clean in copies.values():  # both first: where one fails, none of an earlier call is there to be trusted
        shutil.rmtree(clean, ignore_errors=True)
    for cores, clean in copies.items():
        copy(source, clean)
        run(clean, cores)
        found.append(hashes(clean / "results"))
    return differing(*found)


@dataclass(frozen=True)
class Difference:
    """How a claim came out here and in the published run; `contradicts` where that is an error."""

    claim: str
    what: str
    contradicts: bool = False


def compare(ours: Sequence[dict], published: Sequence[dict]) -> list[Difference]:
    """Return the claims that came out differently, in the order of the published ones.

    Both are rows of `claims.json`. Verdicts are compared first; estimates by whether their intervals meet.
    """
    here, there = ({f"{row['study']}.{row['id']}": row for row in rows} for rows in (ours, published))
    alone = [Difference(name, "published, and not judged here", True) for name in there if name not in here]
    alone += [Difference(name, "judged here, and not published", True) for name in here if name not in there]
    both = [_difference(name, here[name], row) for name, row in there.items() if name in here]
    return [difference for difference in both if difference] + alone


def _difference(name: str, ours: dict, published: dict) -> Difference | None:
    verdicts = {ours["verdict"], published["verdict"]}
    if verdicts == {HOLDS, FAILS}:
        return Difference(name, f"{ours['verdict']} here, {published['verdict']} as published", True)
    if UNDECIDED in verdicts and len(verdicts) > 1:
        where = "here" if ours["verdict"] == UNDECIDED else "as published"
        return Difference(name, f"undecided {where}; otherwise {next(iter(verdicts - {UNDECIDED}))}")
    if len(verdicts) > 1:
        return Difference(name, f"{ours['verdict']} here, {published['verdict']} as published")
    if ours["unit"] != published["unit"]:
        return Difference(name, f"estimated in {ours['unit']} here, in {published['unit']} as published")
    if _above(ours["low"], published["high"]) or _above(published["low"], ours["high"]):
        return Difference(name, f"the same verdict; estimates apart: {_estimate(ours)} here, {_estimate(published)}")
    return None


def _above(one: float, other: float) -> bool:
    # What is computed exactly differs by rounding at most, and a relative difference of nothing is rounding.
    return one > other and not math.isclose(one, other, abs_tol=1e-9)


def _estimate(row: dict) -> str:
    estimate, unit, interval = shown(row)
    return f"{' '.join(filter(None, (estimate, interval, unit)))}, n {row['n']:,}"


def read_claims(folder: Path) -> list[dict]:
    """Return the judged claims of every study below `folder`."""
    paths = sorted(folder.glob("*/claims.json"))
    return [row for path in paths for row in json.loads(path.read_text(encoding="utf-8"))]
