"""What a run of NEAT may be told: the rates of the 2002 paper, where it is silent the release's, and identity rules."""

import difflib
import math
from typing import Any, NamedTuple

from hearsay.errors import HearsayError
from hearsay.neat.checks import shown

FOREVER = 2**31 - 1  # generations that a record of innovations is kept: the whole run

NUMBER, PAIR, POSITION, NOTHING = range(4)  # what identifies a gene
SMALLER, BOTH, EITHER = range(3)  # whose unmatched genes a child of equally fit parents gets

IDENTITIES = {"number": NUMBER, "pair": PAIR, "position": POSITION, "nothing": NOTHING}
TIES = {"smaller": SMALLER, "both": BOTH, "either": EITHER}
MEMORIES = {"forever": FOREVER}
WORDS = {"identity": IDENTITIES, "tie": TIES, "link_memory": MEMORIES, "node_memory": MEMORIES}


class Settings(NamedTuple):
    """One run's settings. The defaults are Stanley & Miikkulainen's for double poles with velocities and for XOR.

    Rates are probabilities; the words are those of the paper (section 4.1) or of Stanley's C++ release 1.2.1.

    `population` (genomes in a generation)

    Innovations:
    `link_memory`, `node_memory` (generations for which a new link, and a link's split by a new node, are remembered, so
    that the same mutation gets the same number again; 0: never; "forever": for the whole run)
    `identity` (what identifies a gene: its innovation "number"; the "pair" of its nodes' numbers; the "position" of its
    nodes in the network, in pairs; or "nothing", a control in which no gene of a genome is one of another's)
    `copy_weight` (a link mutation that matches takes the first mutant's weight, as in the release)
    `scattered` (numbers are issued in an order without meaning instead of one by one)

    Crossover:
    `mutate_only` (offspring without crossover)
    `mate_only` (crossovers without mutation)
    `interspecies` (crossovers with another species)
    `multipoint` (crossovers with matching genes from either parent; the others average them)
    `disable` (a gene disabled in either parent is disabled in the child)
    `tie` (whose unmatched genes a child of equally fit parents gets: those of the "smaller" parent, as in the release,
    of "both", or of "either", each gene with probability one half)
    `refuse_doubles` (with "both" and "either", skip a gene whose link the child has already)

    Speciation:
    `c1`, `c2`, `c3` (weights in the compatibility distance: of excess genes, of disjoint genes, of the mean weight
    difference of matching genes)
    `threshold` (distance below which two genomes are one species; infinite: no speciation)
    `species` (number of species aimed at by moving the threshold; 0: the threshold stays)
    `normalise` (the number of unmatched genes is divided by that of the larger genome, from 20 genes on)
    `random_representative` (a random member represents its species, as in the paper; else its champion)

    Reproduction:
    `survival` (best part of a species that may have offspring)
    `champion` (a species with more members than this passes its champion on unchanged)
    `stagnation` (generations without progress after which a species is held back)
    `delta_coding` (after `stagnation` + 5 generations without progress only the two best species go on)

    Mutation:
    `add_node`, `add_link` (offspring that get a new node; of the others, those that get a new link)
    `recurrent` (new links that must be recurrent; a task that asks for memory needs some)
    `tries` (attempts to find a place for a new link)
    `link_power` (largest weight of a new link)
    `mutate_weights` (offspring with neither a new node nor a new link whose weights mutate)
    `uniform_weights` (90 % of the weights are perturbed and 10 % new, as the paper says; else as in the release)
    `weight_power`, `weight_cap` (largest change of a weight; largest weight)
    `toggle`, `reenable` (of the same offspring, those with a gene switched on or off; with a disabled gene switched on)
    """

    population: int = 150
    link_memory: int = 1
    node_memory: int = 1
    identity: int = NUMBER
    copy_weight: bool = False
    scattered: bool = False
    # crossover
    mutate_only: float = 0.25
    mate_only: float = 0.2
    interspecies: float = 0.001
    multipoint: float = 0.6
    disable: float = 0.75
    tie: int = SMALLER
    refuse_doubles: bool = True
    # speciation
    c1: float = 1.0
    c2: float = 1.0
    c3: float = 0.4
    threshold: float = 3.0
    species: int = 0
    normalise: bool = False
    random_representative: bool = False
    # reproduction
    survival: float = 0.2
    champion: int = 5
    stagnation: int = 15
    delta_coding: bool = True
    # mutation
    mutate_weights: float = 0.9
    uniform_weights: bool = False
    weight_power: float = 2.5
    weight_cap: float = 8.0
    link_power: float = 1.0
    add_node: float = 0.03
    add_link: float = 0.05
    recurrent: float = 0.0
    toggle: float = 0.0
    reenable: float = 0.0
    tries: int = 20


RATES = (
    *("mutate_only", "mate_only", "interspecies", "multipoint", "disable", "survival", "mutate_weights"),
    *("add_node", "add_link", "recurrent", "toggle", "reenable"),
)
NOT_NEGATIVE = ("c1", "c2", "c3", "threshold", "weight_power", "weight_cap", "link_power", "link_memory", "node_memory")
EXPECTED = {int: f"a whole number up to {FOREVER}", float: "a number", bool: "True or False"}
COUNTS = {"population": 2, "species": 0, "champion": 0, "stagnation": 1, "tries": 1}


def settings(base: Settings | None = None, **changes: Any) -> Settings:
    """Return checked settings: `base`, or the defaults, with `changes`.

    `identity`, `tie` and the memories may be given as words. Raises HearsayError with one line that names the field.
    """
    for name in changes:
        if name not in Settings._fields:
            near = difflib.get_close_matches(name, Settings._fields, 1, cutoff=0.0)
            raise HearsayError(f"neat settings: no field is called {name}; did you mean {near[0]}?")
    given = (base or Settings())._replace(**changes)
    kinds = Settings.__annotations__.items()
    typed = Settings(*(_typed(name, kind, value) for (name, kind), value in zip(kinds, given, strict=True)))
    _check(typed)
    return typed


def _typed(name: str, kind: type, value: Any) -> Any:
    if name in WORDS and isinstance(value, str):
        value = WORDS[name].get(value, value)
    try:
        typed = kind(value)
        if typed == value and (kind is not int or typed <= FOREVER):
            return typed
    except (TypeError, ValueError, OverflowError):
        pass
    raise HearsayError(f"neat settings: {name}: expected {_expected(name, kind)}; got {shown(value)}")


def _expected(name: str, kind: type) -> str:
    if name in WORDS and WORDS[name] is not MEMORIES:
        return f"one of {', '.join(WORDS[name])}"
    return EXPECTED[kind] + (', or "forever"' if name in WORDS else "")


def _check(typed: Settings) -> None:
    for name in ("identity", "tie"):
        if getattr(typed, name) not in WORDS[name].values():
            raise HearsayError(f"neat settings: {name}: expected {_expected(name, int)}; got {getattr(typed, name)}")
    for name, value in typed._asdict().items():
        if value == math.inf and name != "threshold":
            raise HearsayError(f"neat settings: {name}: expected a finite number; got {value}")
        if name in RATES and not 0 <= value <= 1:
            raise HearsayError(f"neat settings: {name}: a rate lies between 0 and 1; got {value}")
        if name in NOT_NEGATIVE and not value >= 0:
            raise HearsayError(f"neat settings: {name}: expected a number of 0 or more; got {value}")
        if name in COUNTS and value < COUNTS[name]:
            raise HearsayError(f"neat settings: {name}: expected {COUNTS[name]} or more; got {value}")
    if typed.survival == 0:
        raise HearsayError("neat settings: survival: expected a share above 0; without parents there is no offspring")
