from pathlib import Path
from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.page import build

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    build(Path(), Path("results"), snakemake.output.page, studies=snakemake.params.studies)
