"""Reads single functions with ``ast``, also where the module has syntax of a newer Python."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import NamedTuple

from wflint.facts.ids import Fn
from wflint.facts.model import FunctionHead, Site
from wflint.project.store import Store
from wflint.syntax.guard import Function
from wflint.syntax.inner_nodes import parents
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
    start, end = store.span(fn, site)
    if head is None or not end:
        return None
    text, before = _alone(store, fn.path, head)
    return Place(fn.path, text, start - before)


def _alone(store: Store, path: str, head: FunctionHead) -> tuple[str, int]:
    """Return a text with an outermost function alone, and by how much it stands further on."""
    whole = store.load(path).source.searchable
    first = whole.rfind("\n", 0, head.start) + 1
    text, header = standalone(whole[first : head.end])
    return text, first - len(header)


def text_of(store: Store, fn: Fn) -> str:
    """Return the text of an outermost function, which can be parsed; ``""`` of anything else."""
    head = store.head(fn)
    return _alone(store, fn.path, head)[0] if head is not None and head.end else ""


@lru_cache(maxsize=16)
def parsed(text: str) -> ast.Module | None:
    """Return the tree of a text; ``None`` if this Python cannot read it."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Tree:
    """The nodes of a tree by where they begin, the outer ones first, and what is around each."""

    def __init__(self, tree: ast.AST) -> None:
        self._around = parents(tree)
        self._beginning: dict[tuple[int, int], list[ast.AST]] = {}
        for node in self._around:
            if isinstance(node, (ast.expr, ast.stmt)):
                self._beginning.setdefault((node.lineno, node.col_offset), []).append(node)

    def at(self, row: int, column: int) -> list[ast.AST]:
        """Return the expressions and statements that begin at a place."""
        return self._beginning.get((row, column), [])

    def path_to(self, node: ast.AST) -> list[ast.AST]:
        """Return the nodes around a node, from the outermost to itself."""
        path = [node]
        while path[-1] in self._around:
            path.append(self._around[path[-1]])
        return path[::-1]


# Asked by the tree and not by its text, which may have been parsed a second time: nodes of one
# tree are not known to another of the same text.
_tree_of = lru_cache(maxsize=16)(_Tree)


def way_to(tree: ast.AST, node: ast.AST) -> list[ast.AST]:
    """Return the nodes of a whole tree around one of them, from the outermost to itself."""
    return _tree_of(tree).path_to(node)


def path_to(at: Place, kind: type[ast.AST], name: str = "") -> list[ast.AST]:
    """Return the nodes around the largest one of a kind that begins at a place, and itself.

    With ``name`` it is a call of something of that name. Decorators have no path: what they stand
    in runs later.
    """
    whole, row = parsed(at.text), at.row
    if whole is None:
        return []
    tree = _tree_of(whole)
    for node in tree.at(row, at.column):
        if isinstance(node, kind) and name in ("", last_word(node)):
            path = tree.path_to(node)
            return path if all(getattr(outer, "lineno", row) <= row for outer in path) else []
    return []


def path_in_function(at: Place, kind: type[ast.AST], name: str = "") -> list[ast.AST]:
    """Return the part of :func:`path_to` that begins with the innermost function."""
    path = path_to(at, kind, name)
    starts = [number for number, node in enumerate(path) if isinstance(node, Function)]
    return path[starts[-1] :] if starts else []
