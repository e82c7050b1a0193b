# Every verb sets up what it needs: `make demo` on a fresh clone is enough.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# The home that build, check, docs and dev look at.
SHOWN = $(abspath $(or $(HOME_DIR),data/demo))
SPARK_VENV := .venv-spark
SPARK_BIN := $(SPARK_VENV)/bin
SPARK_READY := $(SPARK_VENV)/.ready
DEMO := data/demo
# Test files side by side, in their order; a file's tests often share what its first one built.
SIDE_BY_SIDE := --numprocesses logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo run build check test test-days test-spark lint dev docs bench bench-identity bench-matching bench-resolution spark spark-cluster lock clean

help: ## list the verbs
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): VENV_MADE := $(VENV)
$(READY): requirements.lock pyproject.toml
	$(set-up)

$(SPARK_READY): VENV_MADE := $(SPARK_VENV)
$(SPARK_READY): requirements-spark.lock pyproject.toml
	$(set-up)

# An environment of its own out of a lock, the rule's first prerequisite.
define set-up
	@echo "Setting up $(VENV_MADE) from $< …"
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(not (3, 11) <= v <= (3, 13) and f"Stammkunde needs Python 3.11 to 3.13, this is {v[0]}.{v[1]}: make PYTHON=python3.11 …")'
	@rm -rf $(VENV_MADE) && $(PYTHON) -m venv $(VENV_MADE)
	@$(VENV_MADE)/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@$(VENV_MADE)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
endef

demo: $(READY) ## set up, simulate a shop, run everything, publish, show where
	@$(BIN)/stammkunde demo

run: $(READY) ## run on own data: make run SOURCE=… LANDING=… [AS_OF=2011-12-09] [HOME_DIR=…] [FORCE=1]
	@$(BIN)/stammkunde run $(if $(SOURCE),--source "$(SOURCE)") $(if $(LANDING),--landing "$(LANDING)") \
		$(if $(AS_OF),--as-of "$(AS_OF)") $(if $(HOME_DIR),--home "$(HOME_DIR)") $(if $(FORCE),--force)

build: $(READY) ## dbt build alone, with its unit tests, on what is loaded already
	@STAMMKUNDE_HOME=$(SHOWN) $(BIN)/stammkunde dbt build

check: $(READY) ## every data test over all rows of what was built last
	@STAMMKUNDE_HOME=$(SHOWN) $(BIN)/stammkunde dbt test --exclude-resource-type unit_test \
		--vars 'full_checks: true'

test: $(READY) ## dbt unit tests, data tests and pytest, on data the tests make
	@$(BIN)/pytest $(SIDE_BY_SIDE)

test-days: $(READY) ## 60 daily runs of a small shop, with all that hurts, against one rebuild
	@STAMMKUNDE_DAYS=$(or $(DAYS),60) $(BIN)/pytest tests/python/scenarios/test_days.py

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

bench: $(READY) ## time a first run, a day and nothing new on 1M and 4M simulated events
	@$(BIN)/python -m benchmarks

bench-identity: $(READY) ## time the graph loop against Splink's and scipy's
	@$(BIN)/python -m benchmarks.components

bench-resolution: $(READY) ## precision and recall of the customers of a simulated shop of 50,000 people
	@$(BIN)/python -m benchmarks.resolution

bench-matching: $(READY) ## precision and recall of matched people, where the truth is known
	@$(BIN)/python -m benchmarks.matching

spark: $(SPARK_READY) ## build the demo on a Spark of this machine, compare with DuckDB
	@$(demo-data)
	@STAMMKUNDE_SOURCE=shop $(SPARK_BIN)/python -m stammkunde.parity --home $(DEMO)

spark-cluster: $(SPARK_READY) ## the same on a cluster of processes, through its Thrift Server
	@$(demo-data)
	@STAMMKUNDE_SOURCE=shop $(SPARK_BIN)/python -m stammkunde.spark_cluster --fresh --home $(DEMO) -- \
		$(SPARK_BIN)/python -m stammkunde.parity --home $(DEMO)

test-spark: $(SPARK_READY) ## the same rows on both engines: marts, macros, gates
	@# Without pyspark every test of the folder would be skipped, and the verb be green.
	@$(SPARK_BIN)/python -c 'import pyspark'
	@$(SPARK_BIN)/pytest $(SIDE_BY_SIDE) tests/python/parity tests/python/unit/test_spark.py

demo-data = test -f $(DEMO)/serving/stammkunde.duckdb || $(SPARK_BIN)/stammkunde demo --home $(DEMO)

RESOLVE := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --quiet

lock: ## resolve both locks anew from pyproject.toml (needs uv)
	$(RESOLVE) --extra dev --extra probabilistic --output-file requirements.lock
	$(RESOLVE) --extra dev --extra probabilistic --extra spark --output-file requirements-spark.lock

clean: ## remove the environment and everything that runs have made
	rm -rf $(VENV) $(SPARK_VENV) data target logs .mypy_cache .ruff_cache .pytest_cache .hypothesis
