"""A program that is checked again and again in one process, as its files change in an editor."""
