from typing import TYPE_CHECKING

from hearsay.duplication.distribution import DISTRIBUTION, measure
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    arms = measure(params.config, params.confidence, params.seed, params.shard)
    write(arms, DISTRIBUTION, snakemake.output.distribution)
