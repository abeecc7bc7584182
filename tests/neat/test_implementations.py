"""The probes recognise planted implementations, and find in the installed ones what their sources say."""

import random
from dataclasses import dataclass, field

import pandas as pd
import pytest

from hearsay import tables
from hearsay.neat import implementations, implementations_probes
from hearsay.neat.implementations import IMPLEMENTATIONS, PROBES, known, probe
from hearsay.neat.implementations_codes import AVAILABLE, VERSIONS
from hearsay.neat.implementations_probes import Count, Gene, doubled, many_names, many_pairs, rule
from hearsay.neat.peers_neat_python import seeded

NEVER, FOREVER = 0, 10**9


@dataclass
class Planted:
    """A small NEAT whose every rule is given."""

    links: int = NEVER  # generations that a link mutation is remembered
    splits: int = NEVER
    tie: str = "both"
    copies: bool = False  # the weight of the first mutant
    refuses: bool = False  # doubled links
    named: bool = True  # else genes go by their pair
    far_by_pair: bool = False  # the distance
    rng: random.Random = field(default_factory=lambda: random.Random(1))
    generation: int = 0
    counter: int = 3
    node: int = 4
    record: dict = field(default_factory=dict)

    def founder(self):
        return [self._gene(i, 3, i, 0.0) for i in range(3)]

    def link(self, genome):
        nodes = sorted({node for gene in genome for node in gene[:2]})
        pair = self.rng.choice(nodes), self.rng.choice([node for node in nodes if node >= 3])
        if any(gene[:2] == pair for gene in genome):
            return list(genome)
        number, weight = self._remembered(("link", pair), self.links)
        return [*genome, self._gene(*pair, number, weight if self.copies else self.rng.random())]

    def split(self, genome):
        old = self.rng.choice(genome)
        node, _ = self._remembered(("split", old.innovation), self.splits, of_node=True)
        into, out = ((old.source, node), (node, old.target))
        return [
            *genome,
            *(self._gene(*pair, self._remembered(("part", pair), FOREVER)[0], 1.0) for pair in (into, out)),
        ]

    def next_generation(self):
        self.generation += 1

    def genes(self, genome):
        return genome

    def mate(self, mother, father):
        better = {"smaller": min, "larger": max}.get(self.tie)
        if better:
            return self.mate_unequal(*sorted((mother, father), key=len, reverse=better is max))
        if self.tie == "second":
            return self.mate_unequal(father, mother)
        child = self.mate_unequal(mother, father)
        have = {gene.innovation for gene in child}
        for gene in father:
            if gene.innovation not in have and not (self.refuses and any(g[:2] == gene[:2] for g in child)):
                child.append(gene)
        return child

    def mate_unequal(self, better, worse):
        other = {gene.innovation: gene for gene in worse}
        return [self.rng.choice([gene, other.get(gene.innovation, gene)]) for gene in better]

    def distance(self, one, other):
        key = slice(0, 2) if self.far_by_pair else slice(2, 3)
        return len({gene[key] for gene in one} ^ {gene[key] for gene in other})

    def evolve(self, generations):
        genomes = [self.founder() for _ in range(20)]
        for _ in range(generations):
            mutants = [self.rng.choice([self.link, self.split])(self.rng.choice(genomes)) for _ in range(20)]
            genomes = [self.mate(*self.rng.sample(mutants, 2)) for _ in range(20)]
            self.next_generation()
        return genomes

    def _gene(self, source, target, number, weight):
        return Gene(source, target, number if self.named else (source, target), weight)

    def _remembered(self, key, memory, of_node=False):
        found = self.record.get(key)
        if found and self.generation - found[2] < memory:
            return found[:2]
        self.node, self.counter = self.node + of_node, self.counter + (not of_node)
        found = (self.node if of_node else self.counter, self.rng.random(), self.generation)
        if memory:
            self.record[key] = found
        return found[:2]


def test_a_literal_counter_is_recognised():
    rules, counts = probe(Planted(), generations=8)
    assert (rules["link_rule"], rules["node_rule"], rules["tie_rule"]) == ("never", "never", "both parents'")
    assert rules["matched_in_crossover"] == rules["matched_in_distance"] == "the number"
    assert rules["weight_copied"] == "not determined: no link mutation matched"
    assert counts["link, same generation"].hits == 0 < counts["link, same generation"].cases
    assert counts["doubled child"].hits == counts["doubled child"].cases > 0
    assert counts["population, pairs with several numbers"].hits > 0
    assert counts["population, numbers with several pairs"].hits == 0
    assert rules["doubled_links"].startswith("in ")


@pytest.mark.parametrize(("links", "name"), [(NEVER, "never"), (1, "one generation"), (FOREVER, "whole run")])
@pytest.mark.parametrize(("splits", "other"), [(NEVER, "never"), (1, "one generation"), (FOREVER, "whole run")])
def test_every_memory_is_recognised(links, name, splits, other):
    rules, _ = probe(Planted(links, splits), generations=2)
    assert (rules["link_rule"], rules["node_rule"]) == (name, other)


@pytest.mark.parametrize("tie", ["both", "smaller", "larger", "second"])
def test_every_tie_rule_is_recognised(tie):
    parents = "both parents'" if tie == "both" else f"the {tie} parent's"
    assert implementations_probes.tie(Planted(tie=tie)) == parents


def test_refusing_doubles_copying_weights_and_pairs_are_recognised():
    rules, counts = probe(Planted(links=1, copies=True, refuses=True, far_by_pair=True), generations=5)
    assert rules["weight_copied"] == "yes"
    assert rules["matched_in_distance"] == "the pair of nodes"
    assert rules["matched_in_crossover"] == "the number"
    assert counts["doubled child"].hits == 0 < counts["doubled child"].cases
    assert rules["doubled_links"].startswith("none in ")
    rules, counts = probe(Planted(named=False, splits=NEVER), generations=5)
    assert (rules["link_rule"], rules["node_rule"]) == ("the pair of nodes", "never")
    assert rules["matched_in_crossover"] == "the pair of nodes"
    assert counts["doubled child"] == (0, 0)


def test_without_a_repeated_mutation_nothing_is_claimed():
    assert rule(Count(0, 0), Count(1, 1)).startswith("not determined")
    assert rule(Count(1, 2), Count(0, 3)).startswith("mixed")
    assert rule(Count(0, 2), Count(3, 3)).startswith("mixed")


def test_counting_names_in_a_planted_population():
    genomes = [[Gene(0, 1, 7, 0.0), Gene(2, 1, 8, 0.0)], [Gene(0, 1, 9, 0.0)], [Gene(3, 1, 8, 0.0)]]
    assert many_names(genomes) == (1, 3)
    assert many_pairs(genomes) == (1, 3)
    assert not any(map(doubled, genomes))
    assert doubled([Gene(0, 1, 7, 0.0), Gene(0, 1, 8, 1.0)])


@pytest.mark.parametrize(("name", "setting"), AVAILABLE)
def test_the_genomes_given_are_never_changed(name, setting):
    if not VERSIONS[name]():
        pytest.skip(f"{name} is not installed")
    with seeded(1):
        code = AVAILABLE[name, setting](1)
        parents = [code.split(code.founder()) for _ in range(2)]
        before = [code.genes(parent) for parent in parents]
        assert before[0] != code.genes(code.founder())
        code.mate(*parents), code.mate_unequal(*parents), code.link(parents[0]), code.split(parents[0])
        code.next_generation()
        assert code.distance(*parents) >= 0 == code.distance(parents[0], parents[0])
        assert [code.genes(parent) for parent in parents] == before


def test_what_was_read_is_well_formed():
    frame = known()
    assert set(frame["known"]) <= {"read", "run apart"}
    assert frame.equals(frame.sort_values(list(IMPLEMENTATIONS.key), ignore_index=True))
    assert (frame.drop(columns="setting") != "").all(axis=None)
    assert not frame.apply(lambda column: column.str.strip() != column).any(axis=None)


def test_the_installed_codes_do_what_their_sources_say(tmp_path):
    whole, counted = implementations.tables(seed=1, generations=40)
    tables.write(whole, IMPLEMENTATIONS, tmp_path / "implementations.csv")
    tables.write(counted, PROBES, tmp_path / "probes.csv")
    assert tables.read(tmp_path / "implementations.csv", IMPLEMENTATIONS).equals(whole)
    assert tables.read(tmp_path / "probes.csv", PROBES).equals(counted)
    run = whole[whole["known"] == "run"].set_index(["code", "version", "setting"])
    said = known().set_index(["code", "version", "setting"])
    for code, version in VERSIONS.items():
        if version():
            assert (code, version()) in [key[:2] for key in run.index]
    for key, row in run.iterrows():
        for column in ("link_rule", "node_rule", "tie_rule", "matched_in_crossover", "matched_in_distance"):
            if not row[column].startswith("not determined"):
                assert said.at[key, column].split(",")[0] == row[column]
        assert row["weight_copied"] == said.at[key, "weight_copied"]
    assert (counted.loc[counted["probe"] == "population, doubled genomes", "hits"] == 0).all()
    # a record for the whole run leaves no pair with several numbers; one of a generation may
    several = counted[counted["probe"] == "population, pairs with several numbers"].set_index(list(run.index.names))
    assert (several.loc[run["link_rule"] == "whole run", "hits"] == 0).all()
    assert (several["cases"] > 20).all()
    assert whole.equals(implementations.tables(seed=1, generations=40)[0])


def test_a_version_that_nobody_read_gets_its_row(monkeypatch):
    monkeypatch.setattr(implementations, "VERSIONS", dict.fromkeys(VERSIONS, lambda: "") | {"neat-python": lambda: "9"})
    whole, counted = implementations.tables(seed=2, generations=2)
    assert isinstance(whole, pd.DataFrame)
    assert len(whole) == len(known()) + 1
    assert whole.set_index(["code", "version"]).loc[("neat-python", "9"), "known"].tolist() == ["run"]
    assert set(counted["version"]) == {"9"}
