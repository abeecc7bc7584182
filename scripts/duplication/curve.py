from typing import TYPE_CHECKING

from hearsay.duplication.coverage import COVERAGE
from hearsay.duplication.curve import curve
from hearsay.duplication.selection import SELECTION
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    coverage, selection = curve(params.config, params.seed, params.get("shard", 0), params.get("shards", 1))
    write(coverage, COVERAGE, snakemake.output.coverage)
    write(selection, SELECTION, snakemake.output.selection)
