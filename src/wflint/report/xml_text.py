"""Prints XML, for the formats that are made of it."""

from __future__ import annotations

from xml.etree import ElementTree

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def to_text(root: ElementTree.Element) -> str:
    """Return the document, indented, with a newline at its end.

    Values must be free of control characters, which XML has no way to say.
    """
    ElementTree.indent(root)
    return HEAD + ElementTree.tostring(root, encoding="unicode") + "\n"
