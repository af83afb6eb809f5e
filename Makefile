## make run       start Vigie on this machine: http://localhost:8000 (PORT=..., VIGIE_DATA_DIR=...)
## make test      run the linters, then all tests against a real Postgres and Redis; print the coverage
## make chromium  install the browser for the browser tests (Debian, Ubuntu; needs root)
## make bench, lint, format, messages, lock
# A distribution builds its Python with profile-guided optimization: 1.6 times as fast as one compiled by pyenv.
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
  && echo /usr/bin/python3 || echo python3)
VENV := .venv
BIN := $(VENV)/bin
# On 2 cores: a quarter of the tests wait for programs and time limits rather than for a processor.
PYTEST_WORKERS ?= 3
# Nearly all browser tests run in Chromium without windows: opening a page takes a fifth of the time.
BROWSERS := chromium-headless-shell chromium chromium-browser google-chrome

.DEFAULT_GOAL := help
.PHONY: help run test chromium bench lint format messages lock runtime tools

help:
	@sed -n 's/^## //p' Makefile

run: runtime
	@exec $(BIN)/python -m config.launcher.runner

# Workers and the programs that tests start share compiled files, whatever the environment says.
test: export PYTHONDONTWRITEBYTECODE :=
test: tools lint
	@for browser in $(BROWSERS); do command -v $$browser >/dev/null && exit 0; done; \
	  echo "Chromium not found: skipping the browser tests (make chromium installs it)."
	@$(BIN)/python -m slipcover --out .coverage.json -m pytest -n $(PYTEST_WORKERS) --dist loadfile
	@$(BIN)/python -m tests.coverage_summary .coverage.json

lint: tools
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/oxlint --quiet static/js
	@# Needs no database: without one, Django only prints a warning.
	@$(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run

format: tools
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: tools
	@exec $(BIN)/python -m tests.benchmarks

# Extracting needs GNU gettext, compiling Babel. The result is in the repository, so running Vigie needs no gettext.
messages: tools
	@command -v xgettext >/dev/null || { echo "make messages needs GNU gettext: sudo apt install gettext"; exit 1; }
	@$(BIN)/python manage.py makemessages -l en -l fr --no-obsolete --add-location file -i .venv -i staticfiles
	@$(BIN)/pybabel compile -D django -d locale

# The versions and hashes of all packages, also those that our requirements need; for every system and Python from 3.11.
lock:
	@command -v uv >/dev/null || { echo "make lock needs uv: pip install uv"; exit 1; }
	@for name in app embedded onnx dev train; do \
	  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	    --custom-compile-command "make lock" -o requirements/$$name.txt requirements/$$name.in || exit 1; done

chromium:
	@command -v chromium-headless-shell && command -v chromium && exit 0; \
	  if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
	    export DEBIAN_FRONTEND=noninteractive; apt-get update -q; \
	    for package in chromium chromium-headless-shell; do \
	      apt-get install -q -y --no-install-recommends $$package; done; \
	  fi; \
	  for browser in $(BROWSERS); do command -v $$browser && exit 0; done; \
	  if ! command -v apt-get >/dev/null; then echo "Install Chromium with the package manager of this system."; \
	  else echo "Installing Chromium needs root: sudo make chromium"; fi; exit 1

runtime: INSTALL = requirements/embedded.txt
tools: INSTALL = requirements/dev.txt
runtime tools:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) not found: Vigie needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -I config/launcher/bootstrap.py $(VENV) $(INSTALL)
