"""Equal splits of one generation get different nodes and innovation numbers.

Seen with: neat-python 2.0.0
Kind: defect
Expected: the docstring of DefaultGenome.mutate_add_node says that genomes which split the same connection in one
    generation get matching innovation numbers, as in the paper it cites.
Happens: the tracker is asked for the pair of the old node and the new one, and the new one is fresh every time, so
    that no number is ever found again. Crossover aligns none of the genes, and speciation takes twins for strangers.
Fix: remember the node and both numbers by the connection that is split, as 2.1.0 is said to do.
Known: CodeReclaimers/neat-python#291 (closed); CodeReclaimers/neat-python#228 (open)
"""

import sys

from neat import DefaultGenome
from neat.innovation import InnovationTracker

SETTINGS = dict.fromkeys(["num_hidden", "conn_add_prob", "conn_delete_prob", "node_add_prob", "node_delete_prob"], "0")
SETTINGS |= {"num_inputs": "1", "num_outputs": "1", "feed_forward": "True", "initial_connection": "full_direct"}
SETTINGS |= {"compatibility_disjoint_coefficient": "1", "compatibility_weight_coefficient": "1"}
for name, choice in {"activation": "sigmoid", "aggregation": "sum"}.items():
    SETTINGS |= {f"{name}_default": choice, f"{name}_options": choice, f"{name}_mutate_rate": "0"}
for name in ("bias", "response", "weight"):
    SETTINGS |= dict.fromkeys((f"{name}_{end}" for end in ("init_mean", "init_stdev", "mutate_rate")), "0")
    SETTINGS |= {f"{name}_replace_rate": "0", f"{name}_mutate_power": "0", f"{name}_max_value": "1"}
    SETTINGS |= {f"{name}_min_value": "-1"}
SETTINGS |= {"enabled_default": "True", "enabled_mutate_rate": "0"}

config = DefaultGenome.parse_config(SETTINGS)
config.innovation_tracker = InnovationTracker()
genomes = [DefaultGenome(1), DefaultGenome(2)]
for genome in genomes:
    genome.configure_new(config)
    genome.mutate_add_node(config)

one, two = (sorted(gene.innovation for gene in genome.connections.values()) for genome in genomes)
observed = {"numbers of the one": one, "of the other": two}
expected = {"numbers of the one": one, "of the other": one}
print("observed:", observed)
print("expected:", expected)
if observed != expected:
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
