from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.neat.identities import IDENTITIES, check
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    write(check(params.runs, params.seed), IDENTITIES, snakemake.output.identities)
