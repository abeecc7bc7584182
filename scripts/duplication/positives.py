from typing import TYPE_CHECKING

from hearsay.duplication.positives import CALIBRATION, POSITIVES, PREDICTIONS, positives
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    coefficients, predictions, curves = positives(params.config, params.seed, params.confidence)
    write(coefficients, POSITIVES, snakemake.output.positives)
    write(predictions, PREDICTIONS, snakemake.output.predictions)
    write(curves, CALIBRATION, snakemake.output.calibration)
