"""Measurements, apart from the tests: ours and a peer in one run. `python -m bench` writes docs/benchmarks.md."""
