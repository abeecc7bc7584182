from typing import TYPE_CHECKING

from hearsay import closure
from hearsay.job import job
from hearsay.tables import write
from hearsay.triplet.hoffer import RUNS, shard
from hearsay.vision import data

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params, made = snakemake.params, snakemake.output
    images, code = data.read(snakemake.input.images), closure.digest(snakemake.input.code)
    resume = f"{made.runs}.resume"
    runs = shard(params.config, images, params.data, params.seed, params.shard, params.shards, resume, code)
    write(runs, RUNS, made.runs)
