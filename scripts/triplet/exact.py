from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.tables import write
from hearsay.triplet.exact import EXACT, exact
from hearsay.triplet.untying import UNTYING, untying
from hearsay.vision.data import read

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    write(exact(read(snakemake.input.images).train, params.seed, params.cases), EXACT, snakemake.output.exact)
    write(untying(), UNTYING, snakemake.output.untying)
