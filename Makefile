# The commands of this project. `make demo` and `make test` do all of their own set-up.
PYTHON ?= python3
# Tests wait for programs and for answers half of the time: more workers than two cores.
WORKERS ?= 4
VENV ?= .venv
BIN := $(VENV)/bin
DEMO := $(VENV)/.demo
READY := $(VENV)/.ready
INSTALL := $(PYTHON) requirements/install.py

.PHONY: demo test lint types unit-test smoke-test calendar-test lock-test explore sign-in-test image-test \
  acceptance-test pyairbyte-test dbt-test site format schemas lock benchmarks compare-official clean

demo: $(DEMO)
	$(BIN)/python -m tools.demo

test: lint types unit-test

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/mypy

# A file's tests share their shop and their syncs, so one worker takes a file whole. With COVERAGE=yes,
# too little coverage of the connector is a failure.
unit-test: $(READY)
	$(BIN)/pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(if $(COVERAGE),--cov --cov-fail-under=93)

# What shows that another Python will do: VENV=.venv-3.13 PYTHON=python3.13.
smoke-test: $(READY) demo
	$(BIN)/pytest -n $(WORKERS) unit_tests

# The tests that depend on the calendar, on the days that tools/travel.py lists.
calendar-test: $(READY)
	$(BIN)/python -m tools.travel -n $(WORKERS)

# Every lock, by an old and a new pip, while the index offers newer releases.
lock-test: $(READY)
	$(BIN)/pytest -n 2 integration_tests/locks

# Property tests with many examples that have not been tried.
explore: $(READY)
	HYPOTHESIS_PROFILE=explore $(BIN)/pytest -n 2 unit_tests
	KLAVIYO_SHOPS=5000 $(BIN)/pytest unit_tests/test_simulation.py
	KLAVIYO_CHAINS=200 $(BIN)/pytest integration_tests/connector/test_chains.py
	KLAVIYO_CHAINS=300 $(BIN)/pytest integration_tests/deletes/test_chains.py
	KLAVIYO_EVERY_STREAM=yes $(BIN)/pytest -n 2 integration_tests/connector/test_isolation.py

# Needs a browser: Debian's package `chromium`.
sign-in-test: $(READY)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal integration_tests/sign_in

# These need a Docker engine, and say so. BASE_IMAGE=... where the Dockerfile's cannot be pulled.
image-test: $(READY)
	$(BIN)/pytest integration_tests/docker integration_tests/readme

acceptance-test: $(READY)
	$(BIN)/pytest -p airbyte_cdk.test.standard_tests.pytest_hooks --read-from-streams=all \
	  integration_tests/acceptance

# Also needs PostgreSQL's server program, of Debian's package `postgresql`.
pyairbyte-test: $(READY) .venv-pyairbyte/.ready
	$(BIN)/pytest integration_tests/pyairbyte

# The models of dbt/ on what PyAirbyte has loaded; needs PostgreSQL as well.
dbt-test: $(READY) .venv-pyairbyte/.ready .venv-dbt/.ready
	$(BIN)/pytest integration_tests/dbt

site: $(READY)
	$(BIN)/python -m tools.site

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schemas: $(READY)
	$(BIN)/python -m tools.generate_spec
	$(BIN)/python -m tools.generate_schemas
	$(BIN)/python -m tools.stream_docs
	$(BIN)/python -m tools.tables
	$(BIN)/python -m tools.limit_docs
	$(BIN)/python -m tools.scope_docs

benchmarks: $(READY)
	$(BIN)/python -m benchmarks

# Installs the official connector in an environment of its own, once.
compare-official: $(READY)
	$(BIN)/python -m tools.compare_official

COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q
# Needs uv; the lock files hold hashes and no addresses.
lock:
	$(COMPILE) pyproject.toml --upgrade -o requirements/run.txt
	$(COMPILE) pyproject.toml --group dev -c requirements/run.txt --upgrade -o requirements/dev.txt
	$(COMPILE) pyproject.toml --group demo -c requirements/dev.txt --upgrade -o requirements/demo.txt
	$(COMPILE) --group build -c requirements/dev.txt --upgrade -o requirements/build.txt
	$(COMPILE) --group pyairbyte --upgrade -o requirements/pyairbyte.txt
	$(COMPILE) --group dbt --upgrade -o requirements/dbt.txt

clean:
	rm -rf .venv .venv-* .mypy_cache .ruff_cache .import_linter_cache .hypothesis demo_output

$(DEMO): requirements/install.py requirements/demo.txt pyproject.toml
	@$(INSTALL) --editable $(VENV) demo
	@touch $@

$(READY): $(DEMO) requirements/dev.txt requirements/sdk-2026-10-15.txt
	@$(INSTALL) $(VENV) dev
	@$(BIN)/pip install -q --disable-pip-version-check --no-deps --require-hashes --upgrade \
	  --target $(VENV)/sdk-2026-10-15 -r requirements/sdk-2026-10-15.txt
	@touch $@

# PyAirbyte's needs would bind ours.
.venv-pyairbyte/.ready: requirements/install.py requirements/pyairbyte.txt
	@$(INSTALL) .venv-pyairbyte pyairbyte
	@touch $@

# dbt's needs would bind both.
.venv-dbt/.ready: requirements/install.py requirements/dbt.txt
	@$(INSTALL) .venv-dbt dbt
	@touch $@
