"""The names of Temporal's Python SDK, once for all who need them."""
