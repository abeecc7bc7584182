from typing import TYPE_CHECKING

from hearsay.duplication.helps import HELPS, measure
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    scores = measure(params.config, params.confidence, params.seed, params.shard)
    write(scores, HELPS, snakemake.output.helps)
