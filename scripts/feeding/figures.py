from typing import TYPE_CHECKING

from hearsay.feeding import figures
from hearsay.feeding.evidence import read_evidence
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    tables, made = read_evidence(snakemake.input.tables), snakemake.output
    figures.speed(tables["summary"], tables["prediction"], made.speed)
    figures.crossings(tables["crossings"], tables["prediction"], made.crossings)
    figures.workers(tables["calibration"], made.workers)
    figures.tried(tables["demonstrations"], made.tried)
    figures.matrix(tables["matrix"], made.matrix)
