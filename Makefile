# Martlet's front door. `make` alone lists what there is.
.DEFAULT_GOAL := help
.PHONY: help demo serve test simulate release bench bench-peers format lint setup clean

help: ## List the targets
	@echo "Martlet: Kubeflow Pipelines in one Swift program."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Install what is missing and make .venv with the kfp SDK
	@scripts/setup.sh

# A debug build: from a clean checkout it is minutes sooner than an optimised one, and the demo's time goes into
# the first Python environment and not into our code.
demo: setup ## Build, run a pipeline end to end and show its outputs; KEEP=1 leaves the server running
	@scripts/build.sh debug
	@.venv/bin/python scripts/demo.py

serve: setup ## Build and run the server on http://127.0.0.1:8888, data in .martlet
	@scripts/build.sh debug
	@exec "$$(swift build --show-bin-path)/martlet" serve --data-dir .martlet

test: ## Run every test: Swift, then end to end with the real kfp client
	@scripts/setup.sh --browser
	@scripts/test.sh

simulate: ## Play runs and servers by seed, optimised; SEEDS=1000000 plays more, SEED=17 one
	@scripts/simulate.sh

release: setup ## Build the optimised programs and put them into dist/
	@scripts/build.sh release
	@mkdir -p dist
	@cp "$$(swift build -c release --show-bin-path)/martlet" \
	    "$$(swift build -c release --show-bin-path)/martlet-supervisor" dist/
	@ls -l dist/martlet dist/martlet-supervisor

bench: ## Measure tasks, loops, start-up, memory, a million runs and pages, optimised; writes docs/benchmarks.md
	@scripts/setup.sh --browser
	@scripts/build.sh release
	@swift build -c release --product loop-bench
	@swift build -c release --product load-bench
	@mkdir -p .bench
	@.venv/bin/python scripts/bench.py --json .bench/tasks.json $(BENCH)
	@.venv/bin/python scripts/bench_service.py --json .bench/service.json
	@.venv/bin/python scripts/bench_docs.py

bench-peers: setup ## The same chain and fan-out with other programs, each in an environment of its own
	@scripts/build.sh release
	@mkdir -p .bench
	@.venv/bin/python scripts/bench_peers.py --json .bench/peers.json $(BENCH)
	@.venv/bin/python scripts/bench_docs.py

format: ## Format the Swift sources in place
	@swift format format --in-place --recursive --parallel Package.swift Sources Tests

lint: ## Check the format (strictly) and report what is long or undocumented
	@scripts/lint.sh

clean: ## Remove what was built, the Python environment and the data of `make serve`
	@rm -rf .build .venv .martlet .bench dist
