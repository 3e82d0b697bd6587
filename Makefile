# Everything a user or a developer runs. `make run` and `make test` install what they need.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check bench crash tools format clean

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

# 200 kills instead of the 20 of `make test`.
crash: $(VENV)/installed-test
	USSDGW_KILLS=200 $(BIN)/pytest tests/crash

# Debian's tshark and npm smpp, which the tests marked `foreign` need.
tools: .foreign/node_modules/smpp
	command -v tshark >/dev/null || (apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q tshark)

.foreign/node_modules/smpp:
	npm install --prefix .foreign smpp@0.6.0-rc.4

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
