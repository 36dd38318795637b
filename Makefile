# Two doors: `make run` tries it out, `make test` proves it. The rest serves these two.
PORT ?= 8000
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PO := $(wildcard */locale/*/LC_MESSAGES/django.po)
MO := $(PO:.po=.mo)

.PHONY: run test test-unit test-postgres test-browser lint bench messages lock clean help

help:
	@echo "make run        set up, load the starter course and invented staff, serve on port $(PORT)"
	@echo "make test       all tests: SQLite, PostgreSQL, the browser"
	@echo "make lint       style, types, templates"
	@echo "make bench      the figures: queries, CPU, page weight, a slow network"
	@echo "make messages   collect texts to translate"
	@echo "make lock       resolve the requirements anew"

run: $(VENV)/site.stamp $(MO)
	@$(PY) -m lms.standalone.serve --port $(PORT)

# The environment, from the locked and hashed requirements. uv if it is there, else brought in by the venv's own pip.
define install
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or later is needed: $(PYTHON) was not found."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: set PYTHON=python3.11"; exit 1; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) || { echo "Could not make a virtual environment. On Debian: apt-get install python3-venv"; exit 1; }
	@if command -v uv >/dev/null; then UV=uv; else \
	  test -x $(VENV)/bin/uv || $(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-uv.lock; \
	  UV=$(VENV)/bin/uv; fi; \
	  echo "Installing $(1) …"; $$UV pip install -q --compile-bytecode --python $(PY) --require-hashes -r $(1)
endef

$(VENV)/site.stamp: requirements.lock requirements-uv.lock
	$(call install,requirements.lock)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock requirements-uv.lock
	$(call install,requirements-dev.lock)
	@touch $@ $(VENV)/site.stamp

%.mo: %.po $(VENV)/site.stamp
	@$(PY) -m babel.messages.frontend -q compile --domain django --input-file $< --output-file $@ --locale $(word 3,$(subst /, ,$<))

test: test-unit test-postgres test-browser

test-unit: $(VENV)/dev.stamp $(MO)
	$(PY) -m pytest -n 2 -m "not browser and not slow"
	$(PY) -m pytest -m slow

test-postgres: $(VENV)/dev.stamp $(MO)
	@tests/with_postgres $(PY) -m pytest -n 2 --hypothesis-profile=again -m "not browser and not slow"

test-browser: $(VENV)/dev.stamp $(MO)
	@tests/with_chromium $(PY) -m pytest -m browser

lint: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	DJANGO_SETTINGS_MODULE=tests.settings $(VENV)/bin/mypy
	$(VENV)/bin/djlint --quiet --lint templates courses lms certificates content_seed

bench: $(VENV)/dev.stamp $(MO)
	$(PY) -m benchmarks
	@tests/with_postgres $(PY) -m benchmarks --scale

messages: $(VENV)/dev.stamp
	@for app in courses lms certificates content_seed templates; do (cd $$app && ../$(PY) ../manage.py makemessages -l sv --no-wrap --add-location=file); done

lock:
	uv pip compile -q pyproject.toml --extra site --universal --generate-hashes --python-version 3.11 --no-header --no-annotate -o requirements.lock
	uv pip compile -q pyproject.toml --group dev --extra site --universal --generate-hashes --python-version 3.11 --no-header --no-annotate -o requirements-dev.lock

clean:
	rm -rf $(VENV) var
