"""The files of a program: listing, selecting, the prefilter on bytes, and their text."""
