"""Reading source text: the guarded parse, the one walk, positions."""
