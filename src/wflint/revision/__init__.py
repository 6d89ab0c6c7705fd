"""The files of another revision, read from git's object store: nothing is checked out."""
