from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.neat.details import DETAILS, details
from hearsay.neat.implementations import IMPLEMENTATIONS, PROBES, tables
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    implementations, probes = tables(snakemake.params.seed, snakemake.params.generations)
    write(implementations, IMPLEMENTATIONS, snakemake.output.implementations)
    write(probes, PROBES, snakemake.output.probes)
    write(details(), DETAILS, snakemake.output.details)
