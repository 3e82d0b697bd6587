# Everything a user or a developer runs. `make run` and `make test` install what they need.
# The distribution's build first: it is compiled with profile-guided optimisation, and the gateway runs half as fast again on
# it as on a Python that was compiled without (docs/performance.md).
PYTHON ?= $(shell /usr/bin/python3.11 -c 'import ensurepip' 2>/dev/null && echo /usr/bin/python3.11 \
	|| command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
NODE_SMPP := 0.6.0-rc.4

.PHONY: run test check bench usage-load fixtures journals codes picture grammar-million town crash fuzz exactly-once tools \
	format clean

run: $(VENV)/installed
	$(BIN)/ussdgw serve --demo

# Two processes, but for the tests that measure times.
test: $(VENV)/installed-test
	$(BIN)/pytest -n 2 --dist loadfile -m 'not alone'
	$(BIN)/pytest -m alone

check: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest tests/house

# Some 20 minutes: the gateway and a peer, then in turns with the gateway by itself what recording, receipts and TLS cost, and
# replays.
bench: $(VENV)/installed-test
	$(BIN)/python -m bench
	for each in recording receipts tls replay; do $(BIN)/python -m bench --only $$each --seconds 8 || exit; done

# Ten million records of use, and what the commands that read them cost with and without: some 0.5 GB for a minute.
usage-load: $(VENV)/installed-test
	$(BIN)/python -m bench.usage

# docs/codes.md, which `make check` holds against the plan.
codes: $(VENV)/installed
	$(BIN)/ussdgw codes list --markdown > docs/codes.md.new && mv docs/codes.md.new docs/codes.md

# The picture of the phone in the README.
picture: $(VENV)/installed-test
	$(BIN)/python -m tests.wire.phone_picture docs/phone.svg

# A million random strings instead of the 20,000 of `make test`, read by the grammar and by a second, independent reader.
grammar-million: $(VENV)/installed-test
	USSDGW_RANDOM_STRINGS=1000000 $(BIN)/pytest tests/unit/grammar/test_agreement.py

# 1,000 random stories of a small town instead of the 25 of `make test`: nothing made, lost or done twice.
town: $(VENV)/installed-test
	USSDGW_TOWN_STORIES=1000 $(BIN)/pytest tests/properties

# 200 kills instead of the 20 of `make test`, and 20 more of a gateway that knows a million subscribers; a disk that
# hangs for 5 s at a time.
crash: $(VENV)/installed-test
	USSDGW_STALL_S=5 $(BIN)/pytest tests/wire/test_store_faults.py
	USSDGW_KILLS=200 USSDGW_POPULATION=1000000 $(BIN)/pytest tests/crash

# 500,000 cases instead of the 20,000 of `make test`, most of them by atheris, which looks for octets that reach new code.
fuzz: $(VENV)/installed-test
	$(BIN)/pip install -q -e '.[fuzz]'
	USSDGW_FUZZ=100000 $(BIN)/pytest tests/fuzz
	$(BIN)/python -m tests.fuzz.coverage 400000

# 20,000 messages in either role instead of the 2,000 of `make test`.
exactly-once: $(VENV)/installed-test
	USSDGW_EXACTLY_ONCE=20000 $(BIN)/pytest tests/exactly_once

# The recordings and captures that are shipped, made again: a few minutes, loopback only; dumpcap from `make tools`.
fixtures: $(VENV)/installed-test
	$(BIN)/python -m tests.recordings.make

# The journals that every later release has to decide as they were decided, made again: when a rule changes on purpose.
journals: $(VENV)/installed-test
	$(BIN)/python -m tests.journals.make

# What the tests marked `foreign` need: Debian's tshark (with dumpcap), tmux, node, and npm's package smpp.
tools:
	command -v tshark >/dev/null || (apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q tshark)
	command -v tmux >/dev/null || (apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q tmux)
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
