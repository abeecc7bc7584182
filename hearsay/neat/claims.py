"""What is said about NEAT's innovation numbers: endpoints and rules, fixed before the runs; the judges are beside it.

The first claims are about how fast tasks are solved, the others about what happens in the runs.
"""

from collections.abc import Mapping

from hearsay.claims import CONFIDENCE, DEPENDS, FAILS, HOLDS, NONE, UNDECIDED, Claim
from hearsay.neat import claims_mechanism as mechanism
from hearsay.neat import claims_schemes as schemes

THREAD = "Why does NEAT need a global innovation number, and how long should innovations be remembered?"

A12 = (
    " (A12: the chance that a run of the first kind needs more evaluations than one of the second, ties counted half;"
    " a run that does not solve the task within the budget counts as slower than all that do)"
)
ALL_OF_IT = (HOLDS, DEPENDS, FAILS, UNDECIDED)

CLAIMS = [
    Claim(
        "memory-same",
        THREAD,
        "It makes no difference whether innovations are remembered for one generation or for ever.",
        f"evaluations to solution, for ever against one generation{A12}; a primary contrast",
        "Holds if A12 is shown to lie within {margin} of one half on all primary tasks; fails if a difference is shown,"
        " and not that it lies within, on all; depends if on some each; undecided otherwise.",
        schemes.memory_same,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "counter-slower",
        THREAD,
        "Mutations that happen twice must be matched: with a number of its own for every mutation NEAT takes longer.",
        f"evaluations to solution, every mutation its own number against Stanley's record{A12}; a primary contrast",
        "Holds if the literal counter is shown slower, and not within {margin} of one half, on all primary tasks; fails"
        " if it is shown to lie within, or faster, on all; depends if on some each; undecided otherwise.",
        schemes.counter_slower,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "pair-as-well",
        THREAD,
        "Identifying a gene by its pair of nodes, with a new node for every split, does as well as a number.",
        f"evaluations to solution, pairs against Stanley's numbers{A12}",
        "Holds if A12 is shown to lie below one half plus {margin} on all primary tasks; fails if pairs are shown"
        " slower on all, and not that; depends if on some each; undecided otherwise.",
        schemes.pair_as_well,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "positions-as-well",
        THREAD,
        "Identifying a gene by the places of its nodes in the genome's array does as well as a number.",
        "evaluations to solution, pairs of places against Stanley's numbers, on the primary tasks, and on double poles"
        f" without speciation{A12}",
        "Holds if A12 is shown to lie below one half plus {margin} in all cases; fails if places are shown slower"
        " in all, and not that; depends if in some each; undecided otherwise.",
        schemes.positions_as_well,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "alignment-needed",
        THREAD,
        "NEAT needs its genes to be aligned at all.",
        f"evaluations to solution, no gene ever aligned with another against Stanley's numbers{A12}",
        "Holds if NEAT without alignment is shown slower on all primary tasks; fails if A12 is shown to lie below one"
        " half plus {margin} on all; depends if on some each; undecided otherwise.",
        schemes.alignment_needed,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "ever-helps-somewhere",
        THREAD,
        "There are rates of structural mutation and populations with which remembering for ever works better.",
        f"evaluations to solution of XOR, for ever against one generation, over the grid of rates and populations{A12}",
        "Holds if for ever is shown faster, and not within {margin} of one half, in one place of the grid; fails if it"
        " is shown to lie within, or slower, in all; undecided otherwise.",
        schemes.ever_helps_somewhere,
        (HOLDS, FAILS, UNDECIDED),
        CONFIDENCE,
    ),
    Claim(
        "crossover-unnecessary",
        THREAD,
        "Crossover, a reason for numbers, is not necessary.",
        f"evaluations to solution, without crossover against with it{A12}",
        "Holds if A12 is shown to lie below one half plus {margin} on XOR and double poles; fails if without is shown"
        " slower on both, and not that; depends if on one each; undecided otherwise.",
        schemes.crossover_unnecessary,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "pair-is-number",
        THREAD,
        "A pair of node numbers carries the same information as an innovation number.",
        "pairs of nodes whose link mutations were given several numbers, share of pairs, largest over tasks",
        "Holds if no pair has several numbers, whether the record is kept for one generation or for ever; depends if"
        " none has for ever and some for one generation; fails otherwise.",
        mechanism.pair_is_number,
        (HOLDS, DEPENDS, FAILS),
        CONFIDENCE,
    ),
    Claim(
        "pair-names-node",
        THREAD,
        "A pair of node numbers says which node splits its link.",
        "pairs of nodes whose link was split by several nodes, share of pairs, largest over tasks",
        "Holds if no pair has several nodes, whether the record is kept for one generation or for ever; depends if none"
        " has for ever and some for one generation; fails otherwise.",
        mechanism.pair_names_node,
        (HOLDS, DEPENDS, FAILS),
        CONFIDENCE,
    ),
    Claim(
        "chronology",
        THREAD,
        "The order in which numbers were issued carries information that NEAT uses.",
        "share of runs that change in any bit when numbers are issued in an order without meaning, while excess and"
        " disjoint genes weigh the same",
        "Holds if all runs change; fails if none does; depends if some do; undecided if none changes even where excess"
        " and disjoint genes weigh differently, since the check would then be blind.",
        mechanism.chronology,
        ALL_OF_IT,
        NONE,
    ),
    Claim(
        "counter-apart",
        THREAD,
        "A literal global counter gives equal structures different numbers.",
        "pairs of genomes with the same network whose genes have other numbers, share of such pairs; least over tasks",
        "Holds if the share exceeds {rare} on all tasks; fails if it lies below on all; depends if on some each;"
        " undecided otherwise.",
        mechanism.counter_apart,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "doubled-children",
        THREAD,
        "With a literal counter equally fit parents have children with doubled connections.",
        "genomes with several genes from one node to another, share of genomes; largest over tasks where a child gets"
        " the genes of both parents",
        "Holds if there are any both where a child of equally fit parents gets the genes of both and where it gets"
        " those of the smaller one; depends if in one case only; fails if in none; undecided if no run went on.",
        mechanism.doubled_children,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "equal-rare",
        THREAD,
        "Equally fit parents are almost never met.",
        "crossovers between equally fit genomes that differ, share of crossovers; largest over tasks",
        "Holds if the share lies below {rare} on all tasks; fails if above on all; depends if on some each; undecided"
        " otherwise.",
        mechanism.equal_rare,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "doubled-crash",
        THREAD,
        "A doubled gene makes the network loop or crash.",
        "networks with a doubled connection whose response is not a finite number, or another than that of the same"
        " network with every link once, its weights added, or that have a cycle which that has not; share of networks",
        "Holds if all do; fails if none does; depends if some do; undecided if no network had a doubled connection.",
        mechanism.doubled_crash,
        ALL_OF_IT,
        NONE,
    ),
    Claim(
        "number-means-ancestor",
        THREAD,
        "Genes with the same number have a common ancestor.",
        "matching pairs of genes that two mutations made, share of matching pairs that evolution made; largest over"
        " tasks, with a record of one generation and for ever",
        "Holds if the share lies below {rare} in all cases; fails if above in all; depends if in some each; undecided"
        " otherwise.",
        mechanism.number_means_ancestor,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "pairing-avoids",
        THREAD,
        "Identifying genes by pairs of nodes avoids the collision.",
        "genomes with doubled connections, which pairs exclude by construction; and genomes with parallel paths through"
        " hidden nodes of the same neighbours, their share where every split has a new node, less that where splits are"
        " remembered for ever; a child of equally fit parents gets the genes of both",
        "Holds if no connection is doubled and the difference is shown to lie below {rare} on all tasks; depends"
        " if none is doubled and more paths are on one task; fails if a connection is doubled; undecided"
        " otherwise.",
        mechanism.pairing_avoids,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "several-rare",
        THREAD,
        "With a record of one generation, similar structures with different numbers are rare.",
        "pairs of genomes with the same network whose genes have other numbers, share of such pairs; largest over"
        " tasks",
        "Holds if the share lies below {rare} on all tasks; fails if above on all; depends if on some each; undecided"
        " otherwise.",
        mechanism.several_rare,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "fewer-species",
        THREAD,
        "Remembering for ever gives fewer species.",
        "relative change of the number of species in generation {generation}, for ever against one generation; least"
        " over tasks",
        "Holds if fewer are shown on all tasks; fails if a change of minus {fewer} or less is excluded on all; depends"
        " if on some each; undecided otherwise.",
        mechanism.fewer_species,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "first-wins",
        THREAD,
        "Where the same link has several numbers, the first version wins.",
        "links with several numbers and a living gene at the end of a run: share of which the first number is the most"
        " frequent, less what that would be if every number of a link were as likely; least over tasks, for every"
        " mutation its own number and a record of one generation",
        "Holds if the difference is above nothing in all cases; fails if below in all; depends if in some each;"
        " undecided otherwise.",
        mechanism.first_wins,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "champion-loses",
        THREAD,
        "A champion loses genes to alignment.",
        "genes of a generation's best genome that its children by crossover lack, share of its genes, where children of"
        " equally fit parents get the genes of the smaller one, and where they get each of both with probability one"
        " half; largest over tasks and schemes",
        "Holds if the share exceeds {rare} in all cases; fails if it lies below in all; depends if in some each;"
        " undecided otherwise.",
        mechanism.champion_loses,
        ALL_OF_IT,
        CONFIDENCE,
    ),
    Claim(
        "spares-comparing",
        THREAD,
        "The number spares comparing structure.",
        "time to align two genomes by a dictionary of pairs of nodes over that by sorted numbers, least over sizes of"
        " genomes and languages; committed timings",
        "Holds if sorted numbers are faster in all cases; fails if slower in all; depends if in some each; undecided"
        " otherwise.",
        mechanism.spares_comparing,
        ALL_OF_IT,
        CONFIDENCE,
    ),
]


def spoken(judging: Mapping, numbers: Mapping[str, str]) -> dict[str, str]:
    """Return the texts that statements and rules may name: the study's numbers, and the bounds of its config."""
    return dict(numbers) | {key: f"{value:,}" for key, value in judging.items()}
