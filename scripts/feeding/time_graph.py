from typing import TYPE_CHECKING

from hearsay.feeding.graph_tables import timings
from hearsay.feeding.graph_timing import TIMINGS
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    write(timings(snakemake.params.config, snakemake.params.seed), TIMINGS, snakemake.output.times)
