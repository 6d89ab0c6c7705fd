"""Rules about what workflow code imports, and about what modules do and keep."""
