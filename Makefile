# make demo: from a clone to a summary plot.  make up: JupyterLab and the dashboard.  make test: all tests.
# Each sets up .venv first, shows what it does, and is safe to run again.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := environments/gateway/requirements.txt
TEST_LOCK := tests/requirements.txt
LAB_SOURCES := $(shell find jupyter_ext/labextension jupyter_ext/voila_template jupyter_ext/jupyter-config \
	jupyter_ext/hatch_build.py -type f \
	-not -path '*/node_modules/*' -not -path '*/lib/*' -not -path '*/.yarn/*' 2>/dev/null)
# bytecode is worth its space: without it every start compiles everything again
export PYTHONDONTWRITEBYTECODE :=

# each takes a lake, a browser and about a gigabyte
TESTS_AT_ONCE ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-fast lint format bench examples references screenshot locks \
	environments-report clean

help: ## show what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.installed ## set up .venv with the gateway and the extension

demo: setup ## run the three experiments and draw results/summary.{html,pdf,png}
	@$(BIN)/freezeout run darkside50 --reuse
	@$(BIN)/freezeout run fermi_dwarfs --reuse
	@$(BIN)/freezeout run atlas_dilepton --reuse
	@$(BIN)/freezeout plot -o results/summary.html -o results/summary.pdf -o results/summary.png
	@echo "open results/summary.html in a browser, or see them live with 'make up'"

up: setup ## open JupyterLab with the extension and the summary dashboard
	@exec $(BIN)/freezeout up

# what measures time or memory has the machine for itself
test: $(VENV)/.tested-with ## run all tests
	@$(BIN)/python -m pytest -n $(TESTS_AT_ONCE) --dist loadfile --no-loadscope-reorder \
		-m "not alone"; failed=$$?; \
		$(BIN)/python -m pytest -m alone && exit $$failed

test-fast: $(VENV)/.tested-with ## run the tests that take seconds
	$(BIN)/python -m pytest -m "not slow and not browser"

lint: $(VENV)/.tested-with ## check style, types and spelling
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/lint-imports
	cd jupyter_ext/labextension && PATH="$(abspath $(BIN)):$$PATH" jlpm run lint:check

format: $(VENV)/.tested-with ## put the code into its style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	cd jupyter_ext/labextension && PATH="$(abspath $(BIN)):$$PATH" jlpm run lint

bench: $(VENV)/.tested-with ## measure against the peers, into benchmarks/results
	$(BIN)/python benchmarks/run.py

examples: $(VENV)/.installed ## make the REANA folders of the experiments anew (read the diff)
	FREEZEOUT_HOME=$$(mktemp -d) $(BIN)/python -m freezeout.executors.reana.examples

references: $(VENV)/.tested-with ## execute the notebooks anew for nbval (read the diff)
	$(BIN)/python tests/notebooks/make_references.py

screenshot: $(VENV)/.tested-with ## make the picture in README.md
	$(BIN)/python docs/screenshot.py

locks: $(VENV)/.installed ## resolve all environments and the tests anew
	$(BIN)/uv pip compile --python-version 3.11 --universal --generate-hashes --no-strip-extras \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade --quiet \
		environments/gateway/requirements.in -o $(LOCK)
	for name in $$($(BIN)/python -c "from freezeout.environments.folder import scan_environments as s; \
		print(*(e.name for e in s()[0] if e.builder == 'uv' and not e.own and e.status != 'unavailable'))"); \
		do $(BIN)/freezeout env lock $$name --upgrade || exit 1; done
	$(BIN)/uv pip compile --python-version 3.11 --universal --generate-hashes --no-strip-extras \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate --upgrade --quiet \
		tests/requirements.in -o $(TEST_LOCK)

environments-report: $(VENV)/.installed ## build and test every environment, into environments/README.md
	$(BIN)/python -m freezeout.environments.report

clean: ## remove what was built; runs and own limits stay
	rm -rf $(VENV) build dist results jupyter_ext/labextension/lib jupyter_ext/labextension/node_modules \
		jupyter_ext/freezeout_jupyter/labextension

$(VENV)/bin/python:
	@echo "==> a virtual environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Freezeout needs Python 3.11 or newer")'
	@$(PYTHON) -m venv $(VENV)

# uv first, from the same lock: it installs the rest several times faster than pip
$(VENV)/.locked: $(LOCK) | $(VENV)/bin/python
	@echo "==> the gateway's packages, as locked (about 600 MB)"
	@sed -n '/^uv==/,/[^\\]$$/p' $(LOCK) > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@$(BIN)/uv pip install --python $(BIN)/python --compile-bytecode --require-hashes -r $(LOCK)
	@touch $@

$(VENV)/.installed: $(VENV)/.locked pyproject.toml $(LAB_SOURCES)
	@echo "==> Freezeout itself; the first build of the Lab extension takes a minute or two"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.tested-with: $(VENV)/.installed $(TEST_LOCK)
	@echo "==> what tests, linters and benchmarks need"
	@$(BIN)/uv pip install --python $(BIN)/python --compile-bytecode --require-hashes -r $(TEST_LOCK)
	@touch $@
