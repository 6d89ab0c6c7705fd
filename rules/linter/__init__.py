"""The codes of the linter itself: files it cannot read, and suppressions."""
