from typing import TYPE_CHECKING

from hearsay.feeding.prediction import CROSSINGS, PREDICTION, crossings, predict
from hearsay.feeding.timing import SUMMARY, TIMINGS, peers, summary, timings
from hearsay.job import job
from hearsay.peers import PEERS
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    params, made = snakemake.params, snakemake.output
    raw = timings(params.config, params.seed)
    write(raw, TIMINGS, made.modes)
    write(summary(raw, params.seed), SUMMARY, made.summary)
    write(predict(raw, params.seed), PREDICTION, made.prediction)
    write(crossings(raw, params.share, params.seed), CROSSINGS, made.crossings)
    write(peers(raw, params.seed), PEERS, made.peers)
