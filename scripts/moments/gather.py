from typing import TYPE_CHECKING

from hearsay.job import job
from hearsay.moments import analysis, graph, graph_means, lags, runs, shifted
from hearsay.tables import read, read_whole, write
from hearsay.vision.paired import summarise

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with job(snakemake):
    found, made, config = snakemake.input, snakemake.output, snakemake.params.config
    outcomes = read_whole(found.outcomes, runs.OUTCOMES)
    tested = read_whole(found.tested, shifted.TESTED)
    write(summarise(outcomes, analysis.SUMMARY), analysis.SUMMARY, made.summary)
    write(summarise(read_whole(found.errors, runs.ERRORS), analysis.LAYERS), analysis.LAYERS, made.layers)
    write(summarise(tested, shifted.SHIFTED), shifted.SHIFTED, made.shifted)
    write(analysis.comparisons(outcomes, tested, config), analysis.COMPARISONS, made.comparisons)
    write(lags.until(outcomes, config), lags.UNTIL, made.until)
    write(lags.curve(outcomes, config), lags.CURVE, made.curve)
    write(graph_means.means(read(found.graph, graph.GRAPH), graph_means.WAYS), graph_means.WAYS, made.ways)
    write(graph_means.means(read(found.optimiser, graph.OPTIMISER), graph_means.WORK), graph_means.WORK, made.work)
