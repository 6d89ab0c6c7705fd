"""The flow of values inside one function."""
