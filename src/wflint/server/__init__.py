"""``wflint server``: the linter in editors, over the Language Server Protocol."""
