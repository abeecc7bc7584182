from typing import TYPE_CHECKING

from pandas import read_csv

from hearsay.duplication.oversampling import OVERSAMPLING, oversampling
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    published = read_csv(snakemake.input.published, index_col="key", dtype=str)["value"]
    found = oversampling(params.config, published, params.seed, params.get("shard", 0), params.get("shards", 1))
    write(found, OVERSAMPLING, snakemake.output.oversampling)
