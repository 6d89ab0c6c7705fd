"""Names added to an import that is there: ``from a import b`` becomes ``from a import b, c``.

Only plain lists grow: on one line, or in parentheses with a line for each name. Lists with comments
or aliases are left alone, as is a file that gives each name an import of its own.
"""

from __future__ import annotations

import ast
import bisect
import re
from collections import Counter
from collections.abc import Sequence

from wflint.files.source import Source
from wflint.rule.fix import TextEdit

_LONGEST_LINE = 88
_FROM = r"from[ \t]+[\w.]+[ \t]+import[ \t]*"
_ONE_LINE = re.compile(rf"{_FROM}\w+(?:[ \t]*,[ \t]*\w+)*[ \t]*")
_LINE_EACH = re.compile(rf"{_FROM}\((?:\n[ \t]+\w+,)*\n[ \t]+\w+,?\n[ \t]*\)[ \t]*")


def joined(
    source: Source, imports: Sequence[ast.stmt], new: ast.stmt, newline: str
) -> TextEdit | None:
    """The insertion by which one of ``imports`` brings what ``new`` imports, too.

    ``None`` where no list of that module can grow.
    """
    if not isinstance(new, ast.ImportFrom) or len(new.names) != 1 or new.names[0].asname:
        return None
    plain = [n for n in imports if isinstance(n, ast.ImportFrom) and not n.names[0].asname]
    if any(count > 1 for count in Counter(map(_module, plain)).values()):
        return None
    node = next((n for n in plain if _module(n) == _module(new)), None)
    return _grown(source, node, new.names[0].name, newline) if node is not None else None


def _module(node: ast.ImportFrom) -> tuple[int, str | None]:
    return node.level, node.module


def _grown(source: Source, node: ast.ImportFrom, name: str, newline: str) -> TextEdit | None:
    rows = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    text = "\n".join(source.line(row) for row in rows)
    names = [alias.name.lower() for alias in node.names]
    at = bisect.bisect(names, name.lower()) if names == sorted(names) else len(names)
    last = node.names[-1]
    end = source.offset(last.end_lineno or 0, last.end_col_offset or 0)
    if _ONE_LINE.fullmatch(text) and len(text.rstrip()) + len(name) + 2 <= _LONGEST_LINE:
        if at == len(names):
            return TextEdit(end, end, f", {name}")
        start = source.offset(node.names[at].lineno, node.names[at].col_offset)
        return TextEdit(start, start, f"{name}, ")
    if not _LINE_EACH.fullmatch(text):
        return None
    indent = source.line(last.lineno)[: last.col_offset]
    if at == len(names) and source.line(last.lineno).rstrip()[-1] != ",":
        return TextEdit(end, end, f",{newline}{indent}{name}")
    row = node.names[at].lineno if at < len(names) else last.lineno + 1
    start = source.line_starts[row - 1]
    return TextEdit(start, start, f"{indent}{name},{newline}")
