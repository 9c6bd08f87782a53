# The commands of the project; each makes .venv from exact pins first, once.

VENV := .venv
READY := $(VENV)/.ready
PYTHON ?= python3
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export DVC_NO_ANALYTICS := 1
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := 1
unexport PYTHONPATH

JOBS ?= $(shell nproc)

FAST := not slow and not pipeline and not full

.PHONY: help setup smoke repro test test-full check format bench ui clean distclean

help:           ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/\t/' | expand -t 16

setup: $(READY) ## .venv with the exact versions of requirements.lock

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

smoke: $(READY) ## a first look: everything at smoke scale, in a copy below .smoke
	python -m repose smoke --jobs $(JOBS)

repro: $(READY) ## rebuild data, trainings and reports: dvc repro, with JOBS stages side by side
	python -m repose repro --jobs $(JOBS)

test: $(READY)  ## all tests but the long ones; the pipeline runs once at smoke scale
	pytest -q -n 2 --dist loadfile -m "not pipeline and not full"
	pytest -q -m "pipeline and not full"

test-full: $(READY) ## also the long tests
	pytest -q -n 2 --dist loadfile -m "not pipeline"
	pytest -q -m pipeline

check: $(READY) ## format, lint, types, fast tests
	ruff format --check .
	ruff check .
	mypy
	pytest -q -n 2 --dist loadfile -m "$(FAST)"

format: $(READY) ## format and mend what can be mended by itself
	ruff format .
	ruff check --fix .

bench: $(READY) ## speed as ratios within one run, into benchmarks/results.md
	python -m benchmarks

ui: $(READY)    ## browse the trainings at http://127.0.0.1:5000
	mlflow ui --host 127.0.0.1 --port 5000 --backend-store-uri sqlite:///mlflow/mlflow.db

clean:          ## remove data/, runs/, interrupted trainings, .smoke/ and tools' caches; dvc checkout brings data and runs back
	rm -rf data runs .smoke .resume .work dvc_plots .pytest_cache .mypy_cache .ruff_cache .hypothesis build
	find src stages tests benchmarks -name __pycache__ -type d -exec rm -rf {} +

distclean: clean ## also remove .venv, DVC's cache and the MLflow store
	rm -rf $(VENV) .dvc/cache .dvc/tmp mlflow src/*.egg-info
