"""Text that may be printed: what a terminal, or the log of a CI, would obey is made visible.

File names, source code and settings of a checked repository may hold anything: line ends, escape
sequences, characters that turn the direction of the text around.
"""

from __future__ import annotations


def visible(text: str) -> str:
    """Return the text with what is not printable written out, as in ``\\x1b`` or ``\\u202e``."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")
