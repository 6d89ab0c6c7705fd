"""Functions of the project that ask if code runs in a workflow."""
