"""The run as an RO-Crate: what the profiles require, property by property, true to the files, the same bytes always."""

import json
import random
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from rocrate.rocrate import ROCrate

from hearsay import crate, crate_entities
from hearsay.closure import locked
from hearsay.errors import HearsayError
from hearsay.files import sha256, write_text

ROOT = Path(__file__).parents[1]
RUN, PROCESS = "https://w3id.org/ro/wfrun/workflow/0.5", "https://w3id.org/ro/wfrun/process/0.5"
WORKFLOW = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
CONFIG = {
    "size": "smoke",
    "seed": 3,
    "imagenet": {"devkit": "/data/mine/kit.tar.gz", "images": None, "label_lists": {"my own": "../lists/own.txt"}},
    "triplet": {"maps": [4, 4], "hoffer": {"steps": 1}, "rate": 0.5},
}
WRITTEN = {
    "results/claims.csv": "study,id\n",
    "results/paper.pdf": "%PDF",
    "results/numbers.json": "{}",
    "results/imagenet/figures/two orders.svg": "<svg/>",
    "results/imagenet/sources/list.txt": "tench\n",
    "results/imagenet/val/n01440764/1.JPEG": "1",
    "results/imagenet/val/n01440764/2.JPEG": "2",
}
RESULTS = [name for name in WRITTEN if "/val/" not in name]
FOLDER = "results/imagenet/val"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A small project after its run: two images in a folder, a temporary file that is gone, two inputs."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("CITATION.cff", "pyproject.toml", "requirements.lock"):
        write_text(folder / name, (ROOT / name).read_text())
    for name in ("Snakefile", "LICENSE", "README.md", "config/config.yaml", "rules/a.smk", "report/published.csv"):
        write_text(folder / name, name)
    write_text(folder / "results/README.md", "# What appears here\n")
    for name, text in WRITTEN.items():
        write_text(folder / name, text)
    inputs = {"report/published.csv": sha256(folder / "report/published.csv"), "kit.tar.gz": "ab" * 32}
    record = {"rule": "made", "params": {}, "seed": 3, "code": "c" * 64, "lock": "d" * 64, "inputs": inputs}
    recorded = {name: record | {"sha256": sha256(folder / name)} for name in [*RESULTS, FOLDER]}
    recorded["results/imagenet/stand-in.tar"] = record | {"sha256": "ef" * 32}
    recorded["results/paper.pdf"]["inputs"] = {"results/claims.csv": recorded["results/claims.csv"]["sha256"]}
    write_text(folder / "results/provenance.json", json.dumps(recorded))
    return folder


def build(project, order=sorted):
    """Write the crate, the arguments in the order that is asked for; return the metadata's text."""
    sources = [path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()]
    sources = [name for name in sources if not name.startswith("results/")] + ["results/README.md"]
    crate.write(
        "results/ro-crate-metadata.json",
        "results/workflow",
        sources=order(sources),
        provenance="results/provenance.json",
        results=order(RESULTS),
        folders=order([FOLDER]),
        fetched=order(["results/imagenet/sources", FOLDER]),
        config=dict(order(list(CONFIG.items()))),
    )
    return Path("results/ro-crate-metadata.json").read_text(encoding="utf-8")


@pytest.fixture
def text(project, monkeypatch):
    monkeypatch.chdir(project)
    return build(project)


@pytest.fixture
def graph(text):
    return {entity["@id"]: entity for entity in json.loads(text)["@graph"]}


@pytest.fixture
def root(graph):
    return graph["./"]


@pytest.fixture
def main(graph, root):
    return graph[root["mainEntity"]["@id"]]


@pytest.fixture
def action(graph):
    (found,) = of_type(graph, "CreateAction")
    return found


def of_type(graph, name):
    return [entity for entity in graph.values() if name in many(entity["@type"])]


def many(value):
    return value if isinstance(value, list) else [value]


def ids(value):
    return {entry["@id"] for entry in many(value)}


# RO-Crate 1.1


def test_the_descriptor_is_about_the_root(graph):
    descriptor = graph["ro-crate-metadata.json"]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["about"] == {"@id": "./"}
    assert ids(descriptor["conformsTo"]) == {"https://w3id.org/ro/crate/1.1", WORKFLOW}


def test_the_contexts_are_those_of_the_crate_and_of_the_profile(text):
    context = json.loads(text)["@context"]
    assert context == ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]


def test_the_root_has_name_description_licence_and_date_of_the_citation(graph, root):
    assert root["@type"] == "Dataset"
    assert root["name"] == "Hearsay: what machine-learning forums say, measured"
    assert root["description"].startswith("Machine-learning forums answer")
    assert root["datePublished"] == re.search(r'date-released: "(.*)"', (ROOT / "CITATION.cff").read_text()).group(1)
    assert graph[root["license"]["@id"]]["name"] == "MIT"
    assert "machine learning" in root["keywords"].split(", ")
    assert [graph[name]["name"] for name in ids(root["author"])] == ["The Hearsay authors"]


def test_every_file_and_folder_is_a_part_of_the_root(graph, root):
    data = {entity["@id"] for entity in graph.values() if {"File", "Dataset"} & set(many(entity["@type"]))} - {"./"}
    assert data == ids(root["hasPart"])
    assert all(entity["@id"].endswith("/") for entity in of_type(graph, "Dataset"))
    assert all("encodingFormat" in entity for entity in of_type(graph, "File"))


def test_every_name_that_is_referred_to_is_described(graph):
    def referred(value):
        if isinstance(value, dict):
            yield value["@id"]
        elif isinstance(value, list):
            for entry in value:
                yield from referred(entry)

    for entity in graph.values():
        for key, value in entity.items():
            assert set(referred(value)) <= set(graph), (entity["@id"], key)


def test_every_entity_has_an_id_of_its_own_and_a_type(text):
    entities = json.loads(text)["@graph"]
    assert len({entity["@id"] for entity in entities}) == len(entities)
    assert all(entity["@type"] for entity in entities)


# Workflow RO-Crate 1.0


def test_the_main_workflow_is_a_file_of_the_crate_in_snakemake(graph, main):
    assert main["@type"] == ["File", "SoftwareSourceCode", "ComputationalWorkflow"]
    assert (Path("results") / main["@id"]).read_text() == "Snakefile"
    language = graph[main["programmingLanguage"]["@id"]]
    assert language["@id"] == "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
    assert language["@type"] == "ComputerLanguage"
    assert language["version"] == locked(ROOT)["snakemake"]


def test_the_main_workflow_names_version_licence_and_authors(root, main):
    assert main["name"]
    assert main["version"] == root["version"] == "0.1.0"
    assert (main["license"], main["author"], main["creator"]) == (root["license"], root["author"], root["author"])


def test_the_readme_is_about_the_crate(graph):
    assert graph["README.md"]["about"] == {"@id": "./"}
    assert graph["README.md"]["encodingFormat"] == "text/markdown"


def test_what_others_publish_is_not_under_our_licence(graph, root):
    for name in ("imagenet/sources/list.txt", "imagenet/val/"):
        assert graph[name]["license"] != root["license"]
    assert "license" not in graph["claims.csv"]


# Process Run Crate and Workflow Run Crate 0.5


def test_the_root_conforms_to_the_three_profiles(graph, root):
    assert ids(root["conformsTo"]) == {RUN, PROCESS, WORKFLOW}
    for name in (RUN, PROCESS, WORKFLOW):
        assert graph[name]["@type"] == "CreativeWork"
        assert graph[name]["name"]
        assert name.endswith(f"/{graph[name]['version']}")


def test_the_run_is_one_action_of_the_main_workflow(root, main, action):
    assert action["instrument"] == {"@id": main["@id"]}
    assert action["@id"] in ids(root["mentions"])
    assert action["name"] == "Hearsay at smoke size"
    assert action["description"]
    assert action["actionStatus"] == "http://schema.org/CompletedActionStatus"


def test_the_action_took_the_options_and_the_inputs(graph, action):
    taken = ids(action["object"])
    assert {f"#option/{name}" for name in CONFIG} <= taken
    assert {"workflow/report/published.csv", "workflow/config/config.yaml"} <= taken
    (kit,) = (graph[name] for name in taken if name.startswith("#input/"))
    assert (kit["@type"], kit["name"], kit["sha256"]) == ("CreativeWork", "kit.tar.gz", "ab" * 32)


def test_the_action_gave_every_output_that_stays(action):
    names = {unquote(name) for name in ids(action["result"])}
    assert names == {name.removeprefix("results/") for name in RESULTS} | {"imagenet/val/"}


def test_an_intermediate_file_is_mentioned_and_no_part(graph, root):
    name = "#intermediate/results/imagenet/stand-in.tar"
    assert name in ids(root["mentions"])
    assert graph[name]["sha256"] == "ef" * 32


def test_every_option_is_a_formal_parameter_with_its_value(graph, main):
    assert ids(main["input"]) == {f"#parameter/{name}" for name in CONFIG}
    types = {"size": "Text", "seed": "Integer", "imagenet": "PropertyValue", "triplet": "PropertyValue"}
    for name, kind in types.items():
        formal, value = graph[f"#parameter/{name}"], graph[f"#option/{name}"]
        assert (formal["@type"], formal["name"], formal["additionalType"]) == ("FormalParameter", name, kind)
        assert (value["@type"], value["name"]) == ("PropertyValue", name)
        assert value["exampleOfWork"] == {"@id": formal["@id"]}
        assert formal["workExample"] == {"@id": value["@id"]}
    assert (graph["#option/size"]["value"], graph["#option/seed"]["value"]) == ("smoke", 3)


def test_the_options_of_a_section_stand_under_their_dotted_names(graph):
    assert ids(graph["#option/triplet"]["value"]) == {
        f"#option/triplet.{key}" for key in ("maps", "hoffer.steps", "rate")
    }
    assert graph["#option/triplet.hoffer.steps"]["value"] == 1
    assert graph["#option/triplet.maps"]["value"] == "[4, 4]"  # a list of JSON-LD would hold 4 once
    assert graph["#option/imagenet.images"]["value"] == "null"
    assert graph["#option/imagenet.devkit"]["value"] == "kit.tar.gz"
    assert graph["#option/imagenet.label_lists.my%20own"]["value"] == "own.txt"


def test_what_it_is_run_for_are_formal_outputs(graph, main):
    assert ids(main["output"]) == {"#parameter/claims", "#parameter/numbers", "#parameter/paper"}
    for name in ids(main["output"]):
        assert graph[name]["additionalType"] == "File"
        assert graph[graph[name]["workExample"]["@id"]]["exampleOfWork"] == {"@id": name}


def test_software_stands_in_the_versions_of_the_lock(graph, main):
    software = {graph[name]["name"]: graph[name] for name in ids(main["softwareRequirements"])}
    lock = locked(ROOT)
    assert {"Python", "snakemake", "torch", "tensorflow-cpu", "pandas", "typst"} <= set(software)
    for name, entity in software.items():
        assert entity["@type"] == "SoftwareApplication"
        assert entity["url"].startswith("https://")
        assert entity["softwareVersion"] == lock.get(name, ">=3.11,<3.14")


# What the profiles do not ask for, and we do


def test_hashes_and_sizes_are_those_of_the_files(graph):
    files = of_type(graph, "File")
    assert len(files) > len(RESULTS)
    for entity in files:
        path = Path("results") / unquote(entity["@id"])
        assert entity["sha256"] == sha256(path), path
        assert entity["contentSize"] == str(path.stat().st_size), path


def test_a_folder_is_one_entity_with_its_hash(graph):
    assert sha256(FOLDER) in graph["imagenet/val/"]["description"]
    assert not [name for name in graph if "JPEG" in name]


def test_nothing_tells_where_when_or_for_whom_it_ran(text, project):
    assert str(project) not in text
    assert not re.search(r'"(/|file:|\.\./)', text)
    assert not re.search(r"(endTime|startTime|dateCreated|dateModified|agent)", text)
    assert set(re.findall(r"20\d\d-\d\d-\d\d", text)) == {json.loads(text)["@graph"][1]["datePublished"]}


def test_the_same_bytes_whatever_the_order_and_what_was_there(text, project):
    write_text("results/workflow/stale.py", "")
    write_text("results/.workflow.part/stale.py", "")

    def shuffled(values):
        return random.Random(5).sample(values, len(values))

    assert build(project, shuffled) == text
    assert not list(project.rglob("stale.py"))


def test_the_library_of_the_format_reads_it(text):
    read = ROCrate("results")
    assert read.mainEntity.id == "workflow/Snakefile"
    assert read.root_dataset["license"].id == "https://spdx.org/licenses/MIT"
    assert len(read.get_entities()) == len(json.loads(text)["@graph"])


def test_an_incomplete_citation_is_one_line(project, monkeypatch, tmp_path):
    monkeypatch.chdir(project)
    (tmp_path / "CITATION.cff").write_text("title: x\nabstract: y\n")
    with pytest.raises(HearsayError, match=r"CITATION\.cff: no authors, which an RO-Crate must name; add it"):
        crate_entities.citation(tmp_path / "CITATION.cff")


def test_persons_and_groups_can_be_authors():
    person = {
        "family-names": "Noether",
        "given-names": "Emmy",
        "orcid": "https://orcid.org/0",
        "affiliation": "Erlangen",
    }
    first, second = crate_entities.authors([person, {"name": "The Group"}])
    assert (first["@id"], first["@type"], first["name"]) == ("https://orcid.org/0", "Person", "Emmy Noether")
    assert (second["@id"], second["@type"], second["name"]) == ("#author/the-group", "Organization", "The Group")


def test_the_workflow_is_copied_with_all_that_its_jobs_reach():
    sources = crate.sources(ROOT)
    assert {"Snakefile", "rules/common.smk", "config/config.yaml", "envs/data.yaml", "requirements.lock"} <= set(
        sources
    )
    assert {"hearsay/config.py", "hearsay/neat/config.py", "hearsay/imagenet/classes.csv"} <= set(sources)
    assert {path.relative_to(ROOT).as_posix() for path in ROOT.glob("scripts/*/*.py")} <= set(sources)
    assert "hearsay/cli.py" not in sources  # no job uses it
    assert sources == sorted(set(sources))
    assert all((ROOT / path).is_file() for path in sources)
