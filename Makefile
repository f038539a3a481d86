# Everything a person types in a checkout. `make` alone lists it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test check bench lock wheel clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## make the environment (.venv) from requirements.lock

run: $(VENV)/.installed ## start everything on this machine: PostgreSQL, Redis, web, worker, beat; settings from .env, if there
	@set -a; if [ -f .env ]; then . ./.env; fi; set +a; exec $(BIN)/wugeyi up

# With byte code kept: three collections, and a hundred processes that tests start, would else compile every module anew.
test: $(VENV)/.installed-dev ## run the tests
	env -u PYTHONDONTWRITEBYTECODE $(BIN)/pytest -n 3 --dist worksteal tests --ignore=tests/bench

check: $(VENV)/.installed-dev ## check style, types, import directions, and flows, catalogue and rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/wugeyi check

bench: $(VENV)/.installed-dev ## measure, as ratios to pgbench and a bare Flask view; also in var/bench.json
	$(BIN)/python -m tests.bench

lock: $(VENV)/.installed-dev ## renew both lock files from pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock

wheel: $(VENV)/.installed-dev ## build the wheel into dist/
	$(BIN)/python -m build --wheel

clean: ## remove the environment and what was built; var/ with the data stays
	rm -rf $(VENV) dist build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +

# A stamp is older than its lock file only after a change: a second `make run` starts at once.
$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/pip
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --editable .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock pyproject.toml | $(VENV)/bin/pip
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --editable .
	@touch $@ $(VENV)/.installed

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo 'Python 3.11 or newer is needed: apt-get install python3 (or make PYTHON=/path/to/python3)' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo 'Python cannot make an environment here: apt-get install python3-venv' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
