"""Ways to give an order to something that has none: sort it, or make it a list."""
