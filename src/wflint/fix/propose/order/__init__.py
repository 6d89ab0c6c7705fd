"""What gives an order to something that has none: sorted, or a list."""
