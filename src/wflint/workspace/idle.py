"""Statements that do nothing: what stands there while a longer one is being typed.

A name that nobody knows, and a value for one, change nothing in the program if the facts of the
function are the same but for them. Such a line is as good as a blank one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct

from wflint.files.source import Source
from wflint.syntax.guard import parse_once
from wflint.workspace.moves import FUNCTIONS
from wflint.workspace.unknown_names import known_among

_LEAVES = (ast.Break, ast.Continue, ast.Raise, ast.Return)
_PLAIN = (ast.Constant, ast.List, ast.Load, ast.Name, ast.Store, ast.Tuple)


class Idle(Struct, frozen=True):
    """A statement that may do nothing: its place, its names, and its form without them."""

    row: int
    column: int
    names: frozenset[str]
    form: str


def idle_statements(source: Source, first: int, last: int) -> list[Idle]:
    """The statements in some rows that may do nothing, each alone on a line in a function."""
    tree = parse_once(source)
    if tree is None:
        return []
    found = [s for block in _blocks(tree) for s in _idle_in(block, source, first, last)]
    rows = {row for row, _ in found}
    named = [(row, statement, _names_in(statement)) for row, statement in found]
    return [
        Idle(row, statement.col_offset, names, _form(statement))
        for row, statement, names in named
        if not known_among(names, source, row, rows)
    ]


def without(source: Source, statements: Iterable[Idle]) -> str:
    """The text with empty lines in place of some statements."""
    lines = source.text.split("\n")
    for statement in statements:
        line = lines[statement.row - 1]
        lines[statement.row - 1] = "\r" if line.endswith("\r") else ""
    return "\n".join(lines)


def _blocks(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of statements in functions."""
    pending: list[tuple[ast.AST, bool]] = [(tree, False)]
    while pending:
        node, is_inside = pending.pop()
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                if is_inside and not isinstance(node, ast.ClassDef):
                    yield block
                pending += [(one, is_inside or isinstance(one, FUNCTIONS)) for one in block]
        for name in ("handlers", "cases"):
            pending += [(one, is_inside) for one in getattr(node, name, ())]


def _idle_in(
    block: Sequence[ast.stmt], source: Source, first: int, last: int
) -> Iterator[tuple[int, ast.stmt]]:
    for before, statement in pairwise(block):
        if not first <= statement.lineno <= last or isinstance(before, _LEAVES):
            continue
        is_alone = statement.lineno == statement.end_lineno and before.end_lineno is not None
        if not is_alone or before.end_lineno == statement.lineno or not _is_plain(statement):
            continue
        line = source.line(statement.lineno)
        begin = len(line) - len(line.lstrip())
        rest = line.encode()[statement.end_col_offset or 0 :]
        if statement.col_offset == begin and not rest.strip():
            yield statement.lineno, statement


def _is_plain(statement: ast.stmt) -> bool:
    """True of a name, and of an assignment of names and literals to names."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Name)
    if not isinstance(statement, ast.Assign):
        return False
    nodes = (n for part in (*statement.targets, statement.value) for n in ast.walk(part))
    return all(isinstance(t, ast.Name) for t in statement.targets) and all(
        isinstance(node, _PLAIN) for node in nodes
    )


def _names_in(statement: ast.stmt) -> frozenset[str]:
    return frozenset(node.id for node in ast.walk(statement) if isinstance(node, ast.Name))


def _form(statement: ast.stmt) -> str:
    """The statement without its names, and without the values of its literals."""
    nodes = ast.walk(statement)
    return " ".join(
        f"{type(node).__name__} {type(getattr(node, 'value', None)).__name__}" for node in nodes
    )
