"""Rules about errors and cancellation."""
