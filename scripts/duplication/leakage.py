from typing import TYPE_CHECKING

from hearsay.duplication.leakage import LEAKAGE, leakage
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    found = leakage(params.config, params.seed, params.get("shard", 0), params.get("shards", 1))
    write(found, LEAKAGE, snakemake.output.leakage)
