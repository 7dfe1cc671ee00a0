# `make help` lists what there is. Every goal sets up its own .venv; only Python 3.11+, make and git are needed.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.SUFFIXES:

VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && command -v "$$name" && break; done)
# A change of the pins makes another name, and so another install.
RUN_READY := $(VENV)/.ready-run-$(shell cat requirements.txt | cksum | tr -d ' ')
DEV_READY := $(VENV)/.ready-dev-$(shell cat requirements.txt requirements-dev.txt | cksum | tr -d ' ')
# A .venv whose interpreter has gone (another Python, a moved folder) is made anew.
$(shell $(PY) -c '' 2>/dev/null || rm -f $(VENV)/.ready-*)
TEMPLATES = $$(find templates nelm_review therapies references -name '*.html')

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export PIP_NO_INPUT := 1

.PHONY: help run test check format bench screenshots clean setup setup-dev

help: ## List the goals
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: setup ## Set up and run everything at http://127.0.0.1:8000 (PORT=… NELM_VAR_DIR=… for another copy)
	@exec $(PY) -m nelm_review.local.run

test: setup-dev ## Run every test (ARGS="-k name" for some of them)
	@exec $(PY) -m pytest -n auto --maxprocesses 8 --dist loadgroup $(ARGS)

check: setup-dev ## Check format, lint, templates, imports, types, migrations, deployment settings
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(VENV)/bin/djade --target-version 5.2 --check $(TEMPLATES)
	$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
	$(PY) -m mypy
	$(PY) manage.py makemigrations --check --dry-run
	ALLOWED_HOSTS=nelm.example.org SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))') \
		$(PY) manage.py check --deploy --fail-level WARNING

format: setup-dev ## Format Python and templates, and fix what can be fixed
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	$(VENV)/bin/djade --target-version 5.2 $(TEMPLATES)

bench: setup-dev ## Measure the speed of parsing, ingest and pages
	@exec $(PY) -m tests.bench $(ARGS)

screenshots: setup-dev ## Take pictures of the public pages of a running copy into docs/screenshots
	@exec $(PY) -m tests.screenshots $(ARGS)

clean: ## Delete .venv and caches (the database and logs in var/ stay)
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: $(RUN_READY)

setup-dev: $(DEV_READY)

$(RUN_READY):
	@$(make-venv)
	@echo "Installing the requirements; this takes a minute and happens once."
	@$(PY) -m pip install --quiet -r requirements.txt
	@rm -f $(VENV)/.ready-*
	@touch $@

$(DEV_READY):
	@$(make-venv)
	@echo "Installing the requirements for development; this takes a minute and happens once."
	@$(PY) -m pip install --quiet -r requirements-dev.txt
	@rm -f $(VENV)/.ready-*
	@touch $@ $(RUN_READY)

define make-venv
if ! $(PY) -m pip --version >/dev/null 2>&1; then \
	if [ -z "$(PYTHON)" ]; then echo "$(NO_PYTHON)" >&2; exit 1; fi; \
	rm -rf $(VENV); \
	if ! "$(PYTHON)" -m venv $(VENV); then rm -rf $(VENV); echo "$(NO_VENV)" >&2; exit 1; fi; \
fi
endef
NO_PYTHON = NELM Review needs Python 3.11 or newer and found none. Install one, or name it: make PYTHON=/path/to/python3
NO_VENV = Python could not make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv
