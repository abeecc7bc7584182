from typing import TYPE_CHECKING

from hearsay.imagenet.devkit import read_devkit
from hearsay.imagenet.relabel import IMAGES, relabel
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    wnids = read_devkit(snakemake.input.devkit).wnids
    images = relabel(wnids, snakemake.input.images, snakemake.output.tree, snakemake.params.how)
    write(images, IMAGES, snakemake.output.images)
