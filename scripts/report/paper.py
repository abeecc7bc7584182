from pathlib import Path
from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.provenance import check
from hearsay.report import build

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    check(snakemake.input.records)
    build(Path(), Path(snakemake.output.paper), studies=snakemake.params.studies)
