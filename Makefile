# Commands of the workspace; `make help` lists them. Everything runs in .venv, made on first use.
PYTHON ?= $(shell .ci/find-python)
VENV := .venv
BIN := $(VENV)/bin
WORK := .work
COLLECTION := collections/ansible_collections/spamfighter/sem
SEM_LAB_PORT ?= 25985
JOBS ?= auto
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export PYTHONPATH := $(CURDIR)/tests

.PHONY: help setup demo test coverage bench lab build lint sanity molecule mutants fidelity fidelity-check clean
.DEFAULT_GOAL := help

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 23

$(VENV)/.ready: requirements-dev.txt
	@$(BIN)/python -c '' 2> /dev/null || { test -n "$(PYTHON)" && $(PYTHON) -m venv $(VENV); }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.ready  ## Make .venv, as every other command does when it is missing

demo: $(VENV)/.ready  ## Install SEM on a cluster in the lab, twice, and show the cluster
	@$(BIN)/python -m demo

test: $(VENV)/.ready  ## All tests that need neither root nor Wine
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal tests

coverage: $(VENV)/.ready  ## How much of the client the unit and property tests reach, by statement and branch
	$(BIN)/python -m coverage run -m pytest -q tests/unit/client tests/unit/sem tests/property
	$(BIN)/python -m coverage report

lab: $(VENV)/.ready  ## Run the lab in the foreground and write inventories/lab/hosts.yml
	$(BIN)/python -m lab run tests/lab/topologies/demo.yml --dir $(WORK)/lab --ports $(SEM_LAB_PORT) --inventory inventories/lab/hosts.yml

build: $(VENV)/.ready  ## Build the collection archive into build/
	@mkdir -p build && rm -f build/*.tar.gz
	$(BIN)/ansible-galaxy collection build $(COLLECTION) --output-path build --force
	$(BIN)/python .ci/check_archive.py build

lint: $(VENV)/.ready  ## ruff, mypy --strict, ansible-lint (production profile)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy tests/lab $(COLLECTION)/plugins/plugin_utils .ci/*.py
	ANSIBLE_INVENTORY_UNPARSED_FAILED=false PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/ansible-lint

sanity: $(VENV)/.ready  ## ansible-test sanity without Docker
	.ci/sanity

molecule: $(VENV)/.ready  ## converge, idempotence, verify and destroy on the lab
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/molecule test

mutants: $(VENV)/.ready  ## Break each rule (or RULES="6 13") on purpose; a test has to fail each time
	$(BIN)/python -m mutants $(RULES)

bench: $(VENV)/.ready  ## What a re-apply costs for 2, 20 and 100 nodes, beside debug tasks and PowerShell modules
	$(BIN)/python -m perf.bench

fidelity: $(VENV)/.ready  ## Write tests/lab/FIDELITY.md from the fact markers
	$(BIN)/python -m lab.fidelity

fidelity-check: $(VENV)/.ready  ## Fail when tests/lab/FIDELITY.md is not what make fidelity writes
	$(BIN)/python -m lab.fidelity --check

clean:  ## Remove what the commands above made
	rm -rf $(VENV) $(WORK) build .coverage .ansible .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
