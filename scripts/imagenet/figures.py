from typing import TYPE_CHECKING

from hearsay.imagenet.evidence import read_evidence
from hearsay.imagenet.figures import images_per_name, two_orders
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    tables = read_evidence(snakemake.input.tables)
    two_orders(tables["classes"], tables["groups"], snakemake.output.two_orders)
    images_per_name(tables["keys"], tables["classes"], tables["validation"], snakemake.output.images_per_name)
