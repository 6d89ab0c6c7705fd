"""Quoting of code and of long texts in messages."""

from __future__ import annotations

import re


def on_one_line(text: str) -> str:
    """Return a text with every white space as one blank."""
    return " ".join(text.split())


def code_on_one_line(text: str) -> str:
    """Return code without the line breaks and indentation inside its brackets."""
    return re.sub(r"(?<=[(\[{]) | (?=[)\]}])", "", on_one_line(text))


def shortened(text: str, most: int) -> str:
    """Return a text, or its beginning and dots if it has more than ``most`` characters."""
    return text if len(text) <= most else f"{text[: most - 3]}..."
