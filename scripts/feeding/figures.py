from typing import TYPE_CHECKING

from hearsay.feeding import figures, figures_speed
from hearsay.feeding.evidence import read_evidence
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    tables, made = read_evidence(snakemake.input.tables), snakemake.output
    alpha = snakemake.params.alpha
    figures_speed.speed(tables["summary"], tables["prediction"], made.speed)
    figures_speed.pipelines(tables["graph_times"], tables["modes"], alpha, made.pipelines)
    figures_speed.crossings(tables["crossings"], tables["prediction"], made.crossings)
    figures_speed.workers(tables["calibration"], made.workers)
    figures.tried(tables["demonstrations"], made.tried)
    figures.matrix(tables["matrix"], made.matrix)
