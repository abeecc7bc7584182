"""The entities of a run's RO-Crate, as plain data: files, folders, options, software, people and who they belong to.

Names are those of the profiles that hearsay/crate.py lists; an entity refers to another one by its `@id`.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from hearsay.closure import locked
from hearsay.errors import HearsayError
from hearsay.files import sha256

CRATE = "https://w3id.org/ro/crate/1.1"
WORKFLOW_CRATE = "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    WORKFLOW_CRATE: ("Workflow RO-Crate", "1.0"),
}
# As the profile spells it, so that its readers know the language.
SNAKEMAKE = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
SNAKEMAKE_PAPER = "https://doi.org/10.1093/bioinformatics/bts480"
SNAKEMAKE_SITE = "https://snakemake.readthedocs.io"
PYTHON = "https://www.python.org/"
OTHERS = "#terms-of-others"

FORMATS = {
    ".bib": "application/x-bibtex",
    ".cff": "application/yaml",
    ".css": "text/css",
    ".csv": "text/csv",
    ".gz": "application/gzip",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".md": "text/markdown",
    ".npz": "application/zip",
    ".pdf": "application/pdf",
    ".py": "text/x-python",
    ".svg": "image/svg+xml",
    ".tar": "application/x-tar",
    ".toml": "application/toml",
    ".yaml": "application/yaml",
}
TYPES = {bool: "Boolean", int: "Integer", float: "Float", str: "Text", dict: "PropertyValue"}


def ref(name: str) -> dict[str, str]:
    """Return a reference to an entity by its `@id`."""
    return {"@id": name}


def refs(entities: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return references to entities, each once, sorted."""
    return [ref(name) for name in sorted({entity["@id"] for entity in entities})]


def file(crate: Path, name: str, sha: str | None = None) -> dict[str, Any]:
    """Return a file of the crate; sha: its SHA-256 where it is known."""
    path = crate / name
    return {
        "@id": quote(name),
        "@type": "File",
        "name": name,
        "encodingFormat": FORMATS.get(path.suffix.lower(), "text/plain"),
        "contentSize": str(path.stat().st_size),
        "sha256": sha or sha256(path),
    }


def output(crate: Path, path: str, entry: Mapping[str, Any], folder: bool, fetched: Sequence[str]) -> dict[str, Any]:
    """Return a result of the run, a file or a folder; fetched: what is not ours."""
    name = Path(path).relative_to(crate).as_posix()
    said = f"Written by the rule {entry['rule']}."
    if folder:
        # One entity for all its files. `sha256` is a property of files, so the folder's hash is said in words.
        hashed = f"The SHA-256 of its sorted lines 'SHA256  NAME' is {entry['sha256']}."
        entity = {"@id": f"{quote(name)}/", "@type": "Dataset", "name": name, "description": f"{said} {hashed}"}
    else:
        entity = file(crate, name, entry["sha256"]) | {"description": said}
    if any(path == other or path.startswith(f"{other}/") for other in fetched):
        entity["license"] = ref(OTHERS)
    return entity


def intermediate(path: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result that is gone, by what is known of it."""
    return {
        "@id": f"#intermediate/{quote(path)}",
        "@type": "CreativeWork",
        "name": path,
        "description": f"Written by the rule {entry['rule']}, deleted when everything that reads it had run.",
        "sha256": entry["sha256"],
    }


def trace(crate: Path, path: Path) -> dict[str, Any]:
    """Return a file that says where results come from."""
    said = "For every output its rule, parameters, seed, and the hashes of itself, its inputs, code and lock."
    return file(crate, path.relative_to(crate).as_posix()) | {"description": said}


def inputs(
    crate: Path, workflow: str, recorded: Mapping[str, Any], sources: set[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what the run read and did not write: files of the workflow, and the reader's own, which stay outside."""
    read = {item for entry in recorded.values() for item in entry["inputs"].items()}
    inside = {"config/config.yaml"} | {name for name, _ in read if name in sources}
    own = sorted((n, sha) for n, sha in read if n not in sources and n not in recorded and not n.startswith("results/"))
    outside = [
        {
            "@id": f"#input/{sha[:16]}/{quote(name)}",
            "@type": "CreativeWork",
            "name": name,
            "description": "Given by whoever ran the workflow; not in the crate.",
            "sha256": sha,
        }
        for name, sha in own
    ]
    return [file(crate, f"{workflow}/{name}") for name in sorted(inside)], outside


def code(crate: Path, workflow: str, listed: set[str]) -> list[dict[str, Any]]:
    """Return the copy of the workflow: its folders, and the files at its top that are not described otherwise."""
    entities = [
        {
            "@id": f"{workflow}/",
            "@type": "Dataset",
            "name": workflow,
            "description": "The workflow, ready to run again.",
        }
    ]
    for path in sorted((crate / workflow).iterdir()):
        name = path.relative_to(crate).as_posix()
        if path.is_dir():
            entities.append({"@id": f"{quote(name)}/", "@type": "Dataset", "name": name})
        elif path.name != "Snakefile" and name not in listed and not path.name.startswith("."):
            entities.append(file(crate, name))
    return entities


def options(config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a formal parameter for each key of the configuration, its value, and the options in it by dotted name."""
    entities = []
    for name, value in config.items():
        formal, actual = f"#parameter/{quote(name)}", f"#option/{quote(name)}"
        leaves = [
            {"@id": f"#option/{quote(key)}", "@type": "PropertyValue", "name": key, "value": leaf}
            for key, leaf in _leaves(name, value)
        ]
        nested = isinstance(value, Mapping)
        entities += leaves if nested else []
        entities += [
            {
                "@id": formal,
                "@type": "FormalParameter",
                "name": name,
                "additionalType": TYPES[type(value)],
                "workExample": ref(actual),
            },
            {
                "@id": actual,
                "@type": "PropertyValue",
                "name": name,
                "exampleOfWork": ref(formal),
                "value": refs(leaves) if nested else value,
            },
        ]
    return entities


def portable(value: Any) -> Any:
    """Return the options with every path that leads out of the project cut to its last part, as the records do."""
    if isinstance(value, Mapping):
        return {key: portable(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [portable(below) for below in value]
    outside = isinstance(value, str) and (Path(value).is_absolute() or ".." in Path(value).parts)
    return Path(value).name if outside else value


def _leaves(name: str, value: Any) -> list[tuple[str, Any]]:
    """Return the options below `name`; JSON for lists, which would lose order and doubles in JSON-LD, and for null."""
    if isinstance(value, Mapping):
        return [leaf for key, below in value.items() for leaf in _leaves(f"{name}.{key}", below)]
    return [(name, value if isinstance(value, bool | int | float | str) else json.dumps(value, sort_keys=True))]


def formal_outputs(outputs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the workflow is run for, as its formal outputs, and link them with what it gave."""
    formal = []
    for entity in outputs:
        if entity["@id"] in ("answers.html", "claims.csv", "numbers.json", "paper.pdf"):
            name = entity["@id"].split(".")[0]
            entity["exampleOfWork"] = ref(f"#parameter/{name}")
            formal.append(
                {
                    "@id": f"#parameter/{name}",
                    "@type": "FormalParameter",
                    "name": name,
                    "additionalType": "File",
                    "encodingFormat": entity["encodingFormat"],
                    "workExample": ref(entity["@id"]),
                }
            )
    return formal


def citation(path: Path) -> dict[str, Any]:
    """Return CITATION.cff. Raises HearsayError where it lacks what a crate must name."""
    citation = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key in ("title", "abstract", "authors", "version", "date-released", "license", "keywords"):
        if not citation.get(key):
            raise HearsayError(f"{path.name}: no {key}, which an RO-Crate must name; add it")
    return citation


def authors(authors: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return the people and organisations of a citation."""
    entities = []
    for author in authors:
        person = "family-names" in author
        name = f"{author.get('given-names', '')} {author['family-names']}".strip() if person else author["name"]
        slug = re.sub(r"\W+", "-", name.lower()).strip("-")
        entity = {"@id": author.get("orcid") or f"#author/{quote(slug)}", "name": name}
        entity |= {"@type": "Person" if person else "Organization"}
        if "affiliation" in author:
            entity["affiliation"] = author["affiliation"]
        entities.append(entity)
    return entities


def software(workflow: Path) -> list[dict[str, Any]]:
    """Return Python and the packages that pyproject.toml names for running, in the versions of the lock.

    Python's is the range that is supported: the bytes of the results depend on the packages, so that is all that is
    recorded of it.
    """
    lock = locked(workflow)
    project = tomllib.loads((workflow / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["studies"]]
    names = sorted({re.match(r"[\w.-]+", line).group().lower() for line in declared})
    pages = [(name, f"https://libraries.io/pypi/{name}/{lock[name]}", lock[name]) for name in names]
    return [
        {"@id": page, "@type": "SoftwareApplication", "name": name, "url": page, "softwareVersion": version}
        for name, page, version in [("Python", PYTHON, project["requires-python"]), *pages]
    ]


def named(terms: str, licence: str, software: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Return the entities that others refer to and that are the same for every run."""
    (version,) = (entity["softwareVersion"] for entity in software if entity["name"] == "snakemake")
    return [
        *(
            {"@id": profile, "@type": "CreativeWork", "name": name, "version": number}
            for profile, (name, number) in PROFILES.items()
        ),
        {"@id": CRATE, "@type": "CreativeWork", "name": "RO-Crate", "version": "1.1"},
        {"@id": terms, "@type": "CreativeWork", "name": licence, "identifier": terms},
        {
            "@id": OTHERS,
            "@type": "CreativeWork",
            "name": "The terms of those who publish it",
            "description": "Fetched, or made from what was: the licence of the crate does not cover it.",
        },
        {
            "@id": SNAKEMAKE,
            "@type": "ComputerLanguage",
            "name": "Snakemake",
            "identifier": ref(SNAKEMAKE_PAPER),
            "url": ref(SNAKEMAKE_SITE),
            "version": version,
        },
        {
            "@id": SNAKEMAKE_PAPER,
            "@type": "ScholarlyArticle",
            "name": "Snakemake: a scalable bioinformatics workflow engine",
        },
        {"@id": SNAKEMAKE_SITE, "@type": "WebSite", "name": "Snakemake's documentation"},
    ]
