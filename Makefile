# make app: set up and open the app · make test: set up and run every test · make: the checks and the fast tests
# make bench: a small benchmark, on Cora where ../shared has it, else on the twin; GRAPH=… takes another
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.DEFAULT_GOAL := check
.PHONY: app test check lint bench docs format shots lock

app: $(VENV)/.app
	$(BIN)/wikics serve

test: $(VENV)/.dev
	$(BIN)/python -m pytest

check: lint
	$(BIN)/python -m pytest -m "not slow and not browser"

# What is checked without running anything: format, lint, strict types, import contracts.
lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

GRAPH ?= $(or $(wildcard ../shared/graphs/cora-20.npz),twin)
bench: $(VENV)/.app
	$(BIN)/wikics benchmark --graph $(GRAPH) --preset gcn --set epochs=30 --splits 0-1 --against mlp

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Writes docs/reference.md and the picture of the rooms anew from the code.
docs: $(VENV)/.dev
	$(BIN)/python -m tests.reference
	$(BIN)/python -m tests.rooms

shots: $(VENV)/.dev
	$(BIN)/python -m tests.browser.shots

# Writes constraints.txt anew from pyproject.toml: the newest versions that fit together.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --no-header --no-annotate --no-emit-index-url --output-file constraints.txt

# A stamp's time is that of the last install, so a second call does nothing until a pin changes.
$(VENV)/.app: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable .
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable ".[dev]"
	touch $(VENV)/.app $@

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
