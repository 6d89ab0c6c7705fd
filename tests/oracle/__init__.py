"""Asks the real SDK, offline, what it thinks of a piece of code."""
