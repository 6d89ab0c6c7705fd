"""Baselines: the findings that are known, and telling them from new ones."""
