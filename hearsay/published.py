"""The published run laid out as results again, so that whatever its tables lead to can be made anew in seconds.

A copy of the checkout, with the tables of `reference/` where a run would have written them; Snakemake then runs the
rules that read nothing else. So the code that draws, judges and typesets is the one that the run itself uses.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from hearsay import verify
from hearsay.errors import HearsayError
from hearsay.files import sha256, write_text

FOLDER = Path("build/published")
LOCK = Path("build/published.lock")  # held by who makes something in FOLDER
REFERENCE = Path("reference")
OF_A_STUDY = ("numbers", "claims", "figures")  # its rules, by the ends of their names
OF_ALL = ("claims", "numbers", "answers", "page", "paper")


def lay_out(root: Path, folder: Path, studies: Iterable[str], anew: Collection[str]) -> None:
    """Make `folder` a copy of the checkout `root` whose results/ hold what was published of `studies`.

    anew: the studies whose numbers, claims and figures are left out, to be made of their tables again.
    Raises HearsayError where a study is not published, or a table is not what its run wrote.
    """
    shutil.rmtree(folder, ignore_errors=True)
    verify.copy(root, folder)
    written = {}
    for study in studies:
        source = folder / REFERENCE / study
        if not (source / "provenance.json").is_file():
            raise HearsayError(f"reference/{study}: not published yet; `hearsay reference --study {study}` does it")
        written |= json.loads((source / "provenance.json").read_text(encoding="utf-8"))
        paths = sorted((source / "tables").glob("*.csv"))
        if study in anew:
            paths = [path for path in paths if path.stem not in OF_A_STUDY]
        else:
            paths += [*sorted((source / "figures").glob("*.svg")), source / "claims.json"]
        for path in paths:
            _lay(path, folder, f"results/{path.relative_to(folder / REFERENCE).as_posix()}", written)
    write_text(folder / "results/checked.json", json.dumps(written, indent=1, sort_keys=True) + "\n")


def _lay(path: Path, folder: Path, name: str, written: Mapping[str, Mapping]) -> None:
    if name not in written or written[name]["sha256"] != sha256(path):
        raise HearsayError(
            f"{path.relative_to(folder)}: not what the published run wrote; `git restore` brings it back"
        )
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, folder / name)


def make(folder: Path, rules: Sequence[str], cores: str = "all") -> None:
    """Run these rules, and no other, in a folder that `lay_out` made."""
    # The targets first: Snakemake would take one that follows --configfile for another file.
    command = [sys.executable, "-m", "snakemake", *rules, "--cores", cores, "--configfile", "config/paper.yaml"]
    command += ["--quiet", "host", "reason", "rules", "--allowed-rules", *rules]
    if subprocess.run(command, cwd=folder, env=verify.here(), check=False).returncode:
        raise HearsayError(f"published: the run in {folder} failed, see above")


def rules_of(studies: Iterable[str], kinds: Iterable[str] = OF_A_STUDY) -> list[str]:
    """Return the names of the studies' rules that read published tables."""
    return [f"{study}_{kind}" for study in studies for kind in kinds]
