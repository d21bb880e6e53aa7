# Every target sets up .venv first when it is missing. CONFIG chooses the study.
CONFIG ?= config/config.yaml
CORES ?= all
PYTHON ?= python3.11
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export PYTHONPATH := $(CURDIR)/src
SNAKEMAKE := snakemake --cores $(CORES) --configfile $(CONFIG)
PYTEST := python -m pytest
SLURM_STUDY ?= config/config.yaml

.PHONY: study check test test-fast test-full lint format bench audit calibration crate report clean plan test-slurm fuzz download-ravdess notice

study: .venv/installed ## the whole study: from clips and scans to figures
	$(SNAKEMAKE)
	@crossmodal summary --config $(CONFIG)

check: .venv/installed ## everything that is wrong with config and data; DEEP=1 decodes all of it
	crossmodal check --config $(CONFIG) $(if $(DEEP),--deep)

test: .venv/installed ## all tests that fit into an hour on 2 cores
	$(PYTEST) -m "not full and not workflow and not slurm" -n 2 --durations=10
	$(PYTEST) -m "workflow and not full and not slurm" --durations=10

test-fast: .venv/installed ## no workflow runs; under 3 minutes
	$(PYTEST) -m "not full and not workflow and not slow and not slurm" -n 2

test-full: .venv/installed ## everything, hours
	$(PYTEST)

lint: .venv/installed
	ruff check .
	ruff format --check .
	snakefmt --check Snakefile workflow/rules

format: .venv/installed
	ruff check --fix .
	ruff format .
	snakefmt Snakefile workflow/rules

test-slurm: .venv/installed ## a private one-node Slurm (packages: tests/slurm/up.sh); SLURM_STUDY=part for minutes
	REQUIRE_SLURM=1 SLURM_STUDY=$(SLURM_STUDY) $(PYTEST) -m slurm tests/slurm

fuzz: .venv/installed ## parsers and readers on new examples, ten CPU minutes for each kind
	python -m tests.abuse.fuzz --minutes 10

bench: .venv/installed ## NAME=searchlight for one
	python -m benchmarks.run $(NAME)

calibration: .venv/installed ## error rates of every map test on simulated noise; about an hour
	python -m benchmarks.calibration --studies 1000

plan: .venv/installed ## what a study will cost, before anything runs
	crossmodal plan --config $(CONFIG)

download-ravdess: .venv/installed ## the clips of the published study, resumable
	crossmodal download-ravdess data/ravdess

notice: .venv/installed ## after a change of requirements.lock
	crossmodal notice --write

audit: .venv/installed ## re-hash every figure's lineage
	crossmodal audit --config $(CONFIG)

crate: .venv/installed ## the study as an RO-Crate
	crossmodal crate --config $(CONFIG)

report: .venv/installed ## a static page of the study's results: results/report/index.html
	crossmodal report --config $(CONFIG)

clean: .venv/installed ## results only; the environment stays
	crossmodal clean --config $(CONFIG)

.venv/installed: requirements.lock pyproject.toml
	command -v $(PYTHON) >/dev/null || { echo "needs Python 3.11 (set PYTHON=…)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	# torch first: the CPU build, where the package index offers it under the pinned version
	$(BIN)/python -m pip install --quiet $$(grep '^torch==' requirements.lock)
	# wheels only, but for one pure-Python package of Snakemake's that is published as source
	$(BIN)/python -m pip install --quiet --only-binary=:all: --no-binary=connection_pool --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@
