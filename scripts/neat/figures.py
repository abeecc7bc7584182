from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.neat import figures
from hearsay.neat.evidence import read_evidence

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    tables, made, judging = read_evidence(snakemake.input.tables), snakemake.output, snakemake.params.config["judging"]
    figures.schemes(tables["comparisons"], judging, made.schemes)
    figures.moderators(tables["comparisons"], judging, made.moderators)
    figures.survival(tables["survival"], made.survival)
    figures.mechanism(tables["mechanism"], made.mechanism)
    figures.doubles(snakemake.params.seed, made.doubles)
    figures.published(tables["published"], made.published)
