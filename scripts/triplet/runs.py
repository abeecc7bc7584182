from typing import TYPE_CHECKING

from hearsay import closure
from hearsay.job import job
from hearsay.tables import write
from hearsay.triplet.runs import LAYERS, OUTCOMES, STEPS, shard
from hearsay.vision.data import read

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params, made = snakemake.params, snakemake.output
    images, code = read(snakemake.input.images), closure.digest(snakemake.input.code)
    outcomes, steps, layers = shard(
        params.config, images, params.seed, params.shard, params.shards, f"{made.outcomes}.resume", code
    )
    write(outcomes, OUTCOMES, made.outcomes)
    write(steps, STEPS, made.steps)
    write(layers, LAYERS, made.layers)
