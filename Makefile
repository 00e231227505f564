# Commands of the workspace; `make help` lists them. Everything runs in .venv, made on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORK := .work
COLLECTION := collections/ansible_collections/spamfighter/sem
SEM_LAB_PORT ?= 25985
JOBS ?= auto
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg
export PYTHONPATH := $(CURDIR)/tests

.PHONY: help demo test lab build lint sanity molecule mutants fidelity clean
.DEFAULT_GOAL := help

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18

$(VENV)/.ready: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; run: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

demo: $(VENV)/.ready  ## Install SEM on a cluster in the lab, twice, and show the cluster
	@$(BIN)/python -m demo

test: $(VENV)/.ready  ## All tests that need neither root nor Wine
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal tests

lab: $(VENV)/.ready  ## Run the lab in the foreground and write inventories/lab/hosts.yml
	$(BIN)/python -m lab run tests/lab/topologies/demo.yml --dir $(WORK)/lab --ports $(SEM_LAB_PORT) --inventory inventories/lab/hosts.yml

build: $(VENV)/.ready  ## Build the collection archive into build/
	@mkdir -p build
	$(BIN)/ansible-galaxy collection build $(COLLECTION) --output-path build --force

lint: $(VENV)/.ready  ## ruff, mypy --strict, ansible-lint (production profile)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy tests/lab $(COLLECTION)/plugins/plugin_utils
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/ansible-lint --offline --profile production

sanity: $(VENV)/.ready  ## ansible-test sanity without Docker
	.ci/sanity

molecule: $(VENV)/.ready  ## converge, idempotence, verify and destroy on the lab
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/molecule test

mutants: $(VENV)/.ready  ## Break each rule on purpose; a test has to fail each time
	$(BIN)/python -m mutants

fidelity: $(VENV)/.ready  ## Write tests/lab/FIDELITY.md from the fact markers
	$(BIN)/python -m lab.fidelity

clean:  ## Remove what the commands above made
	rm -rf $(VENV) $(WORK) build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
