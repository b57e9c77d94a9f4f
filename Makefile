# Two commands matter: `make demo` and `make test`. `make help` lists the others.
# The work is in `setup/`: small scripts that run by themselves as well.

.PHONY: help demo test build lint docs dist picture bench bench-quick
.NOTPARALLEL:

BINARY = "$${CARGO_TARGET_DIR:-target}/release/highwater"

help: ## This list
	@sed -n 's/^\([a-z-]*\): .*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 13

demo: build ## Build, then run the sample case from exports to notification lists
	@$(BINARY) demo

test: ## All tests
	@setup/cargo test --release --locked --no-fail-fast

build: ## The binary, in target/release
	@setup/cargo build --release --locked

lint: ## Formatting, clippy, licences and sources of dependencies, shell scripts
	@setup/lint

docs: ## The generated pages of docs/ and the snapshots of the help, from the program as it is now
	@HIGHWATER_WRITE=1 setup/cargo test --release --locked --test reference --test help

dist: build ## A folder to hand over: binary, library, licences
	@setup/dist

picture: build ## The picture in the README, from the demo's real output
	@setup/picture $(BINARY) docs/demo.svg

bench: build ## The job beside pandas, polars and DuckDB, and its parts; BENCH says how, as in BENCH="--users 10000000"
	@setup/bench bench $(BINARY) $(BENCH)

bench-quick: build ## Instructions of the hot paths beside the kept table; WRITE=--write keeps them anew
	@setup/bench quick $(BINARY) $(WRITE)
