from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.peers import gather

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    gather(snakemake.input.peers, snakemake.output.peers)
