"""Populations written down gene by gene."""

from hearsay.neat import genome

SENSORS, OUTPUTS = 2, 1


def plant(*genomes, sensors=SENSORS, outputs=OUTPUTS):
    """Return a population; each genome: its nodes' numbers and its genes (innovation, origin, source, target, on)."""
    room = max([len(genes) for _, genes in genomes] + [1])
    planted = genome.empty(len(genomes), sensors, outputs, room, max(len(nodes) for nodes, _ in genomes))
    for k, (nodes, genes) in enumerate(genomes):
        planted.nodes[k, : len(nodes)] = nodes
        planted.n_nodes[k], planted.n_genes[k] = len(nodes), len(genes)
        for j, gene in enumerate(genes):
            for name, value in zip(("innovation", "origin", "source", "target", "enabled"), gene, strict=True):
                planted.genes[k, j][name] = value
    return planted
