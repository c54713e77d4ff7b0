# The two commands a fresh machine needs: `make demo` runs the main job, `make test` the tests.
# Both make their own virtual environment first; `make help` lists the rest.

PYTHON ?= python3
VENV   ?= .venv
# TORCH=system uses the torch that PYTHON already has (a CUDA build on a GPU server, say).
TORCH  ?= pinned

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
SOURCES := pyproject.toml setup.py constraints.txt $(wildcard sieve_c/*.[ch])

ifeq ($(TORCH),system)
VENV_FLAGS := --system-site-packages
EXTRAS     :=
TEST_EXTRA := [test]
DEV_EXTRA  := [dev]
else
VENV_FLAGS :=
EXTRAS     := [train]
TEST_EXTRA := [train,test]
DEV_EXTRA  := [train,dev]
endif

.PHONY: help demo test check soak format clean preflight
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.demo ## data build, training, sweep and results on real input; about two minutes
	@$(BIN)/mobius demo --plain

test: $(VENV)/.test ## the fast tests
	@$(BIN)/python -m pytest -m "not slow and not soak"

check: $(VENV)/.dev ## everything CI runs: style, types, layers, C, coverage, slow tests, wheel
	@tests/check.sh "$(BIN)"

soak: $(VENV)/.dev ## long fault trials, by hand
	@$(BIN)/python -m pytest -m soak --timeout 7200

format: $(VENV)/.dev ## ruff's format and fixes
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

clean: ## what builds and tests leave behind; never a lab
	rm -rf $(VENV) build dist *.egg-info core/*.egg-info .mypy_cache .ruff_cache .pytest_cache
	find core mobius_tui -name '*.so' -delete

preflight:
	@[ "$$(uname -s)" = Linux ] || { echo "mobius-tui runs on Linux only"; exit 1; }
	@command -v $(PYTHON) >/dev/null || { echo "no $(PYTHON) here: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "mobius-tui needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	@command -v $(CC) >/dev/null || { echo "mobius-tui needs a C compiler: apt-get install gcc"; exit 1; }
	@$(PYTHON) -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")))' || { echo "mobius-tui needs the Python headers: apt-get install python3-dev"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "mobius-tui needs the venv module: apt-get install python3-venv"; exit 1; }

$(BIN)/python: | preflight
	@$(PYTHON) -m venv $(VENV_FLAGS) $(VENV)

# A larger set of packages contains the smaller one, so each stamp also touches those below it.
$(VENV)/.demo: $(SOURCES) | $(BIN)/python
	@echo "installing into $(VENV) (once; torch is the large part)"
	@$(PIP) install --quiet -c constraints.txt -e '.$(EXTRAS)'
	@touch $@

$(VENV)/.test: $(SOURCES) | $(BIN)/python
	@echo "installing into $(VENV) (once; torch is the large part)"
	@$(PIP) install --quiet -c constraints.txt -e '.$(TEST_EXTRA)'
	@touch $(VENV)/.demo $@

$(VENV)/.dev: $(SOURCES) | $(BIN)/python
	@$(PIP) install --quiet -c constraints.txt -e '.$(DEV_EXTRA)'
	@touch $(VENV)/.demo $(VENV)/.test $@
