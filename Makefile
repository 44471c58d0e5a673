# Two commands do everything on a fresh machine: `make demo` and `make check`. Each sets up what it needs first; only Python 3.11 or later,
# make and a package index have to be there. Recipes are plain sh.
.POSIX:
.PHONY: help setup demo stop check fast lint bench

PYTHON = .venv/bin/python
INSTALLED = .venv/installed
MASH_HOME ?= .mash
export MASH_HOME

help:
	@echo 'make demo    start a hub with an invented county in it, and look at one child (a second time changes nothing)'
	@echo 'make stop    stop that hub; what it keeps stays in $(MASH_HOME)'
	@echo 'make check   everything that CI runs: lint, format, types, layers, all tests (starts its own Kafka and PostgreSQL)'
	@echo 'make fast    the same without the tests that need Kafka and PostgreSQL'
	@echo 'make bench   measure, against a hand-written loop on the same machine'
	@echo 'make setup   make .venv and install what is pinned in constraints.txt'

setup: $(INSTALLED)

# Done anew only when what is to be installed changed. The mark is written last: a setup that was cut short is done again.
$(INSTALLED): pyproject.toml constraints.txt apps/web/npm_packages.py
	@sh .ci/setup
	@touch $(INSTALLED)

demo: $(INSTALLED)
	@.venv/bin/mash demo

stop:
	@if [ -x .venv/bin/mash ]; then .venv/bin/mash stop; else echo 'nothing was set up here, so nothing runs from here'; fi

lint: $(INSTALLED)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

check: lint
	$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder
	@echo 'make check: lint, format, types, layers and all tests passed'

fast: lint
	$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m 'not services'
	@echo 'make fast: lint, format, types, layers and the tests without services passed; make check runs the others too'

bench: $(INSTALLED)
	$(PYTHON) -m bench
	$(PYTHON) -m bench.chronologies
	$(PYTHON) -m bench.matching
