# Two commands set leadline up: `make demo` and `make test`. Everything they need goes into .venv.
BIN := .venv/bin

.PHONY: demo test check lint types layers bench fuzz clean

demo:
	@scripts/environment.sh
	@scripts/demo.sh

test:
	@scripts/environment.sh dev
	$(BIN)/pytest -n auto

check: lint types layers test

lint:
	@scripts/environment.sh dev
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests

types:
	@scripts/environment.sh dev
	$(BIN)/mypy

layers:
	@scripts/environment.sh dev
	$(BIN)/lint-imports

bench:
	@scripts/environment.sh bench
	$(BIN)/python -m bench

fuzz:
	@scripts/environment.sh bench
	$(BIN)/python fuzz/atheris_parsers.py ss -max_total_time=60
	$(BIN)/python fuzz/atheris_parsers.py findmnt -max_total_time=60

clean:
	rm -rf .venv leadline-demo report.html
