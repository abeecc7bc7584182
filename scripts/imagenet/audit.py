from os.path import commonpath
from typing import TYPE_CHECKING

from hearsay.imagenet.audit import AUDIT, DUPLICATES, audit, audit_frame, duplicates_frame
from hearsay.imagenet.devkit import class_table, read_devkit
from hearsay.imagenet.lists import read_named
from hearsay.imagenet.sources import read_sources
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    classes = class_table(read_devkit(snakemake.input.devkit))
    lists = read_sources(commonpath(snakemake.input.lists), snakemake.input.devkit)
    own = read_named(zip(snakemake.params.own, snakemake.input.own, strict=True))
    audits = [audit(found, classes) for found in [*lists, *own]]
    write(audit_frame(audits, classes), AUDIT, snakemake.output.audit)
    write(duplicates_frame(audits, classes), DUPLICATES, snakemake.output.duplicates)
