"""wflint: a static determinism linter for Temporal workflows written in Python."""

__version__ = "0.1.0"
