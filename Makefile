# Everything there is to do here; `make` alone lists it. config/bootstrap.py prepares what each needs.
PYTHON ?= $(shell for python in .venv/bin/python python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && exit; done; \
	echo python3)
HOST ?= 127.0.0.1
PORT ?= 8000
ARGS ?=
POSTGRES_URL ?= postgres://postgres@127.0.0.1:5432/blindspot
REDIS_URL ?= redis://127.0.0.1:6379/5
RABBITMQ_URL ?= amqp://guest:guest@127.0.0.1:5672//

PREPARE = @$(PYTHON) config/bootstrap.py
BIN = .venv/bin
EMBEDDED = env -u DATABASE_URL -u CELERY_BROKER_URL -u CACHE_URL
# What production sets, and nothing that a developer's shell happens to have.
PRODUCTION = $(EMBEDDED) -u BLINDSPOT_DEMO -u DEBUG -u HTTPS BLINDSPOT_DATA=$(CURDIR)/var/lint ALLOWED_HOSTS=example.org \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')
UV_COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: help run test test-services lint format bench screenshots requirements clean
.DEFAULT_GOAL := help

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 16

run: export BLINDSPOT_DEMO ?= 1
run: ## serve the site with its worker and a demo course (PORT=8000, HOST=127.0.0.1)
	$(PREPARE) base
	@exec $(BIN)/python -m config.serve --host $(HOST) --port $(PORT)

test: ## run all tests, in a real browser too (ARGS="-k seal" narrows it)
	$(PREPARE) dev
	$(PREPARE) browser
	@$(EMBEDDED) $(BIN)/pytest -n 2 --dist worksteal $(ARGS)

test-services: ## run what depends on database and broker on PostgreSQL with Redis, then with RabbitMQ
	$(PREPARE) dev
	$(PREPARE) browser
	$(PREPARE) reach $(POSTGRES_URL) $(REDIS_URL) $(RABBITMQ_URL)
	@for broker in $(REDIS_URL) $(RABBITMQ_URL); do \
		echo "PostgreSQL with $${broker%%:*}"; \
		DATABASE_URL=$(POSTGRES_URL) CELERY_BROKER_URL=$$broker $(BIN)/pytest -m services $(ARGS) || exit; \
	done

lint: ## check style, types, layers, templates, migrations and production settings
	$(PREPARE) dev
	@$(BIN)/ruff check --quiet --output-format concise
	@$(BIN)/ruff format --check --quiet || { echo "make format would change these files"; exit 1; }
	@$(PRODUCTION) $(BIN)/mypy
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/lint-imports
	@$(PRODUCTION) $(BIN)/python manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: ## write the code as lint wants it
	$(PREPARE) dev
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format --quiet

bench: ## run the benchmarks: a line about the machine, then a JSON object a line
	$(PREPARE) dev
	@$(EMBEDDED) $(BIN)/python -m tests.benchmarks $(ARGS)

screenshots: ## photograph every page of the demo course into screenshots/
	$(PREPARE) dev
	$(PREPARE) browser
	@$(EMBEDDED) $(BIN)/python -m tests.browser.screenshots $(ARGS)

requirements: ## compile requirements/*.in anew (ARGS=--upgrade takes newer versions)
	$(PREPARE) dev
	@cd requirements && ../$(UV_COMPILE) $(ARGS) base.in --output-file base.txt
	@cd requirements && ../$(UV_COMPILE) $(ARGS) dev.in --constraint base.txt --output-file dev.txt

clean: ## remove what can be made again (.venv, caches, screenshots); the data in var/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@rm -rf screenshots test-results var/static var/cache var/lint var/setup.log
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
