from typing import TYPE_CHECKING

from hearsay.closure import LOCK
from hearsay.files import sha256
from hearsay.job import job
from hearsay.numbers import gather

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    gather(
        {study: snakemake.input[study] for study in snakemake.params.studies},
        snakemake.output.numbers,
        run={"seed": snakemake.params.seed, "size": snakemake.params.size, "lock": sha256(LOCK)},
    )
