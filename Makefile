# Everything starts here: `make` lists the targets. Each one sets up what it needs, once, and says what is missing.
.DEFAULT_GOAL := help
.PHONY: help demo test check format golden docs testbed-build testbed-up testbed-down browser e2e accuracy bench-scan hazards test-all clean
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

BIN := .venv/bin
DEMO ?= demo
PYTEST := $(BIN)/python -m pytest
QUICK := not apiserver and not packaging and not e2e and not envoy and not kuma and not chromium
TESTBED := $(BIN)/python -m tests.testbed

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## set everything up, then scan, generate and cut over a recorded estate into ./demo
	@command -v git >/dev/null || { echo "demo: git is missing: install it with apt-get, dnf or brew"; exit 1; }
	@.ci/venv run
	@# Only a folder that this target made is replaced; the command itself refuses any other that is not empty.
	@if [ -e $(DEMO) ] && [ "$$(cat .venv/.demo 2>/dev/null)" = "$(abspath $(DEMO))" ]; then rm -rf $(DEMO); fi
	@[ -e $(DEMO) ] || echo "$(abspath $(DEMO))" > .venv/.demo
	$(BIN)/migrate quickstart --dir $(DEMO)
	@echo "migrate is $(BIN)/migrate here; 'source $(BIN)/activate' puts it on your PATH."

test: ## unit, golden and sshd tests: quick, no root, no network
	@.ci/venv dev
	$(PYTEST) -n auto -m "$(QUICK)" $(PYTEST_ARGS)
	@echo "Not part of this run: the report in a browser (make browser), API server tests (make testbed-build, then make test-all),"
	@echo "wheel and sdist (make test-all), real hosts and a real cluster (make e2e). A test that was skipped above says what it lacks."

check: ## formatting, lint, types and the contracts between packages
	@.ci/venv dev
	@failed=; for check in "ruff format --check ." "ruff check ." "mypy" "lint-imports --no-logo"; do \
	  echo "$(BIN)/$$check"; $(BIN)/$$check || failed="$$failed [$$check]"; \
	done; test -z "$$failed" || { echo "check: failed:$$failed"; exit 1; }

browser: ## the report in a real headless Chromium (chromium, chromium-driver): searched, clicked, typed, measured
	@.ci/venv dev
	$(PYTEST) -n 2 -m chromium $(PYTEST_ARGS)

format: ## let ruff format and mend what it can
	@.ci/venv dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

golden: ## write what the code generates now over the golden files, and show what changed
	@.ci/venv dev
	$(PYTEST) -q -m "$(QUICK)" --update-golden
	@git --no-pager diff --stat -- tests docs

docs: ## write the reference in docs/reference/ anew from the code
	@.ci/venv dev
	$(BIN)/python docs/write_reference.py

testbed-build: ## build the parts of the test-bed into the cache: programs, images, legacy hosts (25 minutes, once)
	@tests/testbed/packages.sh
	@tests/testbed/build.sh
	@tests/testbed/estate/build.sh

testbed-up: testbed-build ## start the test-bed: legacy hosts, cluster, Flux, forge, gateway (root; half a minute)
	@.ci/venv testbed
	$(TESTBED) up

testbed-down: ## stop the test-bed and remove all that it left, whatever state it is in
	@.ci/venv run
	@$(TESTBED) down

accuracy: ## scan the legacy hosts of the test-bed, compare with the truth, write docs/accuracy.md (root)
	@tests/testbed/packages.sh
	@tests/testbed/estate/build.sh
	@.ci/venv dev
	$(BIN)/python -m tests.accuracy

bench-scan: ## our scan beside Ansible and pyinfra on the same hosts, and 10,000 replayed hosts; writes docs/benchmarks.md (root)
	@tests/testbed/packages.sh
	@tests/testbed/estate/build.sh
	@.ci/venv dev
	$(BIN)/python -m tests.bench

e2e: ## move a real service from a real host into a real Pod under load, in a test-bed of its own (root)
	@$(MAKE) testbed-build
	@.ci/venv testbed
	@tests/testbed/e2e.sh $(PYTEST_ARGS)

hazards: ## the hazard tests at their full counts; about an hour
	@.ci/venv dev
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group fuzz || \
	  echo "hazards: atheris cannot be installed here: the tests with a guided fuzzer are left out"
	MIGRATE_HAZARDS=full $(PYTEST) -n auto tests/hazards tests/apiserver/test_names.py --timeout 3600 $(PYTEST_ARGS)

test-all: ## every test that this machine can run, including the real API server and the wheel
	@.ci/venv dev
	$(PYTEST) $(PYTEST_ARGS)

clean: ## remove what was built in this folder (not the virtual environment, not the cache)
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
