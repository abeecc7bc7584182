"""Distance matches genes by pair of nodes, crossover by innovation number.

Seen with: neat-python 2.0.0
Kind: defect
Expected: the paper that the package cites uses one identity, the innovation number, for both: genes that are not
    aligned in crossover count as disjoint in the distance. The page on innovation numbers says that they make the
    comparison of genomes for speciation accurate; the glossary says that genes are the same if their pair of nodes
    is.
Happens: two genomes in which the same connection appeared in different generations have distance nought, and are one
    species; when they mate the connection counts as disjoint, and the fitter parent's is always taken.
Fix: look genes up by innovation number in DefaultGenome.distance too, or say in both places of the documentation that
    the two differ, and why.
Known: none found
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
one, two = DefaultGenome(1), DefaultGenome(2)
one.configure_new(config)
config.innovation_tracker.reset_generation()  # the same connection, one generation later
two.configure_new(config)

numbers = [{gene.innovation for gene in genome.connections.values()} for genome in (one, two)]
disjoint = len(numbers[0] ^ numbers[1])
print("observed: genes that crossover does not align:", disjoint, "distance:", one.distance(two, config))
print("expected: a distance above 0 where crossover does not align every gene, and 0 where it does")
if (disjoint > 0) != (one.distance(two, config) > 0):
    sys.exit(f"still wrong: {__doc__.splitlines()[0]}")
print("fixed in this version")
