from typing import TYPE_CHECKING

from hearsay import closure
from hearsay.job import job
from hearsay.moments.runs import ERRORS, OUTCOMES, shard
from hearsay.moments.shifted import TESTED
from hearsay.tables import write
from hearsay.vision.data import read

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params, made = snakemake.params, snakemake.output
    images, code = read(snakemake.input.images), closure.digest(snakemake.input.code)
    outcomes, errors, tested = shard(
        params.config, images, params.seed, params.shard, params.shards, f"{made.outcomes}.resume", code
    )
    write(outcomes, OUTCOMES, made.outcomes)
    write(errors, ERRORS, made.errors)
    write(tested, TESTED, made.tested)
