from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.neat.collisions import COUNTED
from hearsay.neat.mechanism import WATCHED
from hearsay.neat.versions import COUNTED_VERSIONS
from hearsay.neat.watched import shard
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params, made = snakemake.params, snakemake.output
    watched, counted, versions = shard(params.config, params.seed, params.shard, params.shards)
    write(watched, WATCHED, made.watched)
    write(counted, COUNTED, made.counted)
    write(versions, COUNTED_VERSIONS, made.versions)
