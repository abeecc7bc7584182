"""One run at a time in a folder, and the locks that a killed run left behind.

Snakemake's own lock stays where its process was killed, and says nothing of who held it. The lock here is one of the
kernel's, which goes with the last process that holds it, however that ends: who holds it knows that no other
`make report` runs, so that Snakemake's lock is a dead run's or a plain `snakemake`'s, which is looked for.
"""

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import psutil

from hearsay.errors import HearsayError

LOCK = Path(".snakemake/hearsay.lock")
SNAKEMAKES = Path(".snakemake/locks")


@contextlib.contextmanager
def one_run(path: Path = LOCK, what: str = "report") -> Iterator[int]:
    """Hold the lock while the block runs; yield the file descriptor, to be passed on to the process that computes.

    what: the command that asks. Raises HearsayError where another process holds it, or it cannot be written.
    """
    with contextlib.ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = stack.enter_context(path.open("a+b", buffering=0))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.truncate(0)
            file.write(f"process {os.getpid()} on {socket.gethostname()}".encode())
        except BlockingIOError:
            file.seek(0)
            raise HearsayError(
                f"{what}: another run goes on in this folder ({file.read().decode() or 'just started'}); "
                "wait for its end, or work in another clone"
            ) from None
        except OSError as error:
            raise HearsayError(f"{what}: {path} cannot be written: {error.strerror}") from None
        yield file.fileno()


def left_locked() -> bool:
    """Return whether Snakemake's lock is there and no Snakemake works in this folder: a killed run left it.

    Raises HearsayError where one does work here, which did not take our lock: a plain `snakemake`, or a job that
    outlived its own.
    """
    if not any(SNAKEMAKES.glob("*")):
        return False
    if found := _snakemakes_here():
        raise HearsayError(
            f"report: snakemake runs in this folder (process {found[0]}), or a job of it; wait for its end"
        )
    return True


def _snakemakes_here() -> list[int]:
    """Return the processes of this machine that run Snakemake in the current folder, or a job of one."""
    found, here = [], Path.cwd()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):  # gone by now, or somebody else's
            folder = Path(process.cwd())
            inside = folder == here or folder.is_relative_to(here / ".snakemake")  # there a shadowed job works
            if inside and _is_snakemake(process.cmdline()):
                found.append(process.pid)
    return found


def _is_snakemake(command: list[str]) -> bool:
    # A job's script is copied to .snakemake/scripts, and outlives a Snakemake that alone is killed.
    return any(Path(word).name == "snakemake" or ".snakemake" in Path(word).parts for word in command[:4])
