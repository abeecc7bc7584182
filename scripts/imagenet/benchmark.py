from typing import TYPE_CHECKING

from hearsay.imagenet.benchmark import TIMINGS, compare, peers
from hearsay.job import job
from hearsay.peers import PEERS
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    timings = compare(
        snakemake.input.devkit, snakemake.input.images, snakemake.resources.tmpdir, snakemake.params.repeats
    )
    write(timings, TIMINGS, snakemake.output.timings)
    write(peers(timings, snakemake.params.seed), PEERS, snakemake.output.peers)
