"""What a run of NEAT may be told: the rates of the 2002 paper, where it is silent the release's, and identity rules."""

import math
from typing import Any, NamedTuple

from hearsay.errors import HearsayError

FOREVER = 2**31 - 1  # generations that a record of innovations is kept: the whole run

NUMBER, PAIR, POSITION, NOTHING = range(4)  # what identifies a gene
SMALLER, BOTH, EITHER = range(3)  # whose unmatched genes a child of equally fit parents gets

IDENTITIES = {"number": NUMBER, "pair": PAIR, "position": POSITION, "nothing": NOTHING}
TIES = {"smaller": SMALLER, "both": BOTH, "either": EITHER}


class Settings(NamedTuple):
    """One run's settings. The defaults are Stanley & Miikkulainen's for double poles with velocities and for XOR.

    Rates are probabilities; the words are those of the paper (section 4.1) or of Stanley's C++ release 1.2.1.
    """

    population: int = 150
    # how long a structural mutation is remembered, in generations (0: never), and what identifies a gene
    link_memory: int = 1
    node_memory: int = 1
    identity: int = NUMBER
    copy_weight: bool = False  # a link mutation that matches takes the first mutant's weight, as in the release
    scattered: bool = False  # issue numbers in an order without meaning instead of one by one
    # crossover
    mutate_only: float = 0.25  # offspring without crossover
    mate_only: float = 0.2  # crossovers without mutation
    interspecies: float = 0.001
    multipoint: float = 0.6  # matching genes from either parent; the others average them
    disable: float = 0.75  # a gene disabled in either parent is disabled in the child
    tie: int = SMALLER
    refuse_doubles: bool = True  # skip a gene whose link the child has already
    # speciation
    c1: float = 1.0  # weight of excess genes in the compatibility distance
    c2: float = 1.0  # of disjoint genes
    c3: float = 0.4  # of the mean weight difference of matching genes
    threshold: float = 3.0  # distance below which two genomes are one species; infinite: no speciation
    species: int = 0  # number of species aimed at by moving the threshold; 0: the threshold stays
    normalise: bool = False  # divide the number of unmatched genes by that of the larger genome (from 20 genes on)
    random_representative: bool = False  # a random member represents its species, as in the paper; else its champion
    # reproduction
    survival: float = 0.2  # best part of a species that may have offspring
    champion: int = 5  # a species with more members than this passes its champion on unchanged
    stagnation: int = 15  # generations without progress after which a species is held back
    delta_coding: bool = True  # after `stagnation` + 5 generations without progress only the two best species go on
    # mutation
    mutate_weights: float = 0.9
    uniform_weights: bool = False  # each weight: 90 % perturbed, 10 % new, as the paper says; else as the release does
    weight_power: float = 2.5  # largest change of a weight
    weight_cap: float = 8.0  # largest weight
    link_power: float = 1.0  # largest weight of a new link
    add_node: float = 0.03
    add_link: float = 0.05
    recurrent: float = 0.0  # new links that must be recurrent
    toggle: float = 0.0
    reenable: float = 0.0
    tries: int = 20  # attempts to find a place for a new link


RATES = (
    *("mutate_only", "mate_only", "interspecies", "multipoint", "disable", "survival", "mutate_weights"),
    *("add_node", "add_link", "recurrent", "toggle", "reenable"),
)
NOT_NEGATIVE = ("c1", "c2", "c3", "threshold", "weight_power", "weight_cap", "link_power", "link_memory", "node_memory")
EXPECTED = {int: f"a whole number up to {FOREVER}", float: "a number", bool: "True or False"}
COUNTS = {"population": 2, "species": 0, "champion": 0, "stagnation": 1, "tries": 1}


def settings(base: Settings | None = None, **changes: Any) -> Settings:
    """Return checked settings: `base`, or the defaults, with `changes`.

    `identity` and `tie` may be given as words. Raises HearsayError with one line that names the field.
    """
    unknown = [name for name in changes if name not in Settings._fields]
    if unknown:
        raise HearsayError(f"neat settings: no field is called {unknown[0]}; there are {', '.join(Settings._fields)}")
    for name, words in (("identity", IDENTITIES), ("tie", TIES)):
        value = changes.get(name)
        if isinstance(value, str):
            if value not in words:
                raise HearsayError(f"neat settings: {name}: expected one of {', '.join(words)}; got {value!r}")
            changes[name] = words[value]
    given = (base or Settings())._replace(**changes)
    kinds = Settings.__annotations__.items()
    typed = Settings(*(_typed(name, kind, value) for (name, kind), value in zip(kinds, given, strict=True)))
    _check(typed)
    return typed


def _typed(name: str, kind: type, value: Any) -> Any:
    try:
        typed = kind(value)
        if typed == value and (kind is not int or typed <= FOREVER):
            return typed
    except (TypeError, ValueError, OverflowError):
        pass
    raise HearsayError(f"neat settings: {name}: expected {EXPECTED[kind]}; got {value!r}")


def _check(typed: Settings) -> None:
    for name, words in (("identity", IDENTITIES), ("tie", TIES)):
        if getattr(typed, name) not in words.values():
            raise HearsayError(f"neat settings: {name}: expected one of {', '.join(words)}; got {getattr(typed, name)}")
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
