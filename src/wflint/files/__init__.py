"""Which files: listing, selecting, the prefilter on bytes, and their text."""
