"""Edits of one statement after which the code is the same, but for names that mean nothing.

Spaces and a comment at the end of a line change no code. While the arguments of a call are typed,
or the test of an ``assert``, a name that nobody knows becomes another one that nobody knows.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from msgspec import Struct

from wflint.files.source import Source
from wflint.syntax.guard import parse_once
from wflint.workspace.moves import (
    FUNCTIONS,
    Move,
    changed_rows,
    has_unusual_lines,
    rows_of,
    statements_in,
)
from wflint.workspace.unknown_names import known_among

_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"\s+")


class Renamed(Struct, frozen=True):
    """A statement that is the same: its rows, and what its names have become.

    ``move`` says of its rows, which are as many as before, that they have changed.
    """

    move: Move
    names: Mapping[str, str]


def renamed_statement(before: Source, after: Source) -> Renamed | None:
    """Return how a statement in a function has changed, if the code is the same."""
    if has_unusual_lines(before) or has_unusual_lines(after):
        return None
    lines, new = before.text.split("\n"), after.text.split("\n")
    move = changed_rows(lines, new)
    if not move.before or move.before != move.after:
        return None
    were, are = move.cut(lines, new)
    if list(map(_form, were)) != list(map(_form, are)):
        return None
    old_tree, new_tree = parse_once(before), parse_once(after)
    if old_tree is None or new_tree is None:
        return None
    found = _statements_around(old_tree, new_tree, move, before)
    if found is None:
        return None
    left, right = found
    names = _renaming(left, right)
    if names is None:
        return None
    first, last = rows_of(left)
    gone = frozenset(one for one, other in names.items() if one != other)
    come = frozenset(names[one] for one in gone)
    rows = range(first, last + 1)
    if known_among(gone, before, first, rows) or known_among(come, after, first, rows):
        return None
    count = len(rows)
    return Renamed(Move(first, count, count), {one: names[one] for one in sorted(gone)})


def _form(row: str) -> str:
    """Return a row without its comment, spaces and words: what parsing need not tell apart."""
    return _WORD.sub("x", _SPACE.sub("", row.partition("#")[0]))


def _statements_around(
    old: ast.Module, new: ast.Module, move: Move, before: Source
) -> tuple[ast.AST, ast.AST] | None:
    """Return the innermost statement around rows that changed, of before and of now.

    ``None`` if there is none in a function, or if the statements beside it are not the same ones.
    """
    left: ast.AST = old
    right: ast.AST = new
    is_inside = False
    while True:
        ours, theirs = list(statements_in(left)), list(statements_in(right))
        touched = [n for n, one in enumerate(ours) if move.touches(*rows_of(one))]
        if list(map(_outline, ours)) != list(map(_outline, theirs)):
            return None
        if len(touched) != 1 or not _has_rows(ours[touched[0]], move, before):
            return (left, right) if is_inside else None
        is_inside |= isinstance(left, FUNCTIONS)
        left, right = ours[touched[0]], theirs[touched[0]]


def _has_rows(node: ast.AST, move: Move, source: Source) -> bool:
    """True if rows that changed are those of a statement, and of nothing before it."""
    first, last = rows_of(node)
    start = source.line(first)[: getattr(node, "col_offset", None)]
    return first <= move.first and move.first + move.before - 1 <= last and not start.strip()


def _outline(node: ast.AST) -> tuple[object, ...]:
    return type(node), *rows_of(node)


def _renaming(left: ast.AST, right: ast.AST) -> dict[str, str] | None:
    """Return which name stands for which, if two pieces of code are the same but for that."""
    names: dict[str, str] = {}
    pending: list[tuple[object, object]] = [(left, right)]
    while pending:
        one, other = pending.pop()
        if isinstance(one, ast.Name) and isinstance(other, ast.Name):
            if names.setdefault(one.id, other.id) != other.id:
                return None
            one, other = one.ctx, other.ctx
        if type(one) is not type(other):
            return None
        if isinstance(one, ast.AST) and isinstance(other, ast.AST):
            if getattr(one, "lineno", 0) != getattr(other, "lineno", 0):
                return None
            pending += ((getattr(one, f, None), getattr(other, f, None)) for f in one._fields)
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return None
            pending += zip(one, other, strict=True)
        elif one != other:
            return None
    return names if len(set(names.values())) == len(names) else None
