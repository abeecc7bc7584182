from typing import TYPE_CHECKING

from hearsay.feeding.evidence import read_evidence
from hearsay.feeding.numbers import numbers
from hearsay.feeding.shown import GRAPH, WAYS, graph, ways
from hearsay.job import job
from hearsay.numbers import NUMBERS, frame
from hearsay.tables import write

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found = read_evidence(snakemake.input.tables)
    write(frame(numbers(found, snakemake.params.config)), NUMBERS, snakemake.output.numbers)
    write(ways(found["summary"]), WAYS, snakemake.output.ways)
    write(graph(found["graph_times"], snakemake.params.seed), GRAPH, snakemake.output.graph)
