"""What files say of the Python that they need, whatever the project's packaging files name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from wflint.files.source import with_newlines

_NAMES = {
    "asyncio": "Barrier|Runner|TaskGroup|timeout|timeout_at",
    "datetime": "UTC",
    "enum": "ReprEnum|StrEnum|verify",
    "typing": "LiteralString|Never|NotRequired|Required|Self|TypeVarTuple|Unpack|"
    "assert_never|assert_type|override|reveal_type",
}
"""Names that modules have from Python 3.11 or 3.12 on."""

_IMPORTS = "|".join(
    rf"^from {module} import (?:\([^)]{{0,2000}}|[^(\n]*)\b(?:{names})\b"
    for module, names in _NAMES.items()
)
_USES = "|".join(rf"\b{module}\.(?:{names})\b" for module, names in _NAMES.items())
_NEWER = re.compile(
    rf"{_IMPORTS}|{_USES}|^(?:import|from) tomllib\b|^[ \t]+except\*",
    re.MULTILINE,
)
_GROUP = re.compile(r"\b(?:Base)?ExceptionGroup\b")
_GROUP_FOR_OLDER = "exceptiongroup"
"""A package with the same class for Python 3.10."""


class NewerPython:
    """Tells if a program can run with Python 3.10; ``files`` are all of it, ``read`` gives them.

    A file that takes something newer as soon as it is loaded, or names it, cannot. An import that
    stands in an ``if`` or a ``try`` has something to take instead.
    """

    def __init__(self, files: Sequence[str], read: Callable[[str], bytes]) -> None:
        self._files = files
        self._read = read

    @cached_property
    def is_needed(self) -> bool:
        """True if any file needs Python 3.11."""
        texts = (self._read(path).decode("utf-8", "replace") for path in self._files)
        return any(needs_newer(with_newlines(text)) for text in texts)


def needs_newer(text: str) -> bool:
    """True of the text of a module that cannot be loaded, or fails, with Python 3.10."""
    if _NEWER.search(text) is not None:
        return True
    return _GROUP_FOR_OLDER not in text and _GROUP.search(text) is not None
