"""The pieces of a module that LibCST reads: single functions, expressions, the module without them.

A module of thousands of lines of which a workflow uses one helper costs one ``ast`` parse and one
small LibCST parse. Each piece knows how its own offsets map to those of the file.
"""

from __future__ import annotations

import ast
import bisect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import libcst as cst

from wflint.files.source import TOO_DEEP, Source, UnreadableSource
from wflint.syntax.guard import BLOCKS, body_span, check_depth, import_time_statements, span
from wflint.syntax.patterns import has_deep_patterns
from wflint.system import interrupts

LONG_VALUE = 20_000
"""Characters from which on a module-level value is not read (tables of data)."""


class ParserPanic(Exception):
    """LibCST's parser stumbled over itself."""


UNREADABLE = (
    ParserPanic,
    *(cst.ParserSyntaxError, cst.CSTLogicError, cst.CSTValidationError),
    *(RecursionError, MemoryError, UnicodeError, SyntaxError),
)
"""The errors that LibCST raises for text that it does not read."""

_Tree = TypeVar("_Tree", cst.Module, cst.BaseExpression)
_HEADER = "if 1:\n"
_PANIC = "the parser failed on the code"
_TOO_LONG = "the code is too long or too deep to be analysed"


@dataclass(slots=True)
class Piece:
    """A parsed part of a module.

    ``shifts`` are pairs (offset in the piece, what to add to it to get the offset in the file),
    sorted.
    """

    module: cst.Module
    text: str
    shifts: list[tuple[int, int]]

    def file_offset(self, offset: int) -> int:
        """The offset in the file of an offset in the piece."""
        at = bisect.bisect_right(self.shifts, (offset, 1 << 60)) - 1
        return offset + (self.shifts[at][1] if at >= 0 else 0)


def read_function(source: Source, start: int, end: int) -> Piece:
    """The function between two offsets, decorators included. It must not be nested too deeply."""
    # A block of its own keeps the indentation as it is, so that strings over lines stay untouched.
    header = _HEADER if source.text[start : start + 1] in (" ", "\t") else ""
    text = f"{header}{source.text[start:end]}\n"
    shift = start - len(header)
    return Piece(_parse(source, text, start), text, [(0, shift)])


def read_lambda(source: Source, start: int, end: int) -> Piece:
    """The lambda between two offsets. It must not be nested too deeply."""
    text = f"({source.text[start:end]})\n"  # it may go over several lines
    return Piece(_parse(source, text, start), text, [(0, start - 1)])


def function_node(piece: Piece) -> cst.FunctionDef | cst.Lambda | None:
    """Return what :func:`read_function` or :func:`read_lambda` parsed."""
    body = piece.module.body
    node: cst.CSTNode | None = body[0] if body else None
    if isinstance(node, cst.If):
        inner = node.body.body
        node = inner[0] if inner else None
    elif isinstance(node, cst.SimpleStatementLine) and isinstance(node.body[0], cst.Expr):
        node = node.body[0].value
    return node if isinstance(node, (cst.FunctionDef, cst.Lambda)) else None


def read_skeleton(source: Source, cuts: Sequence[tuple[int, int]]) -> Piece:
    """The module with ``...`` for what :func:`skeleton_cuts` gives."""
    parts: list[str] = []
    shifts: list[tuple[int, int]] = []
    at = length = 0
    for start, end in cuts:
        shifts.append((length, at - length))
        kept = source.text[at:start]
        parts += (kept, "...")
        length += len(kept) + 3
        at = end
    shifts.append((length, at - length))
    parts.append(source.text[at:])
    text = "".join(parts)
    return Piece(_parse(source, text, 0), text, shifts)


def skeleton_cuts(source: Source, tree: ast.Module) -> list[tuple[int, int]]:
    """Return the offsets of the body of each function and of each very long value, in order.

    Raises :class:`UnreadableSource` if what is left is nested too deeply.
    """
    return sorted(_cuts(source, tree))


def _cuts(source: Source, tree: ast.Module) -> Iterator[tuple[int, int]]:
    yield from long_values(source, tree)
    for node in import_time_statements(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield body_span(source, node)
        elif not isinstance(node, BLOCKS) and not _long_value(source, node):
            check_depth(node)


def long_values(source: Source, tree: ast.Module) -> Iterator[tuple[int, int]]:
    """The offsets of the values that :func:`read_skeleton` leaves out."""
    for node in import_time_statements(tree):
        is_simple = not isinstance(node, (*BLOCKS, ast.FunctionDef, ast.AsyncFunctionDef))
        where = _long_value(source, node) if is_simple else None
        if where is not None:
            yield where


def _long_value(source: Source, node: ast.stmt) -> tuple[int, int] | None:
    """The offsets of the value of a statement, if it is too long to be read."""
    value = getattr(node, "value", None)
    if not isinstance(value, ast.expr):
        return None
    start, end = span(source, value)
    return (start, end) if end - start >= LONG_VALUE else None


def read_whole(source: Source, refused: UnreadableSource) -> Piece:
    """A whole module whose syntax is newer than the running Python's.

    Raises ``refused`` if LibCST does not know it either.
    """
    return Piece(_parse(source, source.text, 0, refused), source.text, [(0, 0)])


@lru_cache(maxsize=4096)
def read_expression(text: str) -> cst.BaseExpression | None:
    """A single expression, as decorators, annotations and module-level values have them."""
    wrapped = f"({text})" if "\n" in text or "\r" in text else text
    try:
        return _quickly(cst.parse_expression, wrapped)
    except UNREADABLE:
        return None


def _quickly(parse: Callable[[str], _Tree], text: str) -> _Tree:
    """Parse a text; whatever fails in the parser is an :class:`Exception`.

    The parser is written in Rust, whose panics arrive as a ``BaseException`` of their own, so that
    nobody catches them by chance.
    """
    try:
        with without_validation():
            return parse(text)
    except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:
        if interrupts.happened():
            raise KeyboardInterrupt from None
        raise ParserPanic(_PANIC) from None


@contextmanager
def without_validation() -> Iterator[None]:
    """Leave out what LibCST does for trees that are made by hand.

    Each node checks itself in Python when it is made, although the parser makes none that is wrong;
    that is a tenth to a quarter of the time of a parse. And the checks do not know all that the
    parser reads, such as two template strings side by side.
    """
    validate = cst.CSTNode.__post_init__
    cst.CSTNode.__post_init__ = _no_validation  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        cst.CSTNode.__post_init__ = validate  # type: ignore[method-assign]


def _no_validation(node: cst.CSTNode) -> None:
    pass


def _parse(
    source: Source, text: str, start: int, refused: UnreadableSource | None = None
) -> cst.Module:
    if has_deep_patterns(text):
        raise UnreadableSource(TOO_DEEP, source.location(start).row)
    try:
        return _quickly(cst.parse_module, text)
    except cst.ParserSyntaxError:
        if refused is not None:  # Python's own words are clearer than LibCST's
            raise refused from None
        # Python accepts it, LibCST does not: thousands of adjoining strings, for instance.
        raise UnreadableSource(_TOO_LONG, source.location(start).row) from None
    except UNREADABLE as error:
        row = source.location(start).row
        raise UnreadableSource(str(error) or _TOO_LONG, row) from None
