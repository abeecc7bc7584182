from typing import TYPE_CHECKING

from hearsay.feeding.graph_changes import COMPLICATION
from hearsay.feeding.graph_tables import frames
from hearsay.feeding.graph_ways import TABLE
from hearsay.feeding.outcomes import DEMONSTRATIONS, MATRIX
from hearsay.job import job
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

# Not called tensorflow.py: Snakemake puts this folder on the path, where it would stand in for TensorFlow.
with job(snakemake):
    found, made = frames(snakemake.params.config, snakemake.params.seed), snakemake.output
    write(found.demonstrations, DEMONSTRATIONS, made.demonstrations)
    write(found.matrix, MATRIX, made.matrix)
    write(found.ways, TABLE, made.ways)
    write(found.complication, COMPLICATION, made.complication)
