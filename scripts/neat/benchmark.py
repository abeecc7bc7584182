from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.neat import alignment, benchmark
from hearsay.peers import PEERS
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params, made = snakemake.params, snakemake.output
    engines = benchmark.compare(params.repeats, params.generations, params.seed)
    write(engines, benchmark.TIMINGS, made.engines)
    write(benchmark.peers(engines, params.seed), PEERS, made.peers)
    write(alignment.compare(params.repeats, params.seed), alignment.TIMINGS, made.alignment)
