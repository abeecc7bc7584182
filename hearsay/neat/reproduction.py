"""Reproduction: explicit fitness sharing, offspring of each species, and the next generation (section 3.3).

The order of events, the penalty of stagnant species and the refocusing on two species are those of the C++ release.
"""

import numpy as np

from hearsay.jit import njit
from hearsay.neat.crossover import mate_multipoint
from hearsay.neat.genome import copy
from hearsay.neat.innovation import rename
from hearsay.neat.mutation import mutate, mutate_add_link, mutate_link_weights
from hearsay.neat.settings import NOTHING
from hearsay.neat.speciation import assign, begin, compatibility

PENALTY = 0.01  # of the fitness in a species without progress
LEAST = 0.0001  # fitness that a negative one counts as
OUTSIDE_TRIES = 5

# Places in `happened`, counts of one run
CROSSOVERS, EQUAL, SELF, EQUAL_SAME, OUTSIDE, DELTA, LARGEST = range(7)
N_HAPPENED = 7


@njit
def next_generation(
    parents, children, fitness, belongs, parentage, species, n_species, state, record, happened, settings, rng
):
    """Make `children` of `parents` by their `fitness`; return the number of species.

    belongs: (population,) the species of each parent, then of each child. parentage: (population, 2), set to the places
    of each child's parents, the second -1 without crossover. species: (2 * population,) of SPECIES.
    state: [threshold, best fitness so far, generations since it rose, species begun so far], changed in place.
    """
    adjusted = adjust_fitness(fitness, belongs, species, n_species, settings)
    pool, first, last = _pools(adjusted, belongs, species, n_species, settings)
    ranked = _by_champion(fitness, pool, first, n_species)
    count_offspring(adjusted, belongs, species, n_species)
    champions = _refocus(fitness, pool, first, species, ranked, state, happened, settings)
    for s in range(n_species):
        chosen = first[s]
        if settings.random_representative:
            chosen += int(rng.random() * species[s].members)
        species[s].representative = pool[chosen]
        species[s].members = 0
        species[s].new = False
    newcomers, born = n_species, 0
    for s in range(n_species):
        champion_due = species[s].offspring > settings.champion
        for k in range(born, born + species[s].offspring):
            mother = pool[first[s]]
            parentage[k, 0], parentage[k, 1] = mother, -1
            if champions[s] > 0:
                copy(parents, mother, children, k)
                if champions[s] > 1:
                    _vary_champion(children, k, record, settings, rng)
                champions[s] -= 1
            elif champion_due:
                copy(parents, mother, children, k)
                champion_due = False
            else:
                _offspring(
                    parents,
                    children,
                    k,
                    parentage,
                    fitness,
                    pool,
                    first,
                    last,
                    s,
                    ranked,
                    n_species,
                    record,
                    happened,
                    settings,
                    rng,
                )
            if settings.identity == NOTHING:
                rename(children.genes[k], children.n_genes[k], record)
            t = assign(children, k, parents, species, newcomers, state[0], settings)
            if t == newcomers:
                begin(species, t, state[3], k)
                state[3] += 1
                newcomers += 1
            species[t].members += 1
            belongs[k] = t
        born += species[s].offspring
    happened[LARGEST] = max(happened[LARGEST], children.n_genes.max())
    return _bury(belongs, species, newcomers, state, settings)


@njit
def adjust_fitness(fitness, belongs, species, n_species, settings):
    """Return the shared fitness: divided by the size of the species, and cut where the species stagnates."""
    for s in range(n_species):
        one = species[s]
        one.stagnant = one.age - one.last_improved + 1 >= settings.stagnation
    for i in range(len(fitness)):
        one = species[belongs[i]]
        if fitness[i] > one.best:
            one.best = fitness[i]
            one.last_improved = one.age
    adjusted = np.empty(len(fitness))
    for i in range(len(fitness)):
        one = species[belongs[i]]
        shared = fitness[i] * (PENALTY if one.stagnant else 1.0)
        adjusted[i] = (shared if shared >= 0 else LEAST) / one.members
    return adjusted


@njit
def _pools(adjusted, belongs, species, n_species, settings):
    """Return the genomes by species, best first, and where the parents of each species begin and end."""
    ranks = descending(adjusted)
    first = np.zeros(n_species, np.int64)
    for s in range(1, n_species):
        first[s] = first[s - 1] + species[s - 1].members
    pool, free = np.empty(len(adjusted), np.int64), first.copy()
    for i in ranks:
        pool[free[belongs[i]]] = i
        free[belongs[i]] += 1
    last = first.copy()
    for s in range(n_species):
        last[s] += min(int(settings.survival * species[s].members + 1), species[s].members)
    return pool, first, last


@njit
def _by_champion(fitness, pool, first, n_species):
    """Return the species in the order of their champions, best first."""
    best = np.empty(n_species)
    for s in range(n_species):
        best[s] = fitness[pool[first[s]]]
    return descending(best)


@njit
def descending(values):
    """Return the places of `values` from the highest to the lowest, equal ones in their order."""
    order = np.empty(len(values), np.int64)
    for i in range(len(values)):
        j = i
        while j > 0 and values[order[j - 1]] < values[i]:
            order[j] = order[j - 1]
            j -= 1
        order[j] = i
    return order


@njit
def count_offspring(adjusted, belongs, species, n_species):
    """Give each species offspring in proportion to the sum of its adjusted fitness; fractions are carried on."""
    population, total = len(adjusted), adjusted.sum()
    due = np.zeros(n_species)
    for i in range(population):
        due[belongs[i]] += adjusted[i] / total * population if total > 0 else 1.0
    carried, given, most = 0.0, 0, 0
    for s in range(n_species):
        carried += due[s]
        species[s].offspring = min(int(carried + 1e-9), population - given)
        carried -= species[s].offspring
        given += species[s].offspring
        if species[s].offspring >= species[most].offspring:
            most = s
    species[most].offspring += population - given


@njit
def _refocus(fitness, pool, first, species, ranked, state, happened, settings):
    """Note progress; after long stagnation leave all offspring to the two best species, as varied champions.

    Returns the number of champion's copies due to each species.
    """
    champions = np.zeros(len(ranked), np.int64)
    best = fitness[pool[first[ranked[0]]]]
    state[2] = 0 if best > state[1] else state[2] + 1
    state[1] = max(state[1], best)
    if not settings.delta_coding or state[2] < settings.stagnation + 5:
        return champions
    state[2] = 0
    happened[DELTA] += 1
    for s in ranked:
        species[s].offspring = 0
    half = len(fitness) // 2
    shares = (half, len(fitness) - half) if len(ranked) > 1 else (len(fitness), 0)
    for place in range(min(2, len(ranked))):
        one = species[ranked[place]]
        one.offspring = champions[ranked[place]] = shares[place]
        one.last_improved = one.age
    return champions


@njit
def _vary_champion(children, k, record, settings, rng):
    if settings.add_link == 0 or rng.random() < 0.8:
        mutate_link_weights(children, k, settings, rng)
    else:
        mutate_add_link(children, k, record, settings, rng)


@njit(forceinline=True)
def _offspring(
    parents, children, k, parentage, fitness, pool, first, last, s, ranked, n_species, record, happened, settings, rng
):
    """Make child k by mutation, or by crossover and mostly mutation, from parents of species s."""
    size = last[s] - first[s]
    if rng.random() < settings.mutate_only or size == 1:
        parentage[k, 0] = pool[first[s] + int(rng.random() * size)]
        copy(parents, parentage[k, 0], children, k)
        mutate(children, k, record, settings, rng)
        return
    mom = pool[first[s] + int(rng.random() * size)]
    if rng.random() < settings.interspecies:
        dad = pool[first[_other_species(s, ranked, n_species, rng)]]
        happened[OUTSIDE] += 1
    else:
        dad = pool[first[s] + int(rng.random() * size)]
    parentage[k, 0], parentage[k, 1] = mom, dad
    equal = mate_multipoint(parents, mom, dad, fitness[mom], fitness[dad], children, k, settings, rng)
    same = mom == dad or (
        compatibility(parents.genes[mom], parents.n_genes[mom], parents.genes[dad], parents.n_genes[dad], settings)
        == 0.0
    )
    happened[CROSSOVERS] += 1
    happened[SELF] += mom == dad
    happened[EQUAL] += equal and mom != dad
    happened[EQUAL_SAME] += equal and mom != dad and same
    if same or rng.random() >= settings.mate_only:
        mutate(children, k, record, settings, rng)


@njit
def _other_species(s, ranked, n_species, rng):
    """Draw a species other than s, mostly a good one, as the release does; s itself where luck fails five times."""
    other = s
    for _ in range(OUTSIDE_TRIES):
        spread = min(rng.standard_normal() / 4, 1.0)
        other = ranked[max(int(np.floor(spread * (n_species - 1) + 0.5)), 0)]
        if other != s:
            break
    return other


@njit
def _bury(belongs, species, n_species, state, settings):
    """Drop species without members, age the others, and move the threshold where a number of species is aimed at."""
    places, kept = np.zeros(n_species, np.int64), 0
    for s in range(n_species):
        if species[s].members > 0:
            places[s] = kept
            species[kept] = species[s]
            species[kept].age += not species[kept].new
            kept += 1
    for k in range(len(belongs)):
        belongs[k] = places[belongs[k]]
    if settings.species > 0:
        state[0] = max(state[0] + 0.3 * np.sign(kept - settings.species), 0.3)
    return kept
