"""``wflint list``: what a program defines and registers."""
