"""Takes an unused suppression out of its comment."""

from __future__ import annotations

import re

from wflint.diagnostics import Applicability, Edit, Fix, Location
from wflint.files.source import Source
from wflint.suppress.comments import Directive, Selector


def removal(directive: Directive, selector: Selector, source: Source) -> Fix:
    """A fix that removes ``selector``; with the last one that is of use, the whole directive."""
    line = source.line(directive.row)
    others = [s for s in _listed(directive, line) if s.lower() != selector.text.lower()]
    unused = {s.text.lower() for s in directive.selectors if not s.used}
    if any(other.lower() not in unused for other in others):
        start, end = _in_list(selector, line)
        message = f"Remove `{selector.text}` from the comment"
    else:
        start, end = _whole(directive, line)
        message = "Remove the comment"
    edit = Edit("", Location(directive.row, start + 1), Location(directive.row, end + 1))
    is_last_row = directive.row == len(source.line_starts)
    if start == 0 and end == len(line) and not is_last_row:
        edit = Edit("", Location(directive.row, 1), Location(directive.row + 1, 1))
    return Fix(Applicability.SAFE, message, (edit,))


def _listed(directive: Directive, line: str) -> list[str]:
    """All that the directive names; a ``noqa`` may name rules of other tools as well."""
    text = line[directive.column - 1 : directive.end_column - 1]
    if directive.kind != "noqa":
        return [selector.text for selector in directive.selectors]
    return re.findall(r"[A-Za-z]+[0-9]+", text.partition(":")[2])


def _in_list(selector: Selector, line: str) -> tuple[int, int]:
    """Return the span of one of several names, with the comma that belongs to it. 0-based."""
    start, end = selector.column - 1, selector.column - 1 + len(selector.text)
    behind = re.compile(r"\s*,\s*|\s+(?=[A-Z])").match(line, end)
    if behind is not None:
        return start, behind.end()
    before = line[:start].rstrip().removesuffix(",").rstrip()
    return len(before), end


def _whole(directive: Directive, line: str) -> tuple[int, int]:
    """Return the span of the directive, with the white space before it. 0-based."""
    start, end = directive.column - 1, directive.end_column - 1
    if line[end:].strip():
        return start, end + len(line[end:]) - len(line[end:].lstrip())
    return len(line[:start].rstrip()), len(line)
