"""Rules about handlers of signals, queries and updates."""
