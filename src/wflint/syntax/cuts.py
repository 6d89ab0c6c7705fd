"""The parts of a module that its skeleton leaves out: bodies of functions, tables of data."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from wflint.files.source import Source
from wflint.syntax.guard import BLOCKS, body_span, check_depth, import_time_statements, span

LONG_VALUE = 20_000
"""Characters from which on a module-level value is not read (tables of data)."""


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
