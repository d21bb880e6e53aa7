# Every target sets up VENV first when it is missing. CONFIG chooses the study: one config file,
# or several, the last one on top: CONFIG="config/config.yaml config/presets/tuned.yaml".
CONFIG ?= config/config.yaml
CORES ?= all
# The newest supported Python that starts; one that is on PATH may still refuse (pyenv's shims).
PYTHON ?= $(firstword $(foreach python,python3.13 python3.12 python3.11,$(if $(shell $(python) -c '' 2>&1 || echo no),,$(python))))
VENV ?= .venv
BIN := $(abspath $(VENV))/bin
export PATH := $(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)/src
SNAKEMAKE := snakemake --cores $(CORES) --configfile $(CONFIG)
PYTEST := python -m pytest
CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)
SLURM_STUDY ?= config/config.yaml

.PHONY: study check test test-fast test-full lint format bench audit calibration crate report clean plan test-slurm fuzz download-ravdess notice

study: $(VENV)/installed ## the whole study: from clips and scans to figures
	@mkdir -p "$(CACHE)/snakemake" 2>/dev/null || { \
	  echo "$(CACHE): HOME: expected a folder for Snakemake's cache, got one that cannot be written; set XDG_CACHE_HOME"; exit 2; }
	$(SNAKEMAKE)
	@crossmodal summary --config $(CONFIG)

check: $(VENV)/installed ## everything that is wrong with config and data; DEEP=1 decodes all of it
	crossmodal check --config $(CONFIG) $(if $(DEEP),--deep)

test: $(VENV)/installed ## all tests but the longest, in two processes; in the order of tests/scheduling.py
	$(PYTEST) -m "not full and not slurm" -n 2 --dist loadscope --durations=10

test-fast: $(VENV)/installed ## no workflow runs; under 3 minutes
	$(PYTEST) -m "not full and not workflow and not slow and not slurm" -n 2

test-full: $(VENV)/installed ## everything, hours
	$(PYTEST)

lint: $(VENV)/installed
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow/rules

format: $(VENV)/installed
	ruff check --fix .
	ruff format .
	snakefmt Snakefile workflow/rules

test-slurm: $(VENV)/installed ## a private one-node Slurm (packages: tests/slurm/up.sh); SLURM_STUDY=part for minutes
	REQUIRE_SLURM=1 SLURM_STUDY=$(SLURM_STUDY) $(PYTEST) -m slurm tests/slurm

fuzz: $(VENV)/installed ## parsers and readers on new examples, ten CPU minutes for each kind
	python -m tests.abuse.fuzz --minutes 10

bench: $(VENV)/installed ## NAME=searchlight for one
	python -m benchmarks.run $(NAME)

calibration: $(VENV)/installed ## error rates of every map test on simulated noise; about an hour
	python -m benchmarks.calibration --studies 1000

plan: $(VENV)/installed ## what a study will cost, before anything runs
	crossmodal plan --config $(CONFIG)

download-ravdess: $(VENV)/installed ## the clips of the published study, resumable
	crossmodal download-ravdess data/ravdess

notice: $(VENV)/installed ## after a change of requirements.lock
	crossmodal notice --write

audit: $(VENV)/installed ## re-hash every figure's lineage
	crossmodal audit --config $(CONFIG)

crate: $(VENV)/installed ## the study as an RO-Crate
	crossmodal crate --config $(CONFIG)

report: $(VENV)/installed ## a static page of the study's results: results/report/index.html
	crossmodal report --config $(CONFIG) $(if $(EMBED),--embed)

clean: $(VENV)/installed ## results only; the environment stays
	crossmodal clean --config $(CONFIG)

$(VENV)/installed: requirements.lock pyproject.toml
	@test -x $(BIN)/python || test -n "$(PYTHON)" || { echo "no Python 3.11, 3.12 or 3.13 on PATH; set PYTHON=/its/path"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) workflow/envs/require_python.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	# torch first: the CPU build, where the package index offers it under the pinned version
	$(BIN)/python -m pip install --quiet $$(grep '^torch==' requirements.lock)
	# wheels only, but for one pure-Python package of Snakemake's that is published as source
	$(BIN)/python -m pip install --quiet --only-binary=:all: --no-binary=connection_pool --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@
