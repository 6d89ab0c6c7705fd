"""A change as Markdown: the commands of each workflow as a diff, for pull requests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from wflint.map.change import Pair, flat, line_of
from wflint.map.markdown import code, escaped, fence_for
from wflint.map.reading import Told
from wflint.report.look import one_line

_Line = tuple[str, int]
"""A line of an outline, and the id of its step."""


def render(pairs: Sequence[Pair], title: str) -> str:
    """Return the diffs."""
    lines = [f"# Change of {escaped(title)}", ""]
    if not pairs:
        lines.append("No workflow gives other commands than before.")
    for pair in pairs:
        lines += _pair(pair)
    return "\n".join(lines) + "\n"


def _pair(pair: Pair) -> Iterator[str]:
    yield f"## {escaped(pair.name)}: {pair.verdict.value}"
    yield ""
    if pair.why:
        yield escaped(pair.why)
        yield ""
    was, now = (code(words) or "nothing" for words in pair.first_words)
    if any(pair.first_words):
        yield f"First difference: {was} in histories, {now} in the new code."
        yield ""
    body = list(_diff(pair))
    fence = fence_for("\n".join(body), 3)
    yield from (
        f"{fence}diff",
        f"--- {one_line(pair.old.label)}",
        f"+++ {one_line(pair.new.label)}",
    )
    yield from (*body, fence, "")


def _diff(pair: Pair) -> Iterator[str]:
    before, after = ([line for told in side for line in _lines(told)] for side in pair.told)
    matcher = SequenceMatcher(
        None, [text for text, _ in before], [text for text, _ in after], autojunk=False
    )
    for what, start, end, begin, stop in matcher.get_opcodes():
        if what == "equal":
            yield from (f"  {text}" for text, _ in after[begin:stop])
            continue
        yield from (f"- {text}{_mark(pair, 0, step)}" for text, step in before[start:end])
        yield from (f"+ {text}{_mark(pair, 1, step)}" for text, step in after[begin:stop])


def _mark(pair: Pair, side: int, step: int) -> str:
    return "   <-- first difference" if step in pair.first[side] else ""


def _lines(told: Told) -> Iterator[_Line]:
    if told.flow < 0:
        return
    yield one_line(told.words), 0
    for depth, shown in flat(told.steps):
        yield "    " * (depth + 1) + one_line(line_of(shown)), shown.id
