# What every rule file uses: the checked configuration, the code closure, the names of records, logs and benchmarks.
import os
import sys

sys.path.insert(0, workflow.basedir)

from hearsay.closure import closure
from hearsay.config import studies, validate
from hearsay.errors import HearsayError

# One thread a job: parallelism is Snakemake's. The checkout's own library comes first, wherever it is installed.
os.environ.update(dict.fromkeys(["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"], "1"))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [workflow.basedir, os.environ.get("PYTHONPATH")]))

try:
    CONFIG = validate(config, workflow.configfiles)
except HearsayError as error:
    raise WorkflowError(str(error)) from None

STUDIES = studies()
# Each study's rule file says here what it leaves for the paper (tables, figures) and which jobs keep a record.
TABLES, FIGURES, RECORDS, PEERS = {}, {}, [], []


def record(job, needed=True):
    """Name the provenance record of a job, and remember it for `results/provenance.json` where the job is needed."""
    path = f"results/provenance/{job}.json"
    if needed:
        RECORDS.append(path)
    return path
