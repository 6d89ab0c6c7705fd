"""The code of one function, as a text that can be parsed without the rest of its module."""

from __future__ import annotations

_HEADER = "if 1:\n"


def standalone(code: str) -> tuple[str, str]:
    """Return a text that can be parsed, and the header that it has in front of ``code``.

    The header opens a block for code that is indented, so that strings over several lines stay as
    they are; it is empty for other code.
    """
    header = _HEADER if code[:1] in (" ", "\t") else ""
    return f"{header}{code}\n", header
