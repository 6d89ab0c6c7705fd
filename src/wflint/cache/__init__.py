"""What a run leaves behind for the next one: its result, and the facts of modules."""
