"""The names that Python has without an import."""

from __future__ import annotations

import builtins

_NAMES = frozenset(dir(builtins)) | {"exit", "quit"}  # the module `site` adds these two
_NEWER = {"BaseExceptionGroup", "ExceptionGroup", "PythonFinalizationError"}
"""Those that came after the oldest Python that wflint runs with."""


def is_builtin(name: str) -> bool:
    """True if Python has a builtin of that name."""
    return name in _NAMES or name in _NEWER
