# Everything a fresh machine needs: Python 3.11 or newer, make and a network. Every target is safe to repeat.
#
#   make demo       the whole system on 127.0.0.1:8000, with its own PostgreSQL and sample data
#   make test       all tests (LONG=1: also those that take minutes)
#   make check      format, lint, types, schema drift, migration safety
#   make isolation  the isolation report
#   make bench      the speed report
#   make format     put the code in its format
#   make lock       resolve the dependencies anew (needs uv)

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement
EDITABLE := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .

# A version manager may list a Python it cannot run, so each candidate is tried. An existing environment is kept.
define FIND_PYTHON
for python in python3.13 python3.12 python3.11 python3; do
  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$$python"; exit; fi
done
echo "需要 Python 3.11 或更新版本：请安装后重试。" >&2
echo "Python 3.11 or newer is needed: install it and try again." >&2
exit 1
endef
export FIND_PYTHON

define STALE_SCHEMA
schema/schema.graphql 已过期：请运行 linli schema > schema/schema.graphql
schema/schema.graphql is out of date: run `linli schema > schema/schema.graphql`
endef
export STALE_SCHEMA

.PHONY: help demo test check isolation bench format lock
help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/runtime
	@$(BIN)/linli demo

test: $(VENV)/development
	@$(BIN)/python -m pytest -n logical --maxprocesses 4 --dist loadfile $(if $(LONG),,-m "not long")

check: $(VENV)/development
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/linli schema | diff -u schema/schema.graphql - || { echo "$$STALE_SCHEMA" >&2; exit 1; }
	@# One file a migration, each after the settings that all of them run under: squawk takes a file for one migration.
	@files=$$(mktemp -d); trap 'rm -r "$$files"' EXIT; $(BIN)/linli migrate --sql \
	  | awk -v to="$$files" '/^BEGIN;/ { file = sprintf("%s/%04d.sql", to, ++n); printf "%s", head > file } \
	      n { print > file } !n { head = head $$0 "\n" }'; \
	$(BIN)/squawk --config .squawk.toml "$$files"/*.sql

isolation: $(VENV)/development
	@$(BIN)/python -m tests.isolation

bench: $(VENV)/development
	@$(BIN)/python -m tests.performance

format: $(VENV)/development
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

lock:
	@compile() { uv pip compile pyproject.toml --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade) "$$@"; }; \
	compile --group build --output-file requirements.lock; \
	compile --group dev --constraint requirements.lock --output-file requirements-dev.lock

# The stamps: an environment is made anew only when a lock or the packaging changes.

$(VENV)/runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "正在安装依赖，约一分钟 / Installing the dependencies, about a minute"
	@$(LOCKED) requirements.lock
	@$(EDITABLE)
	@touch $@

$(VENV)/development: $(VENV)/runtime requirements-dev.lock
	@echo "正在安装开发工具，约一分钟 / Installing the development tools, about a minute"
	@$(LOCKED) requirements-dev.lock
	@touch $@

$(BIN)/python:
	@echo "正在创建虚拟环境 / Creating the virtual environment"
	@python=$$(bash -c "$$FIND_PYTHON"); "$$python" -m venv $(VENV)
