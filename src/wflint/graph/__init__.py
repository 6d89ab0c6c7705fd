"""``wflint graph``: what an entry point reaches, and why a function is workflow code."""
