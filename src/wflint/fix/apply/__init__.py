"""Applies fixes: text with edits, round after round, then files on disk."""
