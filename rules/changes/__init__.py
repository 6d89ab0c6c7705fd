"""Rules about changes of code that runs are under way with; `wflint diff` reports them."""
