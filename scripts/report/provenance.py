from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.provenance import gather

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    gather(snakemake.input.records, snakemake.output.provenance)
