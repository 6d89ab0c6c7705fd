"""Holds the rules against the call graph and gives violations."""
