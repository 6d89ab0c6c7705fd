"""Benchmarks: wflint beside its peers, and how its work grows. Run ``python -m benchmarks``."""
