"""What every script needs around its one call: a log, readable failure, and the record of what was read and written."""

import contextlib
import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from hearsay import provenance
from hearsay.errors import HearsayError


@contextlib.contextmanager
def job(snakemake) -> Iterator[None]:
    """Run the block as a Snakemake job.

    Prints and warnings go to the rule's log file. An error ends the job with one line on standard error; the trace
    stays in the log. At the end the job's record is written to the output called `record`, where the rule has one.
    """
    path = Path(snakemake.log[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", buffering=1) as log, contextlib.redirect_stdout(log):
        handler = logging.StreamHandler(log)
        logging.getLogger().addHandler(handler)
        logging.getLogger("hearsay").setLevel(logging.INFO)
        logging.captureWarnings(True)
        try:
            yield
            _record(snakemake)
        except HearsayError as error:
            print(error, file=log)
            _fail(snakemake, str(error), path)
        except Exception as error:
            traceback.print_exc(file=log)
            _fail(snakemake, f"{type(error).__name__}: {error}", path)
        finally:
            logging.captureWarnings(False)
            logging.getLogger().removeHandler(handler)


def _record(snakemake) -> None:
    named = dict(snakemake.output.items())
    if "record" not in named:
        return
    entry = provenance.record(
        snakemake.rule,
        dict(snakemake.params.items()),
        snakemake.input,
        snakemake.input.code,
        [path for path in snakemake.output if path != named["record"]],
    )
    provenance.write_record(entry, named["record"])


def _fail(snakemake, message: str, log: Path) -> None:
    print(f"{snakemake.rule}: {message}  [log: {log}]", file=sys.stderr)
    raise SystemExit(1)
