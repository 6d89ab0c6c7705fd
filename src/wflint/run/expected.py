"""Leaves out what tests expect to fail: ``with pytest.raises(ValueError): ...``."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from wflint.checking.violation import Violation
from wflint.files.source import Source
from wflint.project.store import Store
from wflint.run.emit import Emitter
from wflint.syntax.guard import parse_or_empty
from wflint.syntax.inner_nodes import all_nodes

_EXPECTS = frozenset(
    {
        "assertRaises",
        "assertRaisesRegex",
        "assertWarns",
        "assertWarnsRegex",
        "deprecated_call",
        "raises",
        "warns",
    }
)
"""Its names in pytest, unittest and frameworks of their kind."""


def without_expected(hits: Iterable[Violation], emitter: Emitter) -> Iterator[Violation]:
    """Yield the hits but for those inside of a ``with`` that expects an error or a warning."""
    expecting = _Expecting(emitter.answer.store)
    for hit in hits:
        rows = expecting.rows(hit.fn.path)
        if not rows or not _within(emitter.location(hit.fn, hit.site).row, rows):
            yield hit


def _within(row: int, blocks: Iterable[range]) -> bool:
    return any(row in block for block in blocks)


class _Expecting:
    """The blocks in files that expect something to fail."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: dict[str, list[range]] = {}

    def rows(self, path: str) -> list[range]:
        """Return the rows of the blocks of a file."""
        if path not in self._rows:
            source = self._store.load(path).source
            is_told = any(f"{word}(" in source.searchable for word in _EXPECTS)
            self._rows[path] = list(_blocks(source)) if is_told else []
        return self._rows[path]


def _blocks(source: Source) -> Iterator[range]:
    for node in all_nodes(parse_or_empty(source)):
        if isinstance(node, (ast.With, ast.AsyncWith)) and any(map(_expects, node.items)):
            yield range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)


def _expects(item: ast.withitem) -> bool:
    match item.context_expr:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in _EXPECTS
    return False
