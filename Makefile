# The commands of this project. `make demo` and `make test` do all of their own set-up.
PYTHON ?= python3
# Tests wait for programs and for answers half of the time: more workers than two cores.
WORKERS ?= 4
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test lint types unit-test explore sign-in-test image-test acceptance-test pyairbyte-test site \
  format schemas lock benchmarks compare-official clean

demo: $(READY)
	$(BIN)/python -m tools.demo

test: lint types unit-test

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/mypy

# With COVERAGE=yes, too little coverage of the connector is a failure.
unit-test: $(READY)
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(if $(COVERAGE),--cov --cov-fail-under=93)

# Property tests with many examples that have not been tried, and more combinations of quirks.
explore: $(READY)
	HYPOTHESIS_PROFILE=explore KLAVIYO_COMBINATIONS=100 $(BIN)/pytest -n 2 \
	  unit_tests integration_tests/quirks/test_combinations.py

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

site: $(READY)
	$(BIN)/python -m tools.site

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schemas: $(READY)
	$(BIN)/python -m tools.generate_spec
	$(BIN)/python -m tools.generate_schemas
	$(BIN)/python -m tools.stream_docs
	$(BIN)/python -m tools.limit_docs
	$(BIN)/python -m tools.scope_docs

benchmarks: $(READY)
	$(BIN)/python -m benchmarks

# Installs the official connector in an environment of its own, once.
compare-official: $(READY)
	$(BIN)/python -m tools.compare_official

# Needs uv; the lock files hold hashes and no addresses.
lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --upgrade -q -o requirements/run.txt
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate -c requirements/run.txt -q -o requirements/dev.txt
	echo 'hatchling>=1.25' | uv pip compile - --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate -c requirements/dev.txt -q -o requirements/build.txt
	printf 'airbyte\npsycopg2-binary\n' | uv pip compile - --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate -q -o requirements/pyairbyte.txt

clean:
	rm -rf .venv .venv-pyairbyte .mypy_cache .ruff_cache .import_linter_cache .hypothesis demo_output

$(READY): requirements/dev.txt requirements/sdk-2026-10-15.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/pip install -q --disable-pip-version-check --no-deps --require-hashes --upgrade \
	  --target .venv/sdk-2026-10-15 -r requirements/sdk-2026-10-15.txt
	@touch $(READY)

# PyAirbyte's needs would bind ours. The lock is complete, and pip's own check of it stumbles over extras.
.venv-pyairbyte/.ready: requirements/pyairbyte.txt
	$(PYTHON) -m venv .venv-pyairbyte
	.venv-pyairbyte/bin/pip install -q --disable-pip-version-check --no-deps --require-hashes -r $<
	@touch $@
