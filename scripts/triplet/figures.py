from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.triplet import figures
from hearsay.triplet.evidence import read_evidence

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    tables, made, judging = read_evidence(snakemake.input.tables), snakemake.output, snakemake.params.config["judging"]
    figures.sharing(tables["summary"], tables["comparisons"], judging, made.sharing)
    figures.shift(tables["summary"], made.shift)
    figures.steps(tables["steps"], made.steps)
    figures.layers(tables["layers"], made.layers)
    figures.factors(tables["comparisons"], judging, made.factors)
    figures.moderators(tables["comparisons"], judging, made.moderators)
    figures.losses(tables["comparisons"], judging, made.losses)
    figures.keeping(tables["summary"], made.keeping)
    figures.leak(tables["summary"], made.leak)
