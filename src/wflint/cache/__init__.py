"""The cache that a run leaves for the next one: its result, and the facts of modules."""
