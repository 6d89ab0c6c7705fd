"""The modules of a program, loaded by name and on demand."""
