from typing import TYPE_CHECKING

from hearsay.imagenet.devkit import read_devkit
from hearsay.imagenet.evidence import read_evidence
from hearsay.imagenet.figures import groups, images_per_name, two_orders
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    tables = read_evidence(snakemake.input.tables)
    group = groups(read_devkit(snakemake.input.devkit).synsets, tables["classes"])
    two_orders(tables["classes"], group, snakemake.output.two_orders)
    images_per_name(tables["keys"], tables["classes"], tables["validation"], snakemake.output.images_per_name)
