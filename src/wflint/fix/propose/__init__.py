"""Repairs: what a fix would change in the text of a file. Nothing is written here."""
