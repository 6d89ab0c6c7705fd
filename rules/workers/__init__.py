"""Rules about what Workers, clients and tests are set up with."""
