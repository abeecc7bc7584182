from typing import TYPE_CHECKING

from hearsay.duplication.census import CELLS, run
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    cells = run(snakemake.params.census, snakemake.params.seed, int(snakemake.wildcards.shard))
    write(cells, CELLS, snakemake.output.cells)
