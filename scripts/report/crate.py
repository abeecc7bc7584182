from typing import TYPE_CHECKING

from hearsay.crate import write
from hearsay.job import job

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    write(
        snakemake.output.metadata,
        snakemake.output.workflow,
        sources=snakemake.input.sources,
        provenance=snakemake.input.provenance,
        results=snakemake.input.results,
        folders=snakemake.params.folders,
        fetched=snakemake.params.fetched,
        config=snakemake.params.config,
    )
