"""The imports at the top of a module, and where a new one goes.

The leading block is what comes before the first statement that is neither a docstring nor an
import. New imports keep to the order that isort and ruff give them: the future, the standard
library, everything else, the package itself; in each section ``import x`` before ``from x``. They
stand with imports of the same package where there are any.
"""

from __future__ import annotations

import ast
import re
import sys
from typing import NamedTuple

from wflint.repair.model import TextEdit
from wflint.source import Source

_FUTURE, _STANDARD, _OTHER, _OWN = range(4)


class _Place(NamedTuple):
    """How an import sorts."""

    section: int
    is_from: bool
    module: str


def new_import(source: Source, tree: ast.Module, statement: str) -> TextEdit:
    """The insertion of an import statement (one line, without its end) into a module."""
    newline = newline_of(source.text)
    new = _place(ast.parse(statement).body[0])
    assert new is not None
    imports = _leading_imports(tree)
    top = new.module.partition(".")[0]
    imports = [i for i in imports if i[0].module.partition(".")[0] == top] or imports
    before = [(place, node) for place, node in imports if place <= new]
    after = next(((place, node) for place, node in imports if place > new), None)
    opens_section = after is not None and after[0].section == new.section
    if before and (before[-1][0].section == new.section or not opens_section):
        place, node = before[-1]
        gap = newline if place.section != new.section else ""
        return _inserted(source, _line_end(source, tree, node), f"{gap}{statement}{newline}")
    if after is not None:
        place, node = after
        at = source.line_starts[node.lineno - 1]
        gap = newline if place.section != new.section else ""
        return TextEdit(at, at, f"{statement}{newline}{gap}")
    docstring = _docstring(tree)
    if docstring is not None:
        at = _line_end(source, tree, docstring)
        return _inserted(source, at, f"{newline}{statement}{newline}")
    at = _first_line_of_code(source)
    return TextEdit(at, at, f"{statement}{newline}{newline}")


def newline_of(text: str) -> str:
    """How the lines of a text end: as the first one does."""
    match = re.search(r"\r\n|\r|\n", text)
    return match.group() if match else "\n"


def _inserted(source: Source, at: int, text: str) -> TextEdit:
    """An insertion at the start of a line, or behind a last line that has no end."""
    if at == len(source.text) and source.text and source.text[-1] not in "\r\n":
        text = newline_of(source.text) + text.rstrip("\r\n")
    return TextEdit(at, at, text)


def _place(node: ast.stmt) -> _Place | None:
    if isinstance(node, ast.Import):
        module = node.names[0].name
        return _Place(_section(module), False, module)
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        return _Place(_section(module), True, module)
    return None


def _section(module: str) -> int:
    if module == "__future__":
        return _FUTURE
    if module.startswith("."):
        return _OWN
    return _STANDARD if module.partition(".")[0] in sys.stdlib_module_names else _OTHER


def _leading_imports(tree: ast.Module) -> list[tuple[_Place, ast.stmt]]:
    """The imports of the leading block, in order, as far as their sections are in order."""
    found: list[tuple[_Place, ast.stmt]] = []
    body = tree.body[1:] if _docstring(tree) is not None else tree.body
    for node in body:
        place = _place(node)
        if place is None:
            break
        found.append((place, node))
    return found


def _docstring(tree: ast.Module) -> ast.stmt | None:
    first = tree.body[0] if tree.body else None
    value = first.value if isinstance(first, ast.Expr) else None
    is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return first if is_text else None


def _line_end(source: Source, tree: ast.Module, node: ast.stmt) -> int:
    """The start of the line below a statement, and below all that begins on its last line."""
    row = node.end_lineno or node.lineno
    for other in tree.body:
        if other.lineno == row:
            row = other.end_lineno or row
    starts = source.line_starts
    return starts[row] if row < len(starts) else len(source.text)


def _first_line_of_code(source: Source) -> int:
    """The start of the first line behind the comments at the top of a file."""
    rows = len(source.line_starts)
    row = 1
    while row < rows and source.line(row).startswith("#"):
        row += 1
    if row > 1 and not source.line(row).strip() and row < rows:
        row += 1
    return source.line_starts[row - 1]
