from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.moments.exact import EXACT, exact
from hearsay.moments.runs import smaller
from hearsay.tables import write
from hearsay.vision.data import read

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    images = smaller(read(snakemake.input.images).train, params.pixels)
    write(exact(images, params.seed, params.cases), EXACT, snakemake.output.exact)
