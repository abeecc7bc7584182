from typing import TYPE_CHECKING

from hearsay.imagenet.devkit import archive_table, class_table, read_devkit
from hearsay.imagenet.hierarchy import groups
from hearsay.imagenet.labels import same_places
from hearsay.imagenet.tables import ARCHIVES, CLASSES, GROUPS, ORDERS
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    devkit = read_devkit(snakemake.input.devkit)
    classes = class_table(devkit)
    write(archive_table(snakemake.input.devkit), ARCHIVES, snakemake.output.archives)
    write(classes, CLASSES, snakemake.output.classes)
    write(groups(devkit.synsets, classes), GROUPS, snakemake.output.groups)
    write(same_places(classes), ORDERS, snakemake.output.orders)
