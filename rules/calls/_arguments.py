"""Edits to the arguments of a call. Lines and comments stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from wflint.rule import NoFix, TextEdit

if TYPE_CHECKING:
    from wflint.rule import FixView


def keyword(call: cst.Call, name: str) -> cst.Arg | None:
    """The argument that is given as ``name=``."""
    found = (a for a in call.args if a.keyword is not None and a.keyword.value == name)
    return next(found, None)


def added(at: FixView, call: cst.Call, text: str) -> list[TextEdit]:
    """``text`` as the last argument that is no ``**spread``."""
    if not call.args:
        raise NoFix
    spread = next((arg for arg in call.args if arg.star == "**"), None)
    if spread is not None:
        return [at.insert_before(spread, f"{text},{_gap(at, spread)}")]
    last = call.args[-1]
    if isinstance(last.value, cst.GeneratorExp) and not last.value.lpar:
        raise NoFix
    gap = _gap(at, last)
    if isinstance(last.comma, cst.Comma):
        end = _end_of_line(at, at.span(last.comma)[1]) if at.begins_line(last) else None
        end = at.span(last.comma)[1] if end is None else end
        return [TextEdit(end, end, f"{gap}{text},")]
    end = at.span(last)[1]
    line_end = _end_of_line(at, end)
    if at.begins_line(last) and line_end is not None and "#" in at.rest_of_line(end):
        return [TextEdit(end, end, ","), TextEdit(line_end, line_end, f"{gap}{text}")]
    return [TextEdit(end, end, f",{gap}{text}")]


def as_list(at: FixView, name: str, args: Sequence[cst.Arg]) -> list[TextEdit]:
    """Neighbouring positional arguments as one keyword argument ``name=[...]``."""
    if all(at.begins_line(arg) and at.newline not in at.text(arg) for arg in args):
        edits = _as_list_of_lines(at, name, args)
        if edits:
            return edits
    return [at.insert_before(args[0], f"{name}=["), at.insert_after(args[-1], "]")]


def _as_list_of_lines(at: FixView, name: str, args: Sequence[cst.Arg]) -> list[TextEdit]:
    """The same for arguments that have a line each: they are moved to the right.

    Nothing where other arguments stand behind them in a line.
    """
    last = args[-1]
    end = at.span(last.comma)[1] if isinstance(last.comma, cst.Comma) else at.span(last)[1]
    close = _end_of_line(at, end)
    if close is None:
        return []
    indent = at.indent(args[0])
    unit = "\t" if "\t" in indent else "    "
    source = at.source
    first_row, last_row = (source.location(at.span(arg)[0]).row for arg in (args[0], last))
    edits = [at.insert_before(args[0], f"{name}=[{at.newline}{indent}{unit}")]
    for row in range(first_row + 1, last_row + 1):
        line = source.line(row)
        if line.strip():
            start = source.line_starts[row - 1] + len(line) - len(line.lstrip())
            edits.append(TextEdit(start, start, unit))
    comma = "," if isinstance(last.comma, cst.Comma) else ""
    return [*edits, TextEdit(close, close, f"{at.newline}{indent}]{comma}")]


def _gap(at: FixView, arg: cst.Arg) -> str:
    """Return what separates a new argument from ``arg``: a new line if that begins one as well."""
    return f"{at.newline}{at.indent(arg)}" if at.begins_line(arg) else " "


def _end_of_line(at: FixView, offset: int) -> int | None:
    """The end of the line of an offset, if only white space or a comment is in between."""
    rest = at.rest_of_line(offset)
    is_code = bool(rest.strip()) and not rest.lstrip().startswith("#")
    return None if is_code else offset + len(rest)
