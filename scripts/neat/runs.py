from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.neat.runs import RUNS, shard
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    write(shard(params.config, params.seed, params.shard, params.shards), RUNS, snakemake.output.runs)
