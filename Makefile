# make report: the desk size, from nothing to the verdict table and the paper. make help lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup report test test-cluster lint verify figures reference clean

BIN := .venv/bin
CORES ?= all
CONFIG ?=
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c '$(SUPPORTED)' >/dev/null 2>&1 && { command -v $$p; break; }; done)

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

setup: .venv/.installed ## .venv with the locked versions

.venv/.installed: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "hearsay: no Python 3.11, 3.12 or 3.13 found; name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "Setting up .venv with $(PYTHON): about 150 packages, 3.5 GB, two minutes on a fast line."
	@$(PYTHON) -m venv .venv || { echo "hearsay: $(PYTHON) cannot make a virtual environment; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@$(BIN)/pip install --disable-pip-version-check --progress-bar off --no-deps --requirement requirements.lock | grep --line-buffered -E '^(Collecting|Installing|Successfully)' | cut -c1-100; exit $${PIPESTATUS[0]}
	@# A CUDA build of torch brings its libraries as dependencies, which no lock for all machines can name.
	@$(BIN)/python -c 'import torch' 2>/dev/null || $(BIN)/pip install --disable-pip-version-check --constraint requirements.lock torch
	@$(BIN)/pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

report: setup ## run the desk size, print the verdicts, name the paper
	@$(BIN)/hearsay report --cores $(CORES) $(if $(CONFIG),--configfile $(CONFIG))

test: setup ## every test
	@$(BIN)/python -m pytest -n 2 --dist worksteal

test-cluster: setup ## the smoke size on a real Slurm, which it installs and stops again; in CI, as root, only
	@reason=$$($(BIN)/python -m tests.cluster.slurm) || exit; \
	if [ -z "$$reason" ]; then $(BIN)/python -m pytest -m cluster tests/cluster; \
	else printf '\n*** test-cluster DID NOT RUN: %s ***\n\n' "$$reason" >&2; fi

lint: setup ## ruff, snakefmt, snakemake --lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/snakefmt --check Snakefile rules
	@$(BIN)/snakemake --lint

verify: report ## the same bytes from two smoke runs, and the published verdicts from the desk run
	@$(BIN)/hearsay verify

figures: setup ## every figure of the published run, drawn from its tables into build/figures
	@$(BIN)/hearsay figures --cores $(CORES)

reference: setup ## run the paper size and the benchmarks on the committed code, replace reference/
	@$(BIN)/hearsay reference

clean: ## remove every result; the environment stays
	@rm -rf results/[!R]* results/.[!.]* .snakemake logs build
