"""What the program is about: commands with their targets, payloads and options."""
