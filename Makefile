# The commands of this house; `make` alone lists them. Each one that needs the tools sets up .venv by
# itself: the first time from requirements-dev.lock, whose hashes are checked, later not at all.

VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready
LORA := $(VENV)/.lora
RAY := $(VENV)/.ray
PIP_INSTALL := $(BIN)/python -m pip --disable-pip-version-check -qq install
# Python keeps the compiled tests, also where the environment forbids it: they start in half the time.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest
FAST := --numprocesses logical --dist worksteal -m "not processes and not slow"

# The first Python here that is new enough; `make PYTHON=/path/to/python3` names another.
PYTHON ?= $(shell for candidate in python3.11 python3.12 python3.13 python3.14 python3; do \
	$$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && \
	echo $$candidate && break; done)

COMPILE := CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --strip-extras --allow-unsafe \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(FLAGS)

.DEFAULT_GOAL := help
.PHONY: help demo demo-lora run-engine test test-fast test-slow retest coverage pictures run lint format audit lock setup setup-lora setup-ray clean

help: ## list these commands
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-19s%s\n", $$1, $$2}'

demo: $(READY) ## the whole bot on this computer, with a tour: no token, no key
	@$(BIN)/python -m bot demo

demo-lora: $(LORA) ## the same with real training in a minute or two; BASE=name takes another model
	@$(BIN)/python -m bot demo --lora $(if $(BASE),--base "$(BASE)")

run-engine: $(if $(filter lora,$(BACKEND)),$(LORA),$(READY)) ## the engine alone; BACKEND=lora BASE=name
	@$(if $(BACKEND),ENGINE_BACKEND="$(BACKEND)") $(if $(BASE),ENGINE_BASE="$(BASE)") $(BIN)/python -m engine

# Several at a time: most of them wait for a real process, or for Telegram's limit of messages a second.
test: $(READY) ## every test; T=tests/chat only those of a folder, a file or a node id
	@$(PYTEST) --numprocesses 8 --dist worksteal $(T)

test-fast: $(READY) ## the tests that start no process, in under two minutes; takes T too
	@$(PYTEST) $(FAST) $(T)

test-slow: $(LORA) ## the tests that train the real SmolLM2-135M: a quarter of an hour or more
	@$(PYTEST) -m weights $(T)

retest: $(READY) ## the tests that failed last time
	@$(PYTEST) --last-failed --last-failed-no-failures=none || [ $$? -eq 5 ]  # 5: nothing had failed

coverage: $(READY) ## how much of each package the fast tests run; fails below the floor
	@$(PYTEST) $(FAST) --cov --cov-report= --cov-fail-under=0
	@for package in $(dir $(wildcard bot/*/__init__.py)); do \
		total=$$($(BIN)/coverage report --format=total --fail-under=0 --include="$$package*"); \
		printf '%-20s %3s %%\n' "$$package" "$$total"; done
	@$(BIN)/coverage report --format=total

pictures: $(READY) ## the pictures of the READMEs, taken from the chat page; needs Chromium
	@$(BIN)/python -m tests.browser.pictures

run: $(READY) ## the bot for real, with the settings of .env
	@$(BIN)/python -m bot run

lint: $(READY) ## formatting, style, order of imports and types, as the checks want them
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/mypy

format: $(READY) ## bring the code into that form where a tool can
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

# pip-audit ends with a traceback where it can't ask; that says nothing about the packages.
audit: $(READY) ## known weaknesses of the packages that the bot runs with; asks pypi.org about each
	@found=$$($(BIN)/pip-audit --disable-pip --require-hashes --progress-spinner=off \
		--requirement=requirements.lock 2>&1) && echo "$$found" || case "$$found" in \
		*requests.exceptions.*) echo "Not audited: pypi.org can't be reached" ;; \
		*) echo "$$found"; exit 1 ;; esac

lock: $(READY) ## write the lock files anew (FLAGS=--upgrade takes newer versions)
	$(COMPILE) --output-file=requirements.lock pyproject.toml
	$(COMPILE) --constraint=requirements.lock --extra=demo --extra=dev \
		--output-file=requirements-dev.lock pyproject.toml
	$(COMPILE) --no-allow-unsafe --unsafe-package=torch --constraint=requirements-dev.lock \
		--constraint=requirements-torch.lock --extra=demo --extra=lora \
		--output-file=requirements-lora.lock pyproject.toml
	$(COMPILE) --constraint=requirements-dev.lock --constraint=requirements-lora.lock \
		--extra=ray --output-file=requirements-ray.lock pyproject.toml

setup: $(READY) ## only set up .venv

setup-lora: $(LORA) ## .venv with what real training needs: 1.5 GB, with a CUDA build of torch 6 GB

setup-ray: $(RAY) ## the same with Ray, for the nodes of a cluster and its tests: 0.4 GB more

clean: ## throw away .venv and what the tools left; data and logs stay
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# pip can't check hashes of a folder, so the project itself comes second and brings no dependencies.
$(READY): $(LOCKED) pyproject.toml
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

# The builds of torch differ in their hashes, so it is pinned by its version alone.
$(LORA): requirements-lora.lock requirements-torch.lock | $(READY)
	@echo "Installing what real training needs into $(VENV): once, 1.5 GB or more, some minutes"
	@$(PIP_INSTALL) --require-hashes --no-deps --requirement requirements-lora.lock
	@$(PIP_INSTALL) --requirement requirements-torch.lock
	@touch $@

$(RAY): requirements-ray.lock $(LORA)
	@$(PIP_INSTALL) --require-hashes --no-deps --requirement requirements-ray.lock
	@touch $@

$(LOCKED): requirements-dev.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: https://www.python.org/downloads/" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version): once, a minute or so"
	@$(PYTHON) -m venv --clear $(VENV) || { echo "On Debian: apt-get install python3-venv" >&2; exit 1; }
	@$(PIP_INSTALL) --require-hashes --requirement requirements-dev.lock
	@touch $@
