# Everything a developer or CI does, under one name each. Every target works from a bare checkout.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOLS := $(VENV)/.tools
NODE_TOOLS := tests/node_modules/.installed
TIER ?=

.PHONY: help demo test check bench docs images clean

help: ## Show these targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

demo: $(VENV)/.installed ## Scan a bundled StarlingX-like cluster and leave its reports in demo-report/
	$(BIN)/chaudit demo --output demo-report

test: $(TOOLS) $(NODE_TOOLS) ## Run every tier of tests that this machine can run, and name those it skips
	$(BIN)/python -m pytest $(if $(TIER),-m $(TIER))

check: $(TOOLS) ## Lint, types, import contracts, generated docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check

bench: $(TOOLS) ## Measure a scan of a filled real API server against plain downloads, and exposure as clusters grow
	PYTHONPATH=tests $(BIN)/python -m benchmarks.run $(ARGS)
	PYTHONPATH=tests $(BIN)/python -m benchmarks.exposure

docs: $(TOOLS) ## Write the generated part of docs/, and build the site into build/site
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

images: $(TOOLS) ## Remake the pictures of docs/ from the demo's report (needs chromium and poppler-utils)
	$(BIN)/python docs/images.py

clean: ## Remove what these targets made
	rm -rf $(VENV) tests/node_modules build dist demo-report

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(TOOLS): pyproject.toml $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --group check
	if command -v chromium >/dev/null; then $(BIN)/python -m pip install --quiet --group browser; fi
	@touch $@

# Where npm is missing or finds no registry, the tests that need its programs are skipped by name.
$(NODE_TOOLS): tests/package.json
	@mkdir -p $(@D)
	@if command -v npm >/dev/null && npm install --prefix tests --silent --no-audit --no-fund; then touch $@; fi
