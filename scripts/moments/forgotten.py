from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.moments.forgotten import FORGOTTEN, forgotten
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    write(forgotten(snakemake.params.inductor), FORGOTTEN, snakemake.output.forgotten)
