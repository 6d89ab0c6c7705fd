"""Fixes: what a rule proposes, and how it is applied."""
