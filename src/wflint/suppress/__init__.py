"""Suppression comments: reading them, finding the one for a place, and what is wrong with them."""
