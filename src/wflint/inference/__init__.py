"""The values of names and expressions, when all modules are known."""
