from typing import TYPE_CHECKING

from pandas import read_csv

from hearsay.job import job
from hearsay.neat import analysis, calibration, collisions, comparison, mechanism, published, runs, shares, versions
from hearsay.neat.arms import MAIN
from hearsay.tables import read_whole, write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found, made, params = snakemake.input, snakemake.output, snakemake.params
    run = read_whole(found.runs, runs.RUNS)
    watched = read_whole(found.watched, mechanism.WATCHED)
    said = read_csv(found.published, index_col="key")["value"].filter(like="stanley.").astype(float)
    write(comparison.summarise(run), comparison.SUMMARY, made.summary)
    write(analysis.comparisons(run, params.config, params.seed), comparison.COMPARISONS, made.comparisons)
    write(analysis.false_positives(run, params.config, params.seed), calibration.FALSE_POSITIVES, made.false_positives)
    write(analysis.survival(run), analysis.SURVIVAL, made.survival)
    write(published.beside(run, said), published.PUBLISHED, made.published)
    write(shares.shares(run), shares.SHARES, made.shares)
    write(mechanism.average([watched[watched["group"] == MAIN]]), mechanism.MECHANISM, made.mechanism)
    write(shares.whole(watched), shares.WHOLE, made.mechanism_runs)
    write(collisions.collisions(read_whole(found.counted, collisions.COUNTED)), collisions.COLLISIONS, made.collisions)
    counted = read_whole(found.versions, versions.COUNTED_VERSIONS)
    write(versions.summarise(counted), versions.VERSIONS, made.versions)
