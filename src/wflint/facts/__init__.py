"""The contents of one module, as plain data."""
