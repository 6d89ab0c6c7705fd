"""``svg``: a drawing of all flows for documents, of boxes one below the other, in frames.

The layout is plain, so that the same program gives the same drawing on every machine: steps stand
in a column, each entry point of a workflow has one, and what holds steps is a frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap
from unicodedata import east_asian_width

from msgspec import Struct

from wflint.map.html_text import text
from wflint.map.model import Map, Workflow
from wflint.map.reading import Reading, Shown, Told, opened, shown_options, told_often
from wflint.wording import shortened

_WIDTH, _LINE, _GAP, _PAD = 400, 18, 12, 10
_SMALL, _LARGE, _FULL = 6.6, 8.4, 12.0
"""The widths of letters, of capitals, and of what is as wide as it is high."""

_WIDEST = 70
_STYLE = """\
svg { --back: #fff; --text: #1c2430; --quiet: #5b6675; --line: #c5ccd6; --soft: #f4f6f9;
  --activity: #1d4ed8; --child: #6d28d9; --timer: #b45309; --signal: #15803d; --next: #a21caf;
  --error: #b00020; font: 12px system-ui, sans-serif; background: var(--back); }
@media (prefers-color-scheme: dark) { svg { --back: #14181f; --text: #e3e8ef; --quiet: #9aa6b5;
  --line: #4a5565; --soft: #1d232c; --activity: #8ab4ff; --child: #c4a7ff; --timer: #f0b35a;
  --signal: #7fd69b; --next: #f09cf5; --error: #ff8a95; } }
text { fill: var(--text); } .quiet { fill: var(--quiet); } .title { font-weight: 600; }
.large { font-size: 16px; font-weight: 600; }
rect { fill: var(--soft); stroke: var(--quiet); } .frame { fill: none; stroke: var(--line); }
path { stroke: var(--quiet); fill: none; marker-end: url(#arrow); }
marker path { fill: var(--quiet); }
.activity { stroke: var(--activity); } .child { stroke: var(--child); }
.timer, .condition, .wait { stroke: var(--timer); }
.signal, .command, .cancel { stroke: var(--signal); }
.continue-as-new, .patched { stroke: var(--next); } .raise { stroke: var(--error); }
.unknown, .elsewhere { stroke-dasharray: 5 3; }
"""


class _Box(Struct):
    """A step with its place, from the left and top of the drawing."""

    shown: Shown
    x: int
    y: int
    width: int
    height: int = 0


def render(found: Map) -> str:
    """Return the drawing."""
    reading = Reading(found)
    lines: list[str] = []
    y, width = 24, 480
    if not found.workflows:
        for line in (line for remark in found.remarks for line in wrap(remark, _WIDEST)):
            lines.append(_words(_GAP, y, line))
            y += _LINE
    for workflow, told in zip(found.workflows, reading.workflows, strict=True):
        y, right = _workflow(workflow, told, reading.shown(workflow.place), y, lines)
        width = max(width, right)
    if reading.apart:
        lines.append(_words(_GAP, y, "Functions that several workflows call", "large"))
        y, right = _columns(reading.apart, y + 10, lines)
        width = max(width, right)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" '
        f'viewBox="0 0 {width} {y}" role="img">\n'
        f"<title>Map of {text(found.title)}</title>\n<style>{_STYLE}</style>\n"
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" '
        'markerHeight="6" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>\n'
    )
    return "\n".join([head + lines[0] if lines else head, *lines[1:], "</svg>\n"])


def _workflow(
    workflow: Workflow, told: Iterable[Told], place: str, y: int, lines: list[str]
) -> tuple[int, int]:
    lines.append(_words(_GAP, y, workflow.qualname, "large"))
    queues = f", on {', '.join(workflow.queues)}" if workflow.queues else ""
    lines.append(_words(_GAP, y + _LINE, f"{place}{queues}", "quiet"))
    return _columns((one for one in told if one.flow >= 0), y + _LINE + 10, lines)


def _columns(told: Iterable[Told], y: int, lines: list[str]) -> tuple[int, int]:
    """Draw flows beside each other; return where the next thing begins, and the right end."""
    x, bottom = _GAP, y + _LINE
    for one in told:
        lines.append(_words(x, y + _LINE, one.words, "title"))
        boxes: list[_Box] = []
        end = _stack(one.steps, x, y + _LINE + 8, _WIDTH, boxes)
        lines.extend(_drawn(boxes))
        bottom = max(bottom, end)
        x += _WIDTH + 2 * _GAP
    return bottom + 3 * _GAP, x


def _stack(steps: Iterable[Shown], x: int, y: int, width: int, boxes: list[_Box]) -> int:
    """Place steps one below the other; return where the next one would begin."""
    for shown in opened(steps):
        box = _Box(shown, x, y, width)
        boxes.append(box)
        y += len(_lines_of(box)) * _LINE + 8
        if shown.steps:
            inner = max(width - 2 * _PAD, 8 * _PAD)
            y = _stack(shown.steps, x + _PAD, y, inner, boxes) + _PAD - _GAP
        box.height = y - box.y
        y += _GAP
    return y


def _lines_of(box: _Box) -> list[str]:
    step = box.shown.step
    room = box.width - 2 * _PAD
    where = f" ({box.shown.where})" if box.shown.where else ""
    lines = [f"{box.shown.words}{where}"]
    if _width(lines[0]) > room and step.gives:
        lines = [f"{step.text}{where}", f"→ {step.gives}"]
    lines += (shown_options([option]) for option in step.options)
    lines += [told_often(step.often)] if step.often >= 0 else []
    return [_fitted(line, room) for line in lines]


def _fitted(line: str, room: int) -> str:
    """Return a line, or as much of it as there is room for in most fonts."""
    at, width = 0, 0.0
    while at < len(line) and width <= room:
        width += _width(line[at])
        at += 1
    return line if width <= room else shortened(line, max(at - 1, 4))


def _width(words: str) -> float:
    return sum(
        _FULL if east_asian_width(one) in "FW" else _LARGE if one.isupper() else _SMALL
        for one in words
    )


def _drawn(boxes: list[_Box]) -> Iterator[str]:
    before: dict[int, _Box] = {}
    for box in boxes:
        above = before.get(box.x)
        if above is not None and above.y + above.height + _GAP == box.y:
            middle = box.x + min(box.width // 2, 60)
            yield f'<path d="M{middle} {box.y - _GAP}V{box.y - 1}"/>'
        before[box.x] = box
        kind = box.shown.step.kind + (" elsewhere" if box.shown.elsewhere else "")
        frame = " frame" if box.shown.steps else ""
        yield (
            f'<rect class="{text(kind)}{frame}" x="{box.x}" y="{box.y}" '
            f'width="{box.width}" height="{box.height}" rx="4"/>'
        )
        first, *others = _lines_of(box)
        yield _words(box.x + _PAD, box.y + _LINE - 1, first, "quiet" if box.shown.steps else "")
        for number, line in enumerate(others, 2):
            yield _words(box.x + _PAD, box.y + _LINE * number - 1, line, "quiet")


def _words(x: int, y: int, words: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x}" y="{y}">{text(words)}</text>'
