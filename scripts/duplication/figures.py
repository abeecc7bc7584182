from typing import TYPE_CHECKING

from hearsay.duplication import figures
from hearsay.duplication.evidence import read_evidence
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    tables, made = read_evidence(snakemake.input.tables), snakemake.output
    figures.nothing_learned(tables["coverage"], tables["leakage"], made.nothing_learned)
    figures.census(tables["census"], made.census)
    figures.census_summary(tables["census"], made.census_summary)
    figures.calibration(tables["calibration"], made.calibration)
    figures.published(tables["intervals_published"], tables["oversampling"], made.published)
    figures.bootstrap(tables["intervals"], tables["prediction_error"], made.bootstrap)
