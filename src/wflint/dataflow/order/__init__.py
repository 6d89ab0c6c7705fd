"""Finds what depends on an order that another replay does not repeat."""
