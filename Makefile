# Sổ Sức Khỏe. `make` lists what can be done. Every target does its own set-up and can be run again at any time.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMPS := .stamps
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1

APT_RUN := python3-venv
# The JDK's XML signature engine judges ours; where no JDK is, Debian's is 116 MB to download.
JDK := $(if $(shell command -v javac),,default-jdk-headless)
APT_TEST := $(APT_RUN) postgresql postgresql-contrib softhsm2 opensc openssl xmlsec1 chromium poppler-utils fonts-dejavu-core $(JDK)

CODE := src tests bench prove scripts
# A worker for each core, a file of tests to one worker. The slow files come first, so that all end together.
ON_ALL_CORES := -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help setup demo test prove check fix docs bench lock clean

help: ## list what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup: $(STAMPS)/run ## prepare .venv so that .venv/bin/sosuckhoe works

demo: setup ## a hospital's day from file to the citizens' books; ONCE=1 proves it and leaves
	@$(BIN)/sosuckhoe demo $(if $(ONCE),--once)

test: $(STAMPS)/test ## run every check and test on SQLite and PostgreSQL
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest $(ON_ALL_CORES)
	echo "What uses the database once more, on PostgreSQL:"
	SOSUCKHOE_TEST_DATABASE=postgres $(BIN)/python -m pytest $(ON_ALL_CORES) tests/unit

prove: $(STAMPS)/test ## prove delivery: kills, seeds, planted bugs; SHORT=1 in some minutes
	@$(BIN)/python -m prove $(if $(SHORT),--short)

check: $(STAMPS)/test ## lint, types, walls of the house; changes nothing
	@$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	SOSUCKHOE_HOME=.mypy_cache/home $(BIN)/mypy
	$(BIN)/lint-imports

fix: $(STAMPS)/test ## repair what can be repaired by machine
	@$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

docs: $(STAMPS)/test ## write the reference pages anew; PICTURES=1 takes the screenshots too
	@$(BIN)/python scripts/docs.py $(if $(PICTURES),--screenshots)

bench: $(STAMPS)/test ## measure, as ratios on this machine
	@for file in $$(grep -l '"bench"' bench/*.py); do $(BIN)/python $$file; done

lock: .uv/bin/uv ## choose versions anew and write them down with hashes
	@.uv/bin/uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements/run.txt
	.uv/bin/uv pip compile -q --upgrade --python-version 3.11 --generate-hashes --no-header --extra postgres --extra hsm --extra dev -c requirements/run.txt pyproject.toml -o requirements/test.txt

clean: ## remove what was built, and the demo's data
	@rm -rf $(VENV) .uv $(STAMPS) build dist var

$(STAMPS)/apt-run: Makefile
	@scripts/apt.sh $(APT_RUN)
	mkdir -p $(STAMPS) && touch $@

$(STAMPS)/apt-test: Makefile
	@scripts/apt.sh $(APT_TEST)
	mkdir -p $(STAMPS) && touch $@

.uv/bin/uv: | $(STAMPS)/apt-run
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "  Python 3.11 or newer is needed (Debian 12: apt-get install python3)." >&2; exit 1; }
	$(PYTHON) -m venv .uv
	.uv/bin/pip install -q uv==0.13.9 || { rm -rf .uv; echo "  The Python package index cannot be reached. Connect this machine and run the same command again." >&2; exit 1; }

$(STAMPS)/run: requirements/run.txt pyproject.toml .uv/bin/uv | $(STAMPS)/apt-run
	@.uv/bin/uv venv -q --allow-existing --python $(PYTHON) $(VENV)
	.uv/bin/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/run.txt
	.uv/bin/uv pip install -q --python $(BIN)/python --no-deps -e .
	touch $@

$(STAMPS)/test: requirements/test.txt $(STAMPS)/run | $(STAMPS)/apt-test
	@.uv/bin/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/test.txt
	touch $@
