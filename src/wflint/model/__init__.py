"""The model of a program: workflows, workers, commands with their targets, payloads and options."""
