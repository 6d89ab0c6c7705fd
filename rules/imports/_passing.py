"""Puts imports under `with workflow.unsafe.imports_passed_through():`."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import TextEdit, Withheld

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair

BLOCK = "imports_passed_through"
_IMPORTS = (ast.Import, ast.ImportFrom)


def passed_through(at: FixView) -> Repair | None:
    """The repair of the imports that a diagnostic speaks for: all go into one block.

    That stands at the end of their row of imports, or is the one before or behind that row.
    """
    wanted, body = _statements(at), at.module_tree().body
    name = _name_of_workflow(body)
    if not wanted or name is None:
        return None
    first, last = _row(body, wanted[0])
    binding = next(n for n, node in enumerate(body) if name in _bound(node))
    if wanted[-1] not in body[first : last + 1] or binding > last:
        return None
    row = body[body.index(wanted[0]) : last + 1]
    if _shares_line(body, wanted):
        return None
    if last + 1 < len(body) and _is_block(body[last + 1]):
        edit = _Lines(at, row[0], body[last + 1]).put_in_front(wanted, body[last + 1])
    elif first > 0 and _is_block(body[first - 1]) and row == wanted:
        edit = _Lines(at, body[first - 1], row[-1]).put_behind(wanted, body[first - 1])
    else:
        edit = _Lines(at, row[0], row[-1]).wrap(wanted, f"with {name}.unsafe.{BLOCK}():")
    return at.unsafe("Pass it through the sandbox", edit)


def _row(body: list[ast.stmt], node: ast.stmt) -> tuple[int, int]:
    """Return the first and the last index of the imports that a statement stands among."""
    first = last = body.index(node)
    while first > 0 and isinstance(body[first - 1], _IMPORTS):
        first -= 1
    while last + 1 < len(body) and isinstance(body[last + 1], _IMPORTS):
        last += 1
    return first, last


class _Lines:
    """The lines of a module from one of its statements to another."""

    def __init__(self, at: FixView, first: ast.stmt, last: ast.stmt) -> None:
        self.at = at
        self.top = first.lineno
        self.bottom = last.end_lineno or last.lineno

    def wrap(self, wanted: list[ast.stmt], head: str) -> TextEdit:
        """Put statements into a new block at the end."""
        inside = self._inside(wanted)
        rest = _tidy(self._lines(r for r in self._rows() if r not in set(inside)))
        is_under = self.top > 1 and self.at.source.line(self.top - 1).strip()
        gap = [""] if rest or is_under else []
        return self._edit([*rest, *gap, head, *self._indented(inside, self._step())])

    def put_in_front(self, wanted: list[ast.stmt], block: ast.stmt) -> TextEdit:
        """Put statements into a block behind them, in front of what it has."""
        inside, body = self._inside(wanted), _body_of(block)
        rows = range(self.top, block.lineno)
        rest = _tidy(self._lines(r for r in rows if r not in set(inside)))
        head = self._lines(range(block.lineno, body.lineno))
        old = self._lines(range(body.lineno, self.bottom + 1))
        moved = self._indented(inside, self._indent(body))
        return self._edit([*rest, *([""] if rest else []), *head, *moved, *old])

    def put_behind(self, wanted: list[ast.stmt], block: ast.stmt) -> TextEdit:
        """Put statements into a block in front of them, behind what it has."""
        old = self._lines(range(self.top, (block.end_lineno or block.lineno) + 1))
        moved = self._indented(self._inside(wanted), self._indent(_body_of(block)))
        return self._edit([*old, *moved])

    def _rows(self) -> range:
        return range(self.top, self.bottom + 1)

    def _lines(self, rows: Iterable[int]) -> list[str]:
        return [self.at.source.line(row) for row in rows]

    def _indented(self, rows: Iterable[int], indent: str) -> list[str]:
        return [f"{indent}{line}" if line.strip() else "" for line in self._lines(rows)]

    def _indent(self, node: ast.stmt) -> str:
        return self.at.source.line(node.lineno)[: node.col_offset]

    def _step(self) -> str:
        """Return what the file indents by, as its first class or function shows."""
        definitions = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        bodies = (n.body[0] for n in self.at.module_tree().body if isinstance(n, definitions))
        return next((self._indent(first) for first in bodies if first.col_offset), " " * 4)

    def _edit(self, lines: list[str]) -> TextEdit:
        source = self.at.source
        end = source.line_starts[self.bottom - 1] + len(source.line(self.bottom))
        return TextEdit(source.line_starts[self.top - 1], end, self.at.newline.join(lines))

    def _inside(self, wanted: list[ast.stmt]) -> list[int]:
        """The rows that go into the block: with all between them where nothing else stands there.

        Raises :class:`Withheld` where a comment would stay behind.
        """
        rows = [r for node in wanted for r in range(node.lineno, (node.end_lineno or 0) + 1)]
        whole = range(rows[0], rows[-1] + 1)
        between = [self.at.source.line(r).strip() for r in whole if r not in rows]
        if all(not line or line.startswith("#") for line in between):
            return list(whole)
        above = (self.at.source.line(node.lineno - 1).lstrip() for node in wanted)
        if any(line.startswith("#") for line in above):
            raise Withheld("a comment belongs to it")
        return rows


def _body_of(block: ast.stmt) -> ast.stmt:
    assert isinstance(block, ast.With)
    return block.body[0]


def _statements(at: FixView) -> list[ast.stmt]:
    """The import statements that a diagnostic speaks for, in order."""
    spans = [at.span(node) for node in (at.node, *at.other_nodes)]
    rows = {at.source.location(start).row for start, _ in spans}
    return [n for n in at.module_tree().body if isinstance(n, _IMPORTS) and n.lineno in rows]


def _name_of_workflow(body: list[ast.stmt]) -> str | None:
    """Return the name that the first import of `temporalio.workflow` binds."""
    return next((name for node in body for name in _bound(node)), None)


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ImportFrom) and node.module == "temporalio" and not node.level:
        return [alias.asname or alias.name for alias in node.names if alias.name == "workflow"]
    if isinstance(node, ast.Import):
        named = [alias for alias in node.names if alias.name == "temporalio.workflow"]
        return [alias.asname or alias.name for alias in named]
    return []


def _is_block(node: ast.stmt | None) -> bool:
    return isinstance(node, ast.With) and any(
        isinstance(part, ast.Attribute) and part.attr == BLOCK
        for item in node.items
        for part in ast.walk(item.context_expr)
    )


def _shares_line(body: list[ast.stmt], wanted: list[ast.stmt]) -> bool:
    """True if a line with one of the statements has another one, too."""
    for one in wanted:
        at = body.index(one)
        before, behind = body[max(0, at - 1) : at], body[at + 1 : at + 2]
        if any(_last_row(other) == one.lineno for other in before if other not in wanted):
            return True
        if any(other.lineno == _last_row(one) for other in behind if other not in wanted):
            return True
    return False


def _last_row(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _tidy(lines: list[str]) -> list[str]:
    """Return lines without blank ones at their end, nor two blank ones in a row."""
    found: list[str] = []
    for line in lines:
        if line.strip() or (found and found[-1].strip()):
            found.append(line)
    while found and not found[-1].strip():
        found.pop()
    return found
