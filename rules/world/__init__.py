"""Rules about the world outside the workflow: files, network, processes, host, output."""
