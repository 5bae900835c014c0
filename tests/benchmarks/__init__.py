"""Benchmarks: `make bench`. Each bench_*.py here adds its own with `@benchmark`."""
