from typing import TYPE_CHECKING

from hearsay.duplication.prediction_error import PREDICTION_ERROR, prediction_error
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found = prediction_error(snakemake.params.config, snakemake.params.seed)
    write(found, PREDICTION_ERROR, snakemake.output.prediction_error)
