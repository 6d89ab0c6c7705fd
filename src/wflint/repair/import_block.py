"""The imports at the top of a module, and where a new one goes.

New imports stand with imports of the same package, as long as these come before the first function
or class. Else they go to the leading block, which ends with the first statement that is neither a
docstring nor an import. They keep to the order that isort and ruff give them: the future, the
standard library, everything else, the package itself; in each section ``import x`` before
``from x``.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from typing import NamedTuple

from wflint.repair.model import TextEdit
from wflint.source import Source
from wflint.syntax.guard import span

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_FUTURE, _STANDARD, _OTHER, _OWN = range(4)


class _Place(NamedTuple):
    """How an import sorts."""

    section: int
    is_from: bool
    module: str


def new_import(
    source: Source, tree: ast.Module, statement: str, use: int | None = None
) -> TextEdit:
    """The insertion of an import statement (without its line's end) into a module.

    ``use`` is the offset of the place where the name is wanted, if that is a single one.
    """
    newline = newline_of(source.text)
    new = _place(ast.parse(statement).body[0])
    assert new is not None
    row = len(source.line_starts) + 1 if use is None else source.location(use).row
    imports = _imports_beside(tree, new, row)
    before = next((i for i in reversed(imports) if i[0] <= new), None)
    after = next((i for i in imports if i[0] > new), None)
    if before and before[0].section != new.section and after and after[0].section == new.section:
        before = None  # it opens the section that is there
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


def _imports_beside(tree: ast.Module, new: _Place, row: int) -> list[tuple[_Place, ast.stmt]]:
    """The imports among which a new one is put that is wanted in a row, in order."""
    early, leading = [], []
    is_leading = True
    body = tree.body[1:] if _docstring(tree) is not None else tree.body
    for node in body:
        if isinstance(node, DEFINITIONS) or (node.end_lineno or node.lineno) >= row:
            break
        place = _place(node)
        is_leading = is_leading and place is not None
        if place is not None:
            early.append((place, node))
            if is_leading:
                leading.append((place, node))
    package = _package(new)
    return [i for i in early if _package(i[0]) == package] or leading or early


def _package(place: _Place) -> str:
    return place.module.partition(".")[0]


def _docstring(tree: ast.Module) -> ast.stmt | None:
    first = tree.body[0] if tree.body else None
    value = first.value if isinstance(first, ast.Expr) else None
    is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return first if is_text else None


def _begins_its_line(source: Source, node: ast.stmt) -> bool:
    """Whether nothing else stands before a statement on its line, nor ends there."""
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
