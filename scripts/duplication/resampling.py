from typing import TYPE_CHECKING

from hearsay.duplication.resampling import RESAMPLING, resampling
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found = resampling(snakemake.params.config, snakemake.params.seed)
    write(found, RESAMPLING, snakemake.output.resampling)
