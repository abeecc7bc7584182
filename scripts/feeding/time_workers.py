from typing import TYPE_CHECKING

from hearsay.feeding.calibration import CALIBRATION, calibrate
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    write(calibrate(snakemake.params.config, snakemake.params.seed), CALIBRATION, snakemake.output.times)
