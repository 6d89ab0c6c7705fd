"""Rules about things that come in an order that a replay does not repeat."""
