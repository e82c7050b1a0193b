# Every verb sets up what it needs: `make demo` on a fresh clone is enough.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The home that build, docs and dev look at.
SHOWN = $(abspath $(or $(HOME_DIR),data/demo))

.DEFAULT_GOAL := help
.PHONY: help demo run build test lint dev docs bench lock clean

help: ## list the verbs
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	@echo "Setting up $(VENV) from requirements.lock …"
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(not (3, 11) <= v <= (3, 13) and f"Stammkunde needs Python 3.11 to 3.13, this is {v[0]}.{v[1]}: make PYTHON=python3.11 …")'
	@rm -rf $(VENV) && $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: $(READY) ## set up, simulate a shop, run everything, publish, show where
	@$(BIN)/stammkunde demo

run: $(READY) ## run on own data: make run SOURCE=… LANDING=… [AS_OF=2011-12-09] [HOME_DIR=…]
	@$(BIN)/stammkunde run $(if $(SOURCE),--source "$(SOURCE)") $(if $(LANDING),--landing "$(LANDING)") \
		$(if $(AS_OF),--as-of "$(AS_OF)") $(if $(HOME_DIR),--home "$(HOME_DIR)")

build: $(READY) ## dbt build alone, with its unit tests, on what is loaded already
	@STAMMKUNDE_HOME=$(SHOWN) $(BIN)/stammkunde dbt build

test: $(READY) ## dbt unit tests, data tests and pytest, on data the tests make
	@$(BIN)/pytest

lint: $(READY) ## ruff, mypy, sqlfluff and dbt parse without a warning
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/stammkunde dbt parse --warn-error --no-partial-parse --quiet
	@$(BIN)/stammkunde exec sqlfluff lint models tests/dbt --processes 2 --disable-progress-bar --nocolor

dev: $(READY) ## Dagster's UI on http://127.0.0.1:3000
	@$(BIN)/stammkunde dev $(if $(SOURCE),--source "$(SOURCE)") $(if $(LANDING),--landing "$(LANDING)") \
		--home "$(SHOWN)"

docs: $(READY) ## dbt's documentation as one page
	@STAMMKUNDE_HOME=$(SHOWN) $(BIN)/stammkunde dbt --quiet docs generate --static
	@echo "$(SHOWN)/target/static_index.html"

bench: $(READY) ## time load and build on 1M and 4M simulated events
	@$(BIN)/python -m benchmarks

lock: ## resolve requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --quiet --output-file requirements.lock

clean: ## remove the environment and everything that runs have made
	rm -rf $(VENV) data target logs .mypy_cache .ruff_cache .pytest_cache .hypothesis
