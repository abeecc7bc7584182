from pathlib import Path
from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.report import build

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    build(Path(), Path(snakemake.output.paper), studies=snakemake.params.studies)
