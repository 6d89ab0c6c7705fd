"""Rules about random numbers, random ids and object identity."""
