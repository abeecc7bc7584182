from typing import TYPE_CHECKING

from pandas import read_csv

from hearsay.job import job
from hearsay.tables import read_whole, write
from hearsay.triplet import analysis, hoffer, runs

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found, made = snakemake.input, snakemake.output
    outcomes = read_whole(found.outcomes, runs.OUTCOMES)
    published = read_csv(found.published, index_col="key")["value"].filter(like="hoffer.").astype(float)
    write(analysis.summarise(outcomes), analysis.SUMMARY, made.summary)
    write(analysis.comparisons(outcomes, snakemake.params.judging), analysis.COMPARISONS, made.comparisons)
    write(read_whole(found.steps, runs.STEPS), runs.STEPS, made.steps)
    write(read_whole(found.layers, runs.LAYERS), runs.LAYERS, made.layers)
    write(hoffer.beside(read_whole(found.hoffer, hoffer.RUNS), published), hoffer.HOFFER, made.hoffer)
