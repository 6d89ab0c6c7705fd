"""``full``: the line, the chain of calls, and the source with the offending code underlined."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

import click

from wflint.diagnostics import Applicability, Diagnostic, Fix, Severity
from wflint.report.fix_diff import changes
from wflint.report.look import Look, chain_line, marker_of, message_of, one_line
from wflint.system.printable import visible

MAX_LINES = 4
MAX_WIDTH = 160
_SIGNS = {"-": "red", "+": "green"}
_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """A paragraph for each diagnostic."""
    lines: dict[str, list[str]] = {}
    paragraphs = []
    for diagnostic in diagnostics:
        name = diagnostic.filename
        if name not in lines:
            lines[name] = _split(look.sources.get(name, ""))
        paragraphs.append("\n".join(_paragraph(diagnostic, lines[name])) + "\n\n")
    text = "".join(paragraphs)
    return text if look.color else click.unstyle(text)


def _split(source: str) -> list[str]:
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n") if source else []


def _paragraph(diagnostic: Diagnostic, lines: list[str]) -> Iterator[str]:
    place = f"{diagnostic.location.row}:{diagnostic.location.column}"
    code = click.style(diagnostic.code, fg=_COLORS[diagnostic.severity], bold=True)
    marker = marker_of(diagnostic)
    words = [code, diagnostic.name, *([marker] if marker else []), message_of(diagnostic)]
    yield f"{click.style(visible(diagnostic.filename), bold=True)}:{place}: {' '.join(words)}"
    chain = chain_line(diagnostic)
    if chain:
        yield f"    {click.style(chain, dim=True)}"
    yield from _excerpt(diagnostic, lines)
    if diagnostic.fix:
        yield from _fix(diagnostic.fix, lines)


def _fix(fix: Fix, lines: list[str]) -> Iterator[str]:
    """Yield what the fix does, in words and as a diff."""
    safe = fix.applicability is Applicability.SAFE
    yield f"    fix{'' if safe else f' ({fix.applicability.value})'}: {one_line(fix.message)}"
    found = list(changes(fix, lines))
    gutter = max((len(str(change.row)) for change in found), default=1) + 4
    for sign, row, line in found:
        text = _visible(line[:MAX_WIDTH])
        yield click.style(f"{row:>{gutter}} {sign} {text}".rstrip(), fg=_SIGNS[sign])


def _excerpt(diagnostic: Diagnostic, lines: list[str]) -> Iterator[str]:
    """The offending lines, with what is wrong in them underlined."""
    start, end = diagnostic.location, diagnostic.end_location
    last = min(max(end.row, start.row), start.row + MAX_LINES - 1, len(lines))
    gutter = len(str(last)) + 4
    for row in range(start.row, last + 1):
        line = lines[row - 1]
        indent = len(line) - len(line.lstrip())
        first = start.column - 1 if row == start.row else indent
        stop = end.column - 1 if row == end.row else len(line)
        line, first, stop = _clip(line, first, stop)
        number = click.style(f"{row:>{gutter}} |", fg="cyan")
        bar = click.style(" " * gutter + " |", fg="cyan")
        mark = "^" * max(_width(line[first:stop]), 1)
        yield f"{number} {_visible(line)}".rstrip()
        if line.strip():
            blank = " " * _width(line[:first])
            yield f"{bar} {blank}{click.style(mark, fg=_COLORS[diagnostic.severity])}"
    if last < end.row and last < len(lines):
        yield click.style(" " * gutter + " | ...", fg="cyan")


def _clip(line: str, first: int, stop: int) -> tuple[str, int, int]:
    """The part of a very long line that is around the offence."""
    first, stop = min(first, len(line)), min(stop, len(line))
    if len(line) <= MAX_WIDTH:
        return line, first, stop
    cut = max(0, min(first - MAX_WIDTH // 4, len(line) - MAX_WIDTH))
    return line[cut : cut + MAX_WIDTH], first - cut, min(stop - cut, MAX_WIDTH)


def _visible(line: str) -> str:
    """The line with tabs as blanks and without control characters, which a terminal would obey."""
    return "".join(
        "    " if c == "\t" else c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line
    )


def _width(text: str) -> int:
    """The columns that a text takes on a terminal."""
    if text.isascii():
        return len(text) + 3 * text.count("\t")
    return sum(
        4
        if c == "\t"
        else 0
        if unicodedata.combining(c)
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )
