from typing import TYPE_CHECKING

from hearsay import tables
from hearsay.imagenet.confusion import cost, readings, visibility
from hearsay.imagenet.devkit import class_table, read_devkit
from hearsay.imagenet.hierarchy import hierarchy
from hearsay.imagenet.tables import COST, VALIDATION, VISIBILITY
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    devkit = read_devkit(snakemake.input.devkit)
    classes = class_table(devkit)
    read = readings(classes)
    tables.write(cost(read, tables.read(snakemake.input.validation, VALIDATION)), COST, snakemake.output.cost)
    relation = hierarchy(devkit.synsets, classes)
    drawn = visibility(read, relation, snakemake.params.permutations, snakemake.params.seed)
    tables.write(drawn, VISIBILITY, snakemake.output.visibility)
