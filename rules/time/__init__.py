"""Rules about clocks, time zones and waiting."""
