from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.neat.doubles import DOUBLES, census
from hearsay.neat.harmless import HARMLESS, check
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    write(census(params.children, params.seed), DOUBLES, snakemake.output.doubles)
    write(check(params.config, params.seed), HARMLESS, snakemake.output.harmless)
