"""The operating system, asked with care: a stranger may have filled the folders."""
