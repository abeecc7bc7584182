from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.vision.data import load, write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    write(load(params.options, params.seed, snakemake.input.get("tree")), snakemake.output.images)
