from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.moments import figures
from hearsay.moments.evidence import read_evidence

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    tables, made = read_evidence(snakemake.input.tables), snakemake.output
    figures.steps(tables["summary"], made.steps)
    figures.curve(tables["summary"], tables["curve"], snakemake.params.config["judging"], made.curve)
    figures.settings(tables["summary"], made.settings)
    figures.shift(tables["shifted"], made.shift)
