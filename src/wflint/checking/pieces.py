"""Reads single functions with ``ast``, also where the module has syntax of a newer Python."""

from __future__ import annotations

from typing import NamedTuple

from wflint.facts.ids import Fn
from wflint.facts.model import Site
from wflint.project.store import Store

_BLOCK = "if True:\n"
"""Put in front of code that is indented."""


class Place(NamedTuple):
    """A place in the code of an outermost function: ``text`` is that alone, and can be parsed."""

    path: str
    text: str
    start: int

    @property
    def row(self) -> int:
        """Return the row in the text."""
        return self.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """Return the column in bytes, as ``ast`` counts them."""
        return len(self.text[self.text.rfind("\n", 0, self.start) + 1 : self.start].encode())


def place_of(store: Store, fn: Fn, site: Site) -> Place | None:
    """Return the place of a site of a function, if it is known."""
    head = store.head(Fn(fn.path, store.outermost(fn)))
    start, end = store.locate(fn, {site}).get(site, (0, 0)) if site >= 0 else (0, 0)
    if head is None or not end:
        return None
    text = store.load(fn.path).source.text
    first = text.rfind("\n", 0, head.start) + 1
    block = _BLOCK if text[first : first + 1].isspace() else ""
    return Place(fn.path, block + text[first : head.end], start - first + len(block))
