"""Leaves out what tests expect to fail: ``with pytest.raises(ValueError): ...``."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from wflint.checking.violation import Violation
from wflint.facts.ids import MODULE_BODY, Fn
from wflint.files.source import Source
from wflint.project.module import Module
from wflint.project.store import Store
from wflint.run.emit import Emitter
from wflint.syntax.guard import parse_or_empty
from wflint.syntax.inner_nodes import all_nodes
from wflint.syntax.standalone import standalone

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

_EXPECTING = re.compile(rf"(?:{'|'.join(sorted(_EXPECTS))})\(")


def without_expected(hits: Iterable[Violation], emitter: Emitter) -> Iterator[Violation]:
    """Yield the hits but for those inside of a ``with`` that expects an error or a warning."""
    hits = list(hits)
    expecting = _Expecting(emitter.answer.store)
    open_ = {id(hit) for hit in hits if expecting.has_block(hit.fn)}
    if open_:  # all places at once: each piece of code is read for those of its hits together
        emitter.prepare(emitter.places_of(hits))
    for hit in hits:
        if id(hit) not in open_ or not _within(
            emitter.location(hit.fn, hit.site).row, expecting.blocks(hit.fn)
        ):
            yield hit


def _within(row: int, blocks: list[range]) -> bool:
    """True if a row is in one of some blocks, which are apart and in order."""
    at = bisect_right(blocks, row, key=lambda block: block.start) - 1
    return at >= 0 and row in blocks[at]


class _Expecting:
    """The blocks that expect something to fail, by the pieces of code in which they stand."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pieces: dict[str, frozenset[str]] = {}
        self._blocks: dict[Fn, list[range]] = {}

    def has_block(self, fn: Fn) -> bool:
        """True if there is such a block around a function, or in it."""
        return bool(self.blocks(fn))

    def blocks(self, fn: Fn) -> list[range]:
        """Return the rows of the blocks that may hold what a function does."""
        piece = Fn(fn.path, self._piece(fn))
        if piece not in self._blocks:
            self._blocks[piece] = self._find(piece)
        return self._blocks[piece]

    def _piece(self, fn: Fn) -> str:
        """Return the piece of code to look into; the whole module where code around it counts."""
        if fn.path not in self._pieces:
            self._pieces[fn.path] = _expecting_pieces(self._store.load(fn.path))
        if MODULE_BODY in self._pieces[fn.path]:
            return MODULE_BODY
        return self._store.outermost(fn)

    def _find(self, piece: Fn) -> list[range]:
        if piece.qualname not in self._pieces[piece.path]:
            return []
        module = self._store.load(piece.path)
        if piece.qualname == MODULE_BODY:
            return _apart(_blocks(module.source, 0))
        head = module.facts.functions[piece.qualname]
        text, header = standalone(module.source.text[head.start : head.end])
        before = module.source.location(head.start).row - 1 - header.count("\n")
        return _apart(_blocks(Source(text), before))


def _expecting_pieces(module: Module) -> frozenset[str]:
    """Return the outermost functions with such a block; the module's code where others have one."""
    found = _EXPECTING.finditer(module.source.searchable)
    heads = [module.function_at(match.start()) for match in found]
    return frozenset(head.qualname if head is not None else MODULE_BODY for head in heads)


def _blocks(source: Source, before: int) -> Iterator[range]:
    """Yield the rows of the blocks in a text that stands behind so many rows."""
    for node in all_nodes(parse_or_empty(source)):
        if isinstance(node, (ast.With, ast.AsyncWith)) and any(map(_expects, node.items)):
            last = node.end_lineno or node.lineno
            yield range(before + node.body[0].lineno, before + last + 1)


def _apart(blocks: Iterable[range]) -> list[range]:
    """Return the blocks in order; those inside of others are left out."""
    found: list[range] = []
    for block in sorted(blocks, key=lambda block: (block.start, -block.stop)):
        if not found or block.stop > found[-1].stop:
            found.append(block)
    return found


def _expects(item: ast.withitem) -> bool:
    match item.context_expr:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return name in _EXPECTS
    return False
