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
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from hearsay import crate_entities as make
from hearsay.closure import closure
from hearsay.crate_entities import CRATE, PROFILES, SNAKEMAKE, WORKFLOW_CRATE
from hearsay.files import sha256, write_text

CONTEXT = ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"]

# What a rerun needs, beside the code that is reached from the scripts and from where the options are read.
FILES = (
    *("CITATION.cff", "LICENSE", "README.md", "Snakefile", "pyproject.toml", "results/README.md"),
    *("config/README.md", "config/config.yaml", "config/paper.yaml", "config/smoke.yaml"),
    *("envs/*.yaml", "profiles/*/*.yaml", "rules/*.smk", "report/**/*", "reference/benchmarks/*.csv"),
    *("reference/upstream/*", "hearsay/**/*.csv", "hearsay/**/COPYING.*"),
)
CODE = ("scripts/*/*.py", "hearsay/config.py", "hearsay/*/config.py", "hearsay/*/section.py")


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
        config=make.portable(config),
    )
    first = {"ro-crate-metadata.json": 0, "./": 1}
    graph = sorted(map(_compact, entities), key=lambda found: (first.get(found["@id"], 2), found["@id"]))
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
    citation = make.citation(crate / workflow / "CITATION.cff")
    recorded = json.loads(provenance.read_text(encoding="utf-8"))
    terms = f"https://spdx.org/licenses/{citation['license']}"
    authors = make.authors(citation["authors"])
    software = make.software(crate / workflow)
    options = make.options(config)
    outputs = [
        make.output(crate, path, entry, path in folders, fetched)
        for path, entry in recorded.items()
        if path in results | folders
    ]
    intermediate = [make.intermediate(path, entry) for path, entry in recorded.items() if path not in results | folders]
    traces = [make.trace(crate, path) for path in (provenance, provenance.with_name("checked.json")) if path.is_file()]
    inside, outside = make.inputs(crate, workflow, recorded, sources)
    code = make.code(crate, workflow, {entity["@id"] for entity in inside})
    formal_outputs = make.formal_outputs(outputs)
    main = {
        **make.file(crate, f"{workflow}/Snakefile"),
        "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
        "name": citation["title"],
        "description": "The table of contents of the workflow: which rules there are, and what they lead to.",
        "programmingLanguage": make.ref(SNAKEMAKE),
        "version": str(citation["version"]),
        "license": make.ref(terms),
        "author": make.refs(authors),
        "creator": make.refs(authors),
        "input": [make.ref(f"#parameter/{quote(name)}") for name in sorted(config)],
        "output": make.refs(formal_outputs),
        "softwareRequirements": make.refs(software),
    }
    if url := citation.get("repository-code") or citation.get("url"):
        main["url"] = url
    action = {
        # The run is named by what came out: the same results are the same run.
        "@id": f"#run-{sha256(provenance)[:16]}",
        "@type": "CreateAction",
        "name": f"Hearsay at {config['size']} size",
        "description": "snakemake --cores all, with the options, on the inputs and with the outputs named here",
        "instrument": make.ref(main["@id"]),
        "object": sorted(
            make.refs([*inside, *outside]) + [make.ref(f"#option/{quote(name)}") for name in config],
            key=lambda ref: ref["@id"],
        ),
        "result": make.refs(outputs),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }
    readme = make.file(crate, "README.md") | {"about": make.ref("./"), "name": "What the folder holds"}
    parts = [main, readme, *outputs, *traces, *inside, *code]
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": citation["title"],
        "description": " ".join(citation["abstract"].split()),
        "datePublished": str(citation["date-released"]),
        "keywords": ", ".join(citation["keywords"]),
        "license": make.ref(terms),
        "author": make.refs(authors),
        "version": str(citation["version"]),
        "conformsTo": [make.ref(profile) for profile in sorted(PROFILES)],
        "mainEntity": make.ref(main["@id"]),
        "mentions": make.refs([action, *intermediate]),
        "hasPart": make.refs(parts),
    }
    for trace in traces:
        trace["about"] = make.ref(action["@id"])
    descriptor = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": make.ref("./"),
        "conformsTo": [make.ref(CRATE), make.ref(WORKFLOW_CRATE)],
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
        *make.named(terms, citation["license"], software),
    ]


def _copy(sources: Iterable[str], target: Path) -> None:
    stage = target.with_name(f".{target.name}.part")  # a fixed name: what a killed run left is overwritten
    shutil.rmtree(stage, ignore_errors=True)
    for path in sources:
        (stage / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, stage / path)
    shutil.rmtree(target, ignore_errors=True)
    stage.rename(target)


def _compact(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entity with single values in place of lists of one, as RO-Crate 1.1 advises."""
    return {key: v[0] if isinstance(v, list) and len(v) == 1 else v for key, v in entity.items()}
