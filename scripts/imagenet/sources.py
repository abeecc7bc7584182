from os.path import commonpath
from typing import TYPE_CHECKING

from hearsay.imagenet.sources import write_sources
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    write_sources(commonpath(snakemake.output.lists))
