"""``wflint init``: a first configuration, from what the program shows."""
