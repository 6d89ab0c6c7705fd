"""Compares two versions of a program: what runs that have begun with the old one need of the new."""
