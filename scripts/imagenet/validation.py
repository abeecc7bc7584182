from os.path import commonpath
from typing import TYPE_CHECKING

from hearsay.imagenet.devkit import class_table, read_blacklist, read_devkit, validation_table
from hearsay.imagenet.labels import agreement, number_code, shared_names
from hearsay.imagenet.sources import copies, reassessed
from hearsay.imagenet.tables import AGREEMENT, KEYS, NUMBER_CODE, VALIDATION
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    devkit = read_devkit(snakemake.input.devkit)
    classes = class_table(devkit)
    blacklist = read_blacklist(snakemake.input.blacklist[0]) if snakemake.input.blacklist else None
    validation = validation_table(devkit, classes, blacklist, reassessed(commonpath(snakemake.input.lists)))
    write(validation, VALIDATION, snakemake.output.validation)
    write(agreement(validation, copies(commonpath(snakemake.input.lists))), AGREEMENT, snakemake.output.agreement)
    write(shared_names(classes, validation), KEYS, snakemake.output.shared_names)
    write(number_code(devkit.ground_truth, snakemake.params.lags), NUMBER_CODE, snakemake.output.number_code)
