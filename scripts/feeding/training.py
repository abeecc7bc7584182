from typing import TYPE_CHECKING

from hearsay.feeding.training import TRAINING, training
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    write(training(snakemake.params.config, snakemake.params.seed), TRAINING, snakemake.output.training)
