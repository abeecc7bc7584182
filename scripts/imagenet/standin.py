from typing import TYPE_CHECKING

from hearsay.imagenet.standin import write_standin
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    write_standin(snakemake.output.images, seed=snakemake.params.seed)
