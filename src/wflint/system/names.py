"""Names of files as git, patterns and wflint's own files have them: with ``/`` on every system."""

from __future__ import annotations

import os


def native(name: str) -> str:
    """Return a name with ``/``, as git and patterns have it, as the system writes it in paths."""
    return name if os.sep == "/" else name.replace("/", os.sep)
