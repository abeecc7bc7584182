from typing import TYPE_CHECKING

from hearsay.duplication.benchmark import TIMINGS, compare, peers
from hearsay.job import job
from hearsay.peers import PEERS
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    timings = compare(snakemake.params.repeats, snakemake.params.refits, snakemake.params.seed)
    write(timings, TIMINGS, snakemake.output.timings)
    write(peers(timings, snakemake.params.seed), PEERS, snakemake.output.peers)
