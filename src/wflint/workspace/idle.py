"""Statements that do nothing: what stands there while a longer one is being typed.

A name that nobody knows, and a value for one, change nothing in the program if the facts of the
function are the same but for them. Such a line is as good as a blank one.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import fields, replace

from wflint.facts.model import FunctionBody, FunctionHead, ImportFact, Kind, Use
from wflint.files.source import Source, UnreadableSource
from wflint.syntax.guard import NewerSyntax, parse

_LEAVES = (ast.Break, ast.Continue, ast.Raise, ast.Return)
_PLAIN = (ast.Constant, ast.List, ast.Load, ast.Name, ast.Store, ast.Tuple)
_FUNCTIONS = (ast.AsyncFunctionDef, ast.FunctionDef)
_SITES = frozenset({"end", "given", "last", "last_end", "leaves", "site", "start"})
_OFFSETS = {FunctionHead: {"start", "end"}, ImportFact: {"offset"}}


class Idle(Struct, frozen=True):
    """A statement that may do nothing: its place, its names, and its form without them."""

    row: int
    column: int
    names: frozenset[str]
    form: str


def idle_statements(source: Source, first: int, last: int) -> list[Idle]:
    """The statements in some rows that may do nothing, each alone on a line in a function."""
    try:
        tree = source.tree = parse(source)
    except (NewerSyntax, UnreadableSource):
        return []
    found = [s for block in _blocks(tree) for s in _idle_in(block, source, first, last)]
    named = [(row, statement, _names_in(statement)) for row, statement in found]
    rows = {row for row, _ in found}
    text = "\n".join(line for row, line in enumerate(source.text.split("\n"), 1) if row not in rows)
    known = {name for _, _, names in named for name in names if _is_word_of(name, text)}
    if known:  # it may stand in a comment, or be an attribute
        known &= _names_bound(tree) | _names_used(tree, rows)
    known.update(dir(builtins))
    return [
        Idle(row, statement.col_offset, names, _form(statement))
        for row, statement, names in named
        if names.isdisjoint(known)
    ]


def _is_word_of(name: str, text: str) -> bool:
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


def without(source: Source, statements: Iterable[Idle]) -> Source:
    """The text with blanks in place of some statements."""
    lines = source.text.split("\n")
    for statement in statements:
        line = lines[statement.row - 1]
        lines[statement.row - 1] = " " * len(line.rstrip("\r")) + line[len(line.rstrip("\r")) :]
    return Source("\n".join(lines))


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
                pending += [(one, is_inside or isinstance(one, _FUNCTIONS)) for one in block]
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


def _names_used(tree: ast.Module, rows: set[int]) -> set[str]:
    """The names that stand in other rows."""
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {node.id for node in nodes if node.lineno not in rows}


def _names_bound(tree: ast.Module) -> set[str]:
    """The names that are bound by other means than an assignment."""
    found: set[str] = set()
    for node in ast.walk(tree):
        for key in ("name", "arg", "asname", "rest"):
            name = getattr(node, key, None)
            if isinstance(name, str):
                found.add(name.partition(".")[0])
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            found.update(node.names)
    return found


# Facts without places.


def are_alike(
    before: Sequence[FunctionBody], after: Sequence[FunctionBody], names: frozenset[str]
) -> bool:
    """True if functions do the same, though sites are others, but for uses of some names."""
    left = [part for body in before for part in _parts(body)]
    right = [part for body in after for part in _parts(_without_uses(body, names))]
    return _ranked(left) == _ranked(right)


def is_same_outline(before: object, after: object) -> bool:
    """True if modules hold the same, wherever it stands."""
    return list(_parts(before)) == list(_parts(after))


def _without_uses(body: FunctionBody, names: frozenset[str]) -> FunctionBody:
    return replace(body, uses=tuple(use for use in body.uses if not _is_of(use, names)))


def _is_of(use: Use, names: frozenset[str]) -> bool:
    target = use.target
    return target.kind is Kind.GLOBAL and target.name in names and not target.path


class _Site(int):
    """The number of a place."""


def _parts(value: object) -> Iterator[object]:
    """Yield what a fact is made of, offsets left out."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, Struct):
            kind = type(one)
            yield kind
            left_out = _OFFSETS.get(kind, set())
            for field in fields(kind):
                inner = getattr(one, field.name)
                if field.name in left_out:
                    continue
                pending.append(_as_sites(inner) if field.name in _SITES else inner)
        elif isinstance(one, (tuple, list)):
            yield len(one)
            pending += one
        elif isinstance(one, dict):
            yield tuple(one)
            pending += one.values()
        else:
            yield one


def _as_sites(value: object) -> object:
    if isinstance(value, int):
        return _Site(value)
    return tuple(map(_Site, value)) if isinstance(value, tuple) else value


def _ranked(parts: Sequence[object]) -> list[object]:
    """The same with sites counted from 0, in their order."""
    known = sorted({part for part in parts if isinstance(part, _Site) and part >= 0})
    rank = {site: number for number, site in enumerate(known)}
    return [("site", rank.get(part, -1)) if isinstance(part, _Site) else part for part in parts]
