from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.tables import write
from hearsay.triplet.hoffer import RUNS, shard
from hearsay.vision import data

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params, made = snakemake.params, snakemake.output
    images = data.read(snakemake.input.images)
    runs = shard(
        params.config, images, params.data, params.seed, params.shard, params.shards, resume=f"{made.runs}.resume"
    )
    write(runs, RUNS, made.runs)
