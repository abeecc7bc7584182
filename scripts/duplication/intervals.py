from typing import TYPE_CHECKING

from pandas import read_csv

from hearsay.duplication.intervals import INTERVALS, STANDARD_ERRORS, intervals
from hearsay.duplication.intervals_published import PUBLISHED, compare
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    published = read_csv(snakemake.input.published, index_col="key", dtype=str)["value"]
    found, errors = intervals(snakemake.params.config, snakemake.params.seed)
    write(found, INTERVALS, snakemake.output.intervals)
    write(errors, STANDARD_ERRORS, snakemake.output.standard_errors)
    write(compare(found, published), PUBLISHED, snakemake.output.published)
