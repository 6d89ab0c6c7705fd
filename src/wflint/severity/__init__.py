"""Follows a non-deterministic value to where it is used: what does it decide?"""
