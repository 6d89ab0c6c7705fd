"""Compares two versions of a program: what runs of the old one need."""
