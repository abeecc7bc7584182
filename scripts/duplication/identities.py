from typing import TYPE_CHECKING

from hearsay.duplication.distance import DISTANCE, distance
from hearsay.duplication.identities import IDENTITIES, identities
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params = snakemake.params
    write(identities(params.config["copies"], params.exact, params.seed), IDENTITIES, snakemake.output.identities)
    write(distance(params.config, params.seed), DISTANCE, snakemake.output.distance)
