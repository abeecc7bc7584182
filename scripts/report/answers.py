from pathlib import Path
from typing import TYPE_CHECKING

from hearsay.answers import build
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    build(
        Path("report/chapters"),
        Path("results"),
        snakemake.output.answers,
        studies=snakemake.params.studies,
        allowed=Path(snakemake.input.allowed),
    )
