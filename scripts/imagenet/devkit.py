from typing import TYPE_CHECKING

from hearsay.imagenet.devkit import fetch_devkit
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    fetch_devkit(snakemake.output.devkit)
