"""The imports at the top of a module, and where a new one goes.

A name joins the import of others from the same module where there is one. New imports stand with
imports of the same package, as long as these come before the first function or class. Else they go
to the leading block, which ends with the first statement that is neither a docstring nor an import.
They keep to the order that isort and ruff give them: the future, the standard library, everything
else, the project itself, the package itself; in each section ``import x`` before ``from x``.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable
from typing import NamedTuple

from wflint.files.source import Source
from wflint.fix.propose.import_lists import joined
from wflint.rule.fix import TextEdit
from wflint.standard_library import STANDARD_MODULES
from wflint.syntax.guard import span

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_FUTURE, _STANDARD, _OTHER, _PROJECT, _RELATIVE = range(5)
IsOwn = Callable[[str], bool]
"""Tells if the project itself has a module of that absolute name."""


class _Place(NamedTuple):
    """The position of an import in a sorted block."""

    section: int
    is_from: bool
    module: str


def new_import(
    source: Source, tree: ast.Module, statement: str, is_own: IsOwn, use: int | None = None
) -> TextEdit:
    """The insertion of an import statement (without its line's end) into a module.

    ``use`` is the offset of the place where the name is wanted, if that is a single one.
    """
    newline = source.newline
    (node,) = ast.parse(statement).body
    row = len(source.line_starts) + 1 if use is None else source.location(use).row
    early = _early_imports(tree, row)
    longer = joined(source, early, node, newline)
    if longer is not None:
        return longer
    new = _place(node, is_own)
    imports = [(_place(n, is_own), n) for n in _imports_beside(tree, early, node)]
    imports = [i for i in imports if i[0].section == new.section] or imports
    before = next((i for i in reversed(imports) if i[0] <= new), None)
    after = next((i for i in imports if i[0] > new), None)
    if before is None and after and not _begins_its_line(source, after[1]):
        before = after
    if before is not None:
        place, node = before
        gap = newline if place.section != new.section else ""
        return _inserted(source, _line_end(source, node), f"{gap}{statement}{newline}")
    if after is not None:
        place, node = after
        at = source.line_starts[node.lineno - 1]
        gap = newline if place.section != new.section else ""
        return TextEdit(at, at, f"{statement}{newline}{gap}")
    docstring = _docstring(tree)
    if docstring is not None:
        at = _line_end(source, docstring)
        return _inserted(source, at, f"{newline}{statement}{newline}")
    at = _first_line_of_code(source, tree)
    gap = newline * 2 if tree.body and isinstance(tree.body[0], DEFINITIONS) else newline
    return TextEdit(at, at, f"{statement}{newline}{gap}")


def _inserted(source: Source, at: int, text: str) -> TextEdit:
    """An insertion at the start of a line, or behind a last line that has no end."""
    if at == len(source.text) and source.text and source.text[-1] not in "\r\n":
        text = source.newline + text.rstrip("\r\n")
    return TextEdit(at, at, text)


def _place(node: ast.stmt, is_own: IsOwn) -> _Place:
    module = _module(node)
    return _Place(_section(module, is_own), isinstance(node, ast.ImportFrom), module)


def _module(node: ast.stmt) -> str:
    """The module that an import names first."""
    if isinstance(node, ast.ImportFrom):
        return "." * node.level + (node.module or "")
    assert isinstance(node, ast.Import)
    return node.names[0].name


def _section(module: str, is_own: IsOwn) -> int:
    if module == "__future__":
        return _FUTURE
    if module.startswith("."):
        return _RELATIVE
    if module.partition(".")[0] in STANDARD_MODULES:
        return _STANDARD
    return _PROJECT if is_own(module) else _OTHER


def _early_imports(tree: ast.Module, row: int) -> list[ast.stmt]:
    """The imports before the first function or class, and before a row."""
    found: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, DEFINITIONS) or (node.end_lineno or node.lineno) >= row:
            break
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.append(node)
    return found


def _imports_beside(tree: ast.Module, early: list[ast.stmt], new: ast.stmt) -> list[ast.stmt]:
    """Those of the early imports among which a new one is put, in order."""
    package = _module(new).partition(".")[0]
    start = 0 if _docstring(tree) is None else 1
    leading = [node for n, node in enumerate(early, start) if tree.body[n] is node]
    same = [node for node in early if _module(node).partition(".")[0] == package]
    return same or leading or early


def _docstring(tree: ast.Module) -> ast.stmt | None:
    first = tree.body[0] if tree.body else None
    value = first.value if isinstance(first, ast.Expr) else None
    is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return first if is_text else None


def _begins_its_line(source: Source, node: ast.stmt) -> bool:
    """True if nothing else stands before a statement on its line, nor ends there."""
    start = source.line_starts[node.lineno - 1]
    before = source.text[start : source.offset(node.lineno, node.col_offset)]
    return not before.strip() and not source.line(node.lineno - 1).endswith("\\")


def _line_end(source: Source, node: ast.stmt) -> int:
    """The start of the line below a statement, and below all that stands on its logical line."""
    at = source.offset(node.lineno, node.col_offset)
    lines = io.StringIO(source.text[at:], newline=None)
    row = node.end_lineno or node.lineno
    for token in tokenize.generate_tokens(lines.readline):
        if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
            row = max(row, node.lineno + token.start[0] - 1)
            break
    starts = source.line_starts
    return starts[row] if row < len(starts) else len(source.text)


def _first_line_of_code(source: Source, tree: ast.Module) -> int:
    """The start of the first line behind the comments at the top of a file.

    A comment right above the first statement belongs to it, unless it begins the file.
    """
    first = source.location(span(source, tree.body[0])[0]).row if tree.body else 1
    row = first
    while row > 1 and source.line(row - 1).strip():
        row -= 1
    return source.line_starts[(row if row > 1 else first) - 1]
