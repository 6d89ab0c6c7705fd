"""Quoting of code, of long texts and of lists in messages."""

from __future__ import annotations

import re
from collections.abc import Sequence

NOT_IMPORTED = "the module cannot be imported"
"""What messages say of an error raised while a module is imported."""

_FAILS_IN_CELL = "its cell fails when it is run"


def on_one_line(text: str) -> str:
    """Return a text with every white space as one blank."""
    return " ".join(text.split())


def code_on_one_line(text: str) -> str:
    """Return code without the line breaks and indentation inside its brackets."""
    return re.sub(r"(?<=[(\[{]) | (?=[)\]}])", "", on_one_line(text))


def in_notebook(message: str) -> str:
    """Return what a message says in a notebook, which nobody imports."""
    return message.replace(NOT_IMPORTED, _FAILS_IN_CELL)


def shortened(text: str, most: int) -> str:
    """Return a text, or its beginning and dots if it has more than ``most`` characters."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def listed(names: Sequence[str]) -> str:
    """Return names as a list of words: ``a, b and c``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
