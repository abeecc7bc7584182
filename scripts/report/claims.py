from typing import TYPE_CHECKING

from hearsay.claims import gather
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    gather(snakemake.input.claims, snakemake.output.claims)
