# Everything a user or a developer runs. `make run` and `make test` install what they need.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
NODE_SMPP := 0.6.0-rc.4

.PHONY: run test check bench fixtures grammar-million crash exactly-once tools format clean

run: $(VENV)/installed
	$(BIN)/ussdgw serve --demo

test: $(VENV)/installed-test
	$(BIN)/pytest

check: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest tests/house

bench: $(VENV)/installed-test
	$(BIN)/python -m bench

# A million random strings instead of the 20,000 of `make test`, read by the grammar and by a second, independent reader.
grammar-million: $(VENV)/installed-test
	USSDGW_RANDOM_STRINGS=1000000 $(BIN)/pytest tests/unit/grammar/test_agreement.py

# 200 kills instead of the 20 of `make test`.
crash: $(VENV)/installed-test
	USSDGW_KILLS=200 $(BIN)/pytest tests/crash

# 20,000 messages in either role instead of the 2,000 of `make test`.
exactly-once: $(VENV)/installed-test
	USSDGW_EXACTLY_ONCE=20000 $(BIN)/pytest tests/exactly_once

# The recordings and captures that are shipped, made again: a few minutes, loopback only; dumpcap from `make tools`.
fixtures: $(VENV)/installed-test
	$(BIN)/python -m tests.recordings.make

# What the tests marked `foreign` need: Debian's tshark (with dumpcap), node, and npm's package smpp.
tools:
	command -v tshark >/dev/null || (apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q tshark)
	command -v npm >/dev/null || (apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q nodejs npm)
	test -d .foreign/node_modules/smpp || npm install --silent --no-audit --no-fund --prefix .foreign smpp@$(NODE_SMPP)

format: $(VENV)/installed-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q -e .
	touch $@

$(VENV)/installed-test: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q -e '.[test]'
	touch $@ $(VENV)/installed
