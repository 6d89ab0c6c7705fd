"""``full``: the line, the chain of calls, and the source with the offending code underlined.

It is laid out by hand, and not by rich. To import and use that takes 20 ms of CPU time, and a run
in which nothing has changed takes 75 to 90 ms. It also breaks paths that are longer than a line,
and gives each link a random id, so that the output of two runs would differ.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from functools import partial

import click

from wflint.diagnostics import Diagnostic, Fix, Severity
from wflint.report.fix_diff import changes
from wflint.report.look import Look, hop_text, lines_of, marker_of, message_of, one_line, others_of
from wflint.system.printable import visible

MAX_LINES = 4
_fill = partial(textwrap.wrap, break_long_words=False, break_on_hyphens=False)
_SIGNS = {"-": "red", "+": "green"}
_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """Return a paragraph for each diagnostic, laid out for ``look.width`` columns."""
    lines: dict[str, list[str]] = {}
    paragraphs = []
    for diagnostic in diagnostics:
        name = diagnostic.filename
        if name not in lines:
            source = look.sources.get(name)
            lines[name] = lines_of(source) if source else []
        paragraphs.append("\n".join(_paragraph(diagnostic, lines[name], look)) + "\n\n")
    text = "".join(paragraphs)
    return text if look.color else click.unstyle(text)


def _paragraph(diagnostic: Diagnostic, lines: list[str], look: Look) -> Iterator[str]:
    yield from _headline(diagnostic, look)
    yield from _excerpt(diagnostic, lines, look.width)
    yield from _way(diagnostic)
    if diagnostic.fix:
        yield from _fix(diagnostic.fix, lines, look.width)
    yield f"    {click.style('help:', fg='cyan')} wflint rule {diagnostic.code}"


def _headline(diagnostic: Diagnostic, look: Look) -> Iterator[str]:
    """Yield ``path:row:column: CODE name severity [*] message``, on as many lines as it takes.

    Only the message is broken, so that the place and the rule can be clicked and searched for.
    """
    color, place = _COLORS[diagnostic.severity], diagnostic.location
    path, marker = click.style(visible(diagnostic.filename), bold=True), marker_of(diagnostic)
    words = [
        f"{path}:{place.shown}:",
        click.style(diagnostic.code, fg=color, bold=True),
        diagnostic.name,
        click.style(diagnostic.severity.value, fg=color),
        *([marker] if marker else []),
    ]
    taken = len(click.unstyle(" ".join(words))) + 1
    first, *rest = _filled(message_of(diagnostic), look.width, taken)
    if look.color and look.links:
        words[1] = _link(words[1], diagnostic.url)
    yield " ".join([*words, first]).rstrip()
    yield from (f"    {line}" for line in rest)


def _filled(text: str, width: int, taken: int) -> list[str]:
    """Break a text into lines. The first has ``taken`` columns less, and is empty if too few."""
    room = width - taken
    words = text.split(" ")
    if room < len(words[0]):
        return ["", *_fill(text, width - 4)]
    lines = _fill("." * (taken - 4) + text, width - 4)
    return [lines[0][taken - 4 :], *lines[1:]]


def _link(text: str, url: str) -> str:
    """Return a text that a terminal links."""
    return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"


def _way(diagnostic: Diagnostic) -> Iterator[str]:
    """Yield the functions from the entry point to the place, one on each line."""
    for number, hop in enumerate(diagnostic.chain):
        word = "from" if number == 0 else "  →"
        yield click.style(f"    {word} {hop_text(hop)}", dim=True)
    others = others_of(diagnostic)
    if others:
        yield click.style(f"    and from {others}", dim=True)
    change = diagnostic.change
    for number, hop in enumerate(change.old_chain if change is not None else ()):
        assert change is not None
        word = f"in {visible(change.old_version)} from" if number == 0 else "  →"
        yield click.style(f"    {word} {hop_text(hop)}", dim=True)


def _fix(fix: Fix, lines: list[str], width: int) -> Iterator[str]:
    """Yield what the fix does, in words and as a diff."""
    yield f"    fix ({fix.applicability.value}): {one_line(fix.message)}"
    found = list(changes(fix, lines))
    gutter = max((len(str(change.row)) for change in found), default=1) + 4
    room = width - gutter - 3
    for sign, row, line, same in found:
        at = same if same > room // 2 else 0  # else it shows from the beginning of the line
        part, _, _ = _clip(line, at, at, room)
        yield click.style(f"{row:>{gutter}} {sign} {_visible(part)}".rstrip(), fg=_SIGNS[sign])


def _excerpt(diagnostic: Diagnostic, lines: list[str], width: int) -> Iterator[str]:
    """The offending lines, with what is wrong in them underlined."""
    start, end = diagnostic.location, diagnostic.end_location
    last = min(max(end.row, start.row), start.row + MAX_LINES - 1, len(lines))
    gutter = len(str(last - start.above)) + 4
    for row in range(start.row, last + 1):
        line = lines[row - 1]
        indent = len(line) - len(line.lstrip())
        first = start.column - 1 if row == start.row else indent
        stop = end.column - 1 if row == end.row else len(line)
        line, first, stop = _clip(line, first, stop, width - gutter - 3)
        number = click.style(f"{row - start.above:>{gutter}} |", fg="cyan")
        bar = click.style(" " * gutter + " |", fg="cyan")
        mark = "^" * max(_width(line[first:stop]), 1)
        yield f"{number} {_visible(line)}".rstrip()
        if line.strip():
            blank = " " * _width(line[:first])
            yield f"{bar} {blank}{click.style(mark, fg=_COLORS[diagnostic.severity])}"
    if last < end.row and last < len(lines):
        yield click.style(" " * gutter + " | ...", fg="cyan")


def _clip(line: str, first: int, stop: int, room: int) -> tuple[str, int, int]:
    """Return the part of a long line that is around the offence, and where this is in it."""
    first, stop = min(first, len(line)), min(stop, len(line))
    if len(line) <= room:
        return line, first, stop
    cut = max(0, min(first - room // 4, len(line) - room))
    kept = line[cut : cut + room]
    kept = ("…" if cut else kept[:1]) + kept[1:-1] + ("…" if cut + room < len(line) else kept[-1:])
    return kept, first - cut, min(stop - cut, room)


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
