from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.peers import PEERS
from hearsay.tables import write
from hearsay.triplet import benchmark

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params, made = snakemake.params, snakemake.output
    steps = benchmark.compare(params.repeats, params.steps, params.seed)
    write(steps, benchmark.TIMINGS, made.steps)
    write(benchmark.peers(steps, params.seed), PEERS, made.peers)
