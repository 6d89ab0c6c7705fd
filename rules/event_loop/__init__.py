"""Rules about the event loop that the SDK runs a workflow in."""
