# What the other files share: the checked configuration, the code closure, and what each study leaves for the paper.
import os
import sys
from pathlib import PurePosixPath

sys.path.insert(0, workflow.basedir)

from hearsay.closure import closure
from hearsay.config import studies, validate
from hearsay.errors import HearsayError

# One thread a job: parallelism is Snakemake's. The checkout's own library is used, whatever else is installed.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", PYTHONPATH=workflow.basedir)

# Where a bad option may stand, strongest first: the command line's files from the last, then the workflow's own.
FILES = [*reversed(workflow.overwrite_configfiles), "config/config.yaml"]
try:
    CONFIG = validate(config, FILES)
except HearsayError as error:
    raise WorkflowError(str(error)) from None

# Timings have the machine to themselves: Snakemake gives a job no more cores than there are (a profile: max-threads).
EXCLUSIVE = 1000

STUDIES = studies()
# Each study says here what it asks and what it leaves: tables and figures for the paper, all its files and folders, its
# side-by-side timings and its other ones, and which of the files are others' (theirs are the terms); `record` collects
# the records of its jobs.
QUESTIONS, TABLES, FIGURES, RESULTS, FOLDERS, PEERS, TIMES, FETCHED, RECORDS = {}, {}, {}, [], [], [], [], [], []


def record(job, needed=True):
    """Name the provenance record of a job, and remember it for `results/provenance.json` where the job is needed."""
    path = f"results/provenance/{job}.json"
    if needed:
        RECORDS.append(path)
    return path


def shown(path, label):
    """Mark a result for `snakemake --report`: under its study's question, with the caption that report/captions holds."""
    place = PurePosixPath(path).relative_to("results")
    kind = "figure" if place.suffix == ".svg" else "table"
    whole = place.parts[0] not in QUESTIONS
    return report(
        path,
        caption=f"../report/captions/{place.with_suffix('.rst')}",
        category="The paper and all verdicts" if whole else QUESTIONS[place.parts[0]],
        subcategory=None if whole else f"{kind}s",
        labels={"result" if whole else kind: label},
    )
