from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.moments.graph import GRAPH, OPTIMISER, SAME, frames
from hearsay.moments.graph_data import read
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

# Not called tensorflow.py: Snakemake puts this folder on the path, where it would stand in for TensorFlow.
with job(snakemake):
    params = snakemake.params
    found = frames(params.config, read(snakemake.input.images), params.seed)
    write(found.graph, GRAPH, snakemake.output.graph)
    write(found.same, SAME, snakemake.output.same)
    write(found.optimiser, OPTIMISER, snakemake.output.optimiser)
