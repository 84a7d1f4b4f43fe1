# Sessions or tokens? `make` alone lists the targets.
# Every target sets up what it needs in .venv: with uv where it is installed, else with venv and pip.

PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
READY  := $(VENV)/.ready

PLAN   ?= standard
SCHEME ?= session-cookie-redis
PORT   ?= 8000

.DEFAULT_GOAL := help
.PHONY: help liars workshop workshop-check attack-matrix promises churn setup bench report compare verify publish site mutants neighbour mistakes league demo test fuzz check fmt lint lock clean

help: ##+ list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "For work on the project itself:"
	@awk -F':.*##[+] ' '/^[a-z-]+:.*##[+] / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ##+ install the pinned environment into .venv (the other targets do it by themselves)

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "make: $(PYTHON) is older than Python 3.11; name a newer one: make PYTHON=python3.12 …" >&2; exit 2; }
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv --quiet --allow-existing --python "$(PYTHON)" "$(VENV)" && \
	  uv pip install --quiet --python "$(PY)" --require-hashes -r requirements/dev.txt && \
	  uv pip install --quiet --python "$(PY)" --no-deps --no-build-isolation -e . ; \
	else \
	  "$(PYTHON)" -m venv "$(VENV)" && \
	  "$(PY)" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt && \
	  "$(PY)" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $(READY)

bench: $(READY) ## measure and write the report: PLAN=smoke|standard|full|rivals|workshop, or go on: RESUME=<run>
	@$(PY) -m bench run $(if $(RESUME),--resume $(RESUME),--plan $(PLAN))

report: $(READY) ## render a run again from its records: RUN=<folder or name>
	@$(PY) -m reports render $(or $(RUN),latest)

# Before anything is installed.
ifneq ($(filter compare,$(MAKECMDGOALS)),)
  $(if $(and $(A),$(B)),,$(error name two runs: make compare A=<run> B=<run>))
endif

compare: $(READY) ## what changed between two runs: A=<run> B=<run>
	@$(PY) -m reports compare $(A) $(B)

verify: $(READY) ## recompute every figure of a report from its raw records: RUN=<folder or name>
	@$(PY) -m bench verify $(or $(RUN),latest)

publish: $(READY) ##+ make a run the published example: RUN=<folder or name>
	@$(PY) -m reports publish $(or $(RUN),$(error name a run: make publish RUN=<run>))

site: $(READY) ##+ build the static site in build/site: example, docs by reader, league, API reference
	@$(PY) -m reports site

mutants: $(READY) ##+ put errors into records and into the program, and see each one caught: RUN=<folder or name>
	@$(PY) -m bench mutate $(or $(RUN),latest)
	@$(PY) -m bench mutate --code

neighbour: $(READY) ##+ hold a run beside a busy process against a quiet one: some minutes
	@NEIGHBOUR=1 $(PY) -m pytest -q tests/bench/test_neighbour.py

mistakes: $(READY) ##+ show the traps of load testing on this machine, each wrong and then right
	@$(PY) -m bench mistakes

league: $(READY) ##+ add a run of this machine to the league of machines: RUN=<folder or name>
	@$(PY) -m bench league add $(or $(RUN),latest)

demo: $(READY) ## the demo app: SCHEME=<name> PORT=8000
	@$(PY) -m bench with-services --for $(SCHEME) -- $(PY) -m demo --scheme $(SCHEME) --port $(PORT)

workshop: $(READY) ## the labs: text, predictions, attack, and a check whenever you save: TRACK=90
	@$(PY) -m workshop walk $(if $(TRACK),--track $(TRACK))

workshop-check: $(READY) ##+ prove that every lab is right, for those who write labs
	@$(PY) -m workshop dev-check
	@HYPOTHESIS_PROFILE=thorough $(PY) -m pytest -q tests/workshop/test_corpus.py

attack-matrix: $(READY) ##+ run every attack against every scheme: docs/attack-matrix.md
	@$(PY) -m bench with-services --postgres -- $(PY) -m workshop attack-matrix --out docs

test: $(READY) ## the tests
	@PYTHONUTF8=1 $(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

lint: $(READY) ##+ style, types and import rules
	@$(VENV)/bin/ruff format --check --quiet . || { echo "make: run 'make fmt' first" >&2; exit 1; }
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-cache > /tmp/lint-imports.$$$$ 2>&1 || { cat /tmp/lint-imports.$$$$; rm -f /tmp/lint-imports.$$$$; exit 1; }; rm -f /tmp/lint-imports.$$$$

fuzz: $(READY) ##+ look long for input that breaks a parser: TARGET=<name> SECONDS=60
	@$(PY) -m tests.fuzz $(TARGET) --seconds $(or $(SECONDS),60)

check: $(READY) ## everything CI runs
	@for step in lint test; do \
	  $(MAKE) --no-print-directory $$step || { echo "make: check failed at: make $$step" >&2; exit 1; }; done

fmt: $(READY) ##+ format, and mend what can be mended
	@$(VENV)/bin/ruff format --quiet .
	@$(VENV)/bin/ruff check --quiet --fix .

churn: $(READY) ##+ serve the docs' apps to callers who come and go, and count open files: MINUTES=60
	@$(PY) -m tests.docs.churn --minutes $(or $(MINUTES),60)

promises: $(READY) ##+ hold every scheme, ours and the rivals', to the HTTP contract: docs/promises.md
	@$(PY) -m bench.rivals --out docs

lock: ##+ pin and hash requirements/ again from pyproject.toml (needs uv)
	@for extra in bench rivals dev; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --no-annotate --extra $$extra -o requirements/$$extra.txt pyproject.toml; done

liars: $(READY) ##+ dishonest schemes, each of which the report must name: PLAN=smoke|standard
	@$(PY) -m tests.bench.revocation.run_liars $(if $(filter file,$(origin PLAN)),smoke,$(PLAN))

clean: ##+ remove the environment and caches (generated reports stay)
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
