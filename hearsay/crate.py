"""The run as a Workflow Run RO-Crate: what ran, on what, with which options, and what came out, for machines to read.

`results/` is the crate, so every path is relative to it. The workflow's own files lie outside; they are copied into it,
because the profile wants the main workflow to be a file of the crate, and so that the run can be repeated from the
crate alone. Equal results give equal bytes: no time but the citation's, no machine, nobody who ran it. The profile
recommends the action's `endTime` and `agent`, and does not require them.

Plain JSON: the library `rocrate` stamps the present time and wants to copy what it describes. A test loads the result
with it.
"""

import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from hearsay.closure import LOCK, closure
from hearsay.errors import HearsayError
from hearsay.files import sha256, write_text

CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]
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

# What a rerun needs, beside the code that is reached from the scripts and from where the options are read.
FILES = (
    *("CITATION.cff", "LICENSE", "README.md", "Snakefile", "pyproject.toml", "results/README.md"),
    *("config/README.md", "config/config.yaml", "config/paper.yaml", "config/smoke.yaml"),
    *("envs/*.yaml", "profiles/*/*.yaml", "rules/*.smk", "report/**/*", "reference/benchmarks/*.csv"),
    *("reference/upstream/*", "hearsay/**/*.csv", "hearsay/**/COPYING.*"),
)
CODE = ("scripts/*/*.py", "hearsay/config.py", "hearsay/*/config.py", "hearsay/*/section.py")

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


def sources(root: str | os.PathLike = ".") -> list[str]:
    """Return the paths, relative to `root`, of the workflow's own files: what the crate holds a copy of."""
    root = Path(root)
    found = {path.relative_to(root).as_posix() for pattern in FILES for path in root.glob(pattern) if path.is_file()}
    scripts = [path.relative_to(root) for pattern in CODE for path in root.glob(pattern)]
    found |= {path for script in scripts for path in closure(script, root)}
    return sorted(path for path in found if not Path(path).name.startswith("."))


def write(
    out: str | os.PathLike,
    workflow: str | os.PathLike,
    *,
    sources: Iterable[str],
    provenance: str | os.PathLike,
    results: Iterable[str],
    folders: Iterable[str],
    fetched: Iterable[str],
    config: Mapping[str, Any],
) -> None:
    """Write the crate's metadata `out` and, in the folder `workflow` beside it, a copy of the workflow's own `sources`.

    provenance: its file, which names every output with its hash; results, folders: the outputs that stay, others are
    intermediate; fetched: what is not ours, files or whole folders; config: the options of the run. The workflow's own
    files are read from the current folder, and what is copied is described from the copy.
    """
    crate = Path(out).parent
    _copy(sorted(sources), Path(workflow))
    entities = describe(
        crate,
        Path(workflow).relative_to(crate).as_posix(),
        sources=set(sources),
        provenance=Path(provenance),
        results=set(results),
        folders=set(folders),
        fetched=sorted(fetched),
        config=_portable(config),
    )
    first = {"ro-crate-metadata.json": 0, "./": 1}
    graph = sorted(map(_compact, entities), key=lambda entity: (first.get(entity["@id"], 2), entity["@id"]))
    write_text(out, json.dumps({"@context": CONTEXT, "@graph": graph}, indent=1, sort_keys=True) + "\n")


def describe(
    crate: Path,
    workflow: str,
    *,
    sources: set[str],
    provenance: Path,
    results: set[str],
    folders: set[str],
    fetched: Sequence[str],
    config: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Return the entities of the crate, in no particular order; arguments as those of `write`."""
    citation = _citation(crate / workflow / "CITATION.cff")
    recorded = json.loads(provenance.read_text(encoding="utf-8"))
    terms = f"https://spdx.org/licenses/{citation['license']}"
    authors = _authors(citation["authors"])
    software = _software(crate / workflow)
    options = _options(config)
    outputs = [
        _output(crate, path, entry, path in folders, fetched)
        for path, entry in recorded.items()
        if path in results | folders
    ]
    intermediate = [_intermediate(path, entry) for path, entry in recorded.items() if path not in results | folders]
    traces = [_trace(crate, path) for path in (provenance, provenance.with_name("checked.json")) if path.is_file()]
    inside, outside = _inputs(crate, workflow, recorded, sources)
    code = _code(crate, workflow, {entity["@id"] for entity in inside})
    formal_outputs = _formal_outputs(outputs)
    main = {
        **_file(crate, f"{workflow}/Snakefile"),
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": citation["title"],
        "description": "The table of contents of the workflow: which rules there are, and what they lead to.",
        "programmingLanguage": _ref(SNAKEMAKE),
        "version": str(citation["version"]),
        "license": _ref(terms),
        "author": _refs(authors),
        "creator": _refs(authors),
        "input": [_ref(f"#parameter/{quote(name)}") for name in sorted(config)],
        "output": _refs(formal_outputs),
        "softwareRequirements": _refs(software),
    }
    if url := citation.get("repository-code") or citation.get("url"):
        main["url"] = url
    action = {
        # The run is named by what came out: the same results are the same run.
        "@id": f"#run-{sha256(provenance)[:16]}",
        "@type": "CreateAction",
        "name": f"Hearsay at {config['size']} size",
        "description": "snakemake --cores all, with the options, on the inputs and with the outputs named here",
        "instrument": _ref(main["@id"]),
        "object": sorted(
            _refs([*inside, *outside]) + [_ref(f"#option/{quote(name)}") for name in config], key=lambda ref: ref["@id"]
        ),
        "result": _refs(outputs),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }
    readme = _file(crate, "README.md") | {"about": _ref("./"), "name": "What the folder holds"}
    parts = [main, readme, *outputs, *traces, *inside, *code]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": citation["title"],
        "description": " ".join(citation["abstract"].split()),
        "datePublished": str(citation["date-released"]),
        "keywords": ", ".join(citation["keywords"]),
        "license": _ref(terms),
        "author": _refs(authors),
        "version": str(citation["version"]),
        "conformsTo": [_ref(profile) for profile in sorted(PROFILES)],
        "mainEntity": _ref(main["@id"]),
        "mentions": _refs([action, *intermediate]),
        "hasPart": _refs(parts),
    }
    for trace in traces:
        trace["about"] = _ref(action["@id"])
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": _ref("./"),
        "conformsTo": [_ref(CRATE), _ref(WORKFLOW_CRATE)],
    }
    return [
        descriptor,
        root,
        action,
        *parts,
        *outside,
        *intermediate,
        *authors,
        *software,
        *options,
        *formal_outputs,
        *_named(terms, citation["license"], software),
    ]


def _copy(sources: Iterable[str], target: Path) -> None:
    stage = target.with_name(f".{target.name}.part")  # a fixed name: what a killed run left is overwritten
    shutil.rmtree(stage, ignore_errors=True)
    for path in sources:
        (stage / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, stage / path)
    shutil.rmtree(target, ignore_errors=True)
    stage.rename(target)


def _ref(name: str) -> dict[str, str]:
    return {"@id": name}


def _refs(entities: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [_ref(name) for name in sorted({entity["@id"] for entity in entities})]


def _compact(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entity with single values in place of lists of one, as RO-Crate 1.1 advises."""
    return {key: v[0] if isinstance(v, list) and len(v) == 1 else v for key, v in entity.items()}


def _file(crate: Path, name: str, sha: str | None = None) -> dict[str, Any]:
    path = crate / name
    return {
        "@id": quote(name),
        "@type": "File",
        "name": name,
        "encodingFormat": FORMATS.get(path.suffix.lower(), "text/plain"),
        "contentSize": str(path.stat().st_size),
        "sha256": sha or sha256(path),
    }


def _output(crate: Path, path: str, entry: Mapping[str, Any], folder: bool, fetched: Sequence[str]) -> dict[str, Any]:
    name = Path(path).relative_to(crate).as_posix()
    said = f"Written by the rule {entry['rule']}."
    if folder:
        # One entity for all its files. `sha256` is a property of files, so the folder's hash is said in words.
        hashed = f"The SHA-256 of its sorted lines 'SHA256  NAME' is {entry['sha256']}."
        entity = {"@id": f"{quote(name)}/", "@type": "Dataset", "name": name, "description": f"{said} {hashed}"}
    else:
        entity = _file(crate, name, entry["sha256"]) | {"description": said}
    if any(path == other or path.startswith(f"{other}/") for other in fetched):
        entity["license"] = _ref(OTHERS)
    return entity


def _intermediate(path: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "@id": f"#intermediate/{quote(path)}",
        "@type": "CreativeWork",
        "name": path,
        "description": f"Written by the rule {entry['rule']}, deleted when everything that reads it had run.",
        "sha256": entry["sha256"],
    }


def _trace(crate: Path, path: Path) -> dict[str, Any]:
    said = "For every output its rule, parameters, seed, and the hashes of itself, its inputs, code and lock."
    return _file(crate, path.relative_to(crate).as_posix()) | {"description": said}


def _inputs(
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
    return [_file(crate, f"{workflow}/{name}") for name in sorted(inside)], outside


def _code(crate: Path, workflow: str, listed: set[str]) -> list[dict[str, Any]]:
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
            entities.append(_file(crate, name))
    return entities


def _options(config: Mapping[str, Any]) -> list[dict[str, Any]]:
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
                "workExample": _ref(actual),
            },
            {
                "@id": actual,
                "@type": "PropertyValue",
                "name": name,
                "exampleOfWork": _ref(formal),
                "value": _refs(leaves) if nested else value,
            },
        ]
    return entities


def _portable(value: Any) -> Any:
    """Return the options with every path that leads out of the project cut to its last part, as the records do."""
    if isinstance(value, Mapping):
        return {key: _portable(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_portable(below) for below in value]
    outside = isinstance(value, str) and (Path(value).is_absolute() or ".." in Path(value).parts)
    return Path(value).name if outside else value


def _leaves(name: str, value: Any) -> list[tuple[str, Any]]:
    """Return the options below `name`; JSON for lists, which would lose order and doubles in JSON-LD, and for null."""
    if isinstance(value, Mapping):
        return [leaf for key, below in value.items() for leaf in _leaves(f"{name}.{key}", below)]
    return [(name, value if isinstance(value, bool | int | float | str) else json.dumps(value, sort_keys=True))]


def _formal_outputs(outputs: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what the workflow is run for, as its formal outputs, and link them with what it gave."""
    formal = []
    for entity in outputs:
        if entity["@id"] in ("answers.html", "claims.csv", "numbers.json", "paper.pdf"):
            name = entity["@id"].split(".")[0]
            entity["exampleOfWork"] = _ref(f"#parameter/{name}")
            formal.append(
                {
                    "@id": f"#parameter/{name}",
                    "@type": "FormalParameter",
                    "name": name,
                    "additionalType": "File",
                    "encodingFormat": entity["encodingFormat"],
                    "workExample": _ref(entity["@id"]),
                }
            )
    return formal


def _citation(path: Path) -> dict[str, Any]:
    citation = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key in ("title", "abstract", "authors", "version", "date-released", "license", "keywords"):
        if not citation.get(key):
            raise HearsayError(f"{path.name}: no {key}, which an RO-Crate must name; add it")
    return citation


def _authors(authors: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
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


def _software(workflow: Path) -> list[dict[str, Any]]:
    """Return Python and the packages that pyproject.toml names for running, in the versions of the lock.

    Python's is the range that is supported: the bytes of the results depend on the packages, so that is all that is
    recorded of it.
    """
    lines = (workflow / LOCK).read_text(encoding="utf-8").splitlines()
    lock = dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    project = tomllib.loads((workflow / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["studies"]]
    names = sorted({re.match(r"[\w.-]+", line).group().lower() for line in declared})
    pages = [(name, f"https://pypi.org/project/{name}/{lock[name]}/", lock[name]) for name in names]
    return [
        {"@id": page, "@type": "SoftwareApplication", "name": name, "url": page, "softwareVersion": version}
        for name, page, version in [("Python", PYTHON, project["requires-python"]), *pages]
    ]


def _named(terms: str, licence: str, software: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
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
            "identifier": _ref(SNAKEMAKE_PAPER),
            "url": _ref(SNAKEMAKE_SITE),
            "version": version,
        },
        {
            "@id": SNAKEMAKE_PAPER,
            "@type": "ScholarlyArticle",
            "name": "Snakemake: a scalable bioinformatics workflow engine",
        },
        {"@id": SNAKEMAKE_SITE, "@type": "WebSite", "name": "Snakemake's documentation"},
    ]
