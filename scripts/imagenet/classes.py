from typing import TYPE_CHECKING

from hearsay.imagenet.devkit import class_table, read_devkit
from hearsay.imagenet.labels import same_places
from hearsay.imagenet.tables import CLASSES, ORDERS
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    classes = class_table(read_devkit(snakemake.input.devkit))
    write(classes, CLASSES, snakemake.output.classes)
    write(same_places(classes), ORDERS, snakemake.output.orders)
