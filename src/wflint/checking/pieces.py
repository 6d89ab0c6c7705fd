"""Reads single functions with ``ast``, also where the module has syntax of a newer Python."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import NamedTuple

from wflint.facts.ids import Fn
from wflint.facts.model import Site
from wflint.project.store import Store
from wflint.syntax.guard import Function
from wflint.syntax.standalone import standalone
from wflint.syntax.words import last_word


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
    whole = store.load(fn.path).source.searchable
    first = whole.rfind("\n", 0, head.start) + 1
    text, header = standalone(whole[first : head.end])
    return Place(fn.path, text, start - first + len(header))


@lru_cache(maxsize=16)
def parsed(text: str) -> ast.Module | None:
    """Return the tree of a text; ``None`` if this Python cannot read it."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def path_to(at: Place, kind: type[ast.AST], name: str = "") -> list[ast.AST]:
    """Return the nodes around the largest one of a kind that begins at a place, and itself.

    With ``name`` it is a call of something of that name.
    """
    tree, row, column = parsed(at.text), at.row, at.column
    pending: list[list[ast.AST]] = [[tree]] if tree is not None else []
    while pending:
        path = pending.pop()
        node = path[-1]
        begins = getattr(node, "lineno", 0), getattr(node, "col_offset", -1)
        if isinstance(node, kind) and begins == (row, column) and name in ("", last_word(node)):
            return path
        for child in ast.iter_child_nodes(node):
            first, last = getattr(child, "lineno", row), getattr(child, "end_lineno", row)
            if first <= row <= (last or row):
                pending.append([*path, child])
    return []


def path_in_function(at: Place, kind: type[ast.AST], name: str = "") -> list[ast.AST]:
    """Return the part of :func:`path_to` that begins with the innermost function."""
    path = path_to(at, kind, name)
    starts = [number for number, node in enumerate(path) if isinstance(node, Function)]
    return path[starts[-1] :] if starts else []
