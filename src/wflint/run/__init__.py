"""A run: from a request to diagnostics."""
