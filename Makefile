# Run `make` to see what there is. Everything happens in .venv here; nothing outside is changed.

VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
UV     := uv==0.13.9
ARGS   ?=
TYPED   = $(wildcard hallclient screens db fixtures tests bench) $(wildcard docs/*.py)
LOCKING = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
          --no-config --custom-compile-command "make lock" pyproject.toml

# The newest supported Python that also has venv; `make PYTHON=/path/to/python3.12 …` overrules.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	>/dev/null 2>&1 && { echo "$$p"; break; }; done)

# A terminal whose locale is C or POSIX must not break on the first Chinese character.
export PYTHONUTF8 := 1
# The tests start hundreds of processes: none of them should compile all the code anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test quick lint format lock bench screenshots clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(VENV)/.demo ## set everything up and open a living made-up hall (ARGS="--lang en")
	@$(BIN)/hallclient $(ARGS) demo

test: $(VENV)/.dev ## set everything up and run all tests (ARGS="-k queue")
	$(BIN)/python -m pytest -n auto $(ARGS)

quick: $(VENV)/.dev ## the tests without the slow ones
	$(BIN)/python -m pytest -n auto -m "not slow" $(ARGS)

lint: $(VENV)/.dev ## linter, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports

format: $(VENV)/.dev ## put the code in its format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/.python ## resolve the dependencies anew (ARGS=--upgrade takes newer ones)
	$(PIP) install --quiet $(UV)
	$(LOCKING) --extra dev $(ARGS) --output-file requirements-dev.lock
	$(LOCKING) --extra build --extra hub --constraints requirements-dev.lock --output-file requirements.lock

bench: $(VENV)/.dev ## measure against floors of the same run, print a table
	$(BIN)/python -m bench $(ARGS)

screenshots: $(VENV)/.dev ## make the pictures of the docs again
	$(BIN)/python -m docs.screenshots $(ARGS)

clean: ## remove .venv and everything that was generated
	rm -rf $(VENV) build dist .coverage .coverage.* htmlcov .hypothesis .import_linter_cache \
		.mypy_cache .pytest_cache .ruff_cache
	find hallclient screens db fixtures tests bench docs -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# --- set-up: once, and again when a lock file changes ---

$(VENV)/.python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "hallclient needs Python 3.11, 3.12 or 3.13 with its venv module." >&2; \
		for p in python3.11 python3.12 python3.13 python3; do \
			command -v $$p >/dev/null 2>&1 && \
			echo "  found: $$p = $$($$p -V 2>&1)$$($$p -c 'import venv, ensurepip' 2>/dev/null || echo ', venv is missing')" >&2; \
		done; \
		echo "  Debian, Ubuntu: sudo apt install python3 python3-venv" >&2; \
		echo "  or name one:    make PYTHON=/path/to/python3.12 demo" >&2; \
		exit 1; \
	fi
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.demo: requirements.lock pyproject.toml | $(VENV)/.python
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/.python
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.demo
