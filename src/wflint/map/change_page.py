"""The page of a change: each workflow as it was and as it is, side by side. It needs no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wflint.map.change import Half, Pair
from wflint.map.html_text import code, text
from wflint.map.page import asset, document, hash_of
from wflint.map.page_outline import Outline
from wflint.replay.change import Verdict
from wflint.report.summary import count

_SEVERITY = {
    Verdict.INCOMPATIBLE: "error",
    Verdict.DEPENDS: "warning",
    Verdict.CLOSED_ONLY: "info",
    Verdict.UNKNOWN: "info",
}


def render(pairs: Sequence[Pair], title: str) -> str:
    """Return the page."""
    style = asset("map.css")
    policy = f"default-src 'none'; style-src {hash_of(style)}; base-uri 'none'; form-action 'none'"
    return document(f"Change of {title}", policy, f"<style>{style}</style>", _body(pairs, title))


def _body(pairs: Sequence[Pair], title: str) -> Iterator[str]:
    yield f"<header><h1>Change of {text(title)}</h1>"
    yield f'<p class="counts">{_summary(pairs)}</p></header>\n<main class="change">'
    for number, pair in enumerate(pairs):
        yield from _pair(pair, number)
    yield "</main>\n"


def _summary(pairs: Sequence[Pair]) -> str:
    if not pairs:
        return "no workflow gives other commands than before"
    return f"{count(len(pairs), 'workflow')} with other commands than before"


def _pair(pair: Pair, number: int) -> Iterator[str]:
    severity = _SEVERITY.get(pair.verdict, "info")
    yield f'<section class="more"><h2>{text(pair.name)}</h2> '
    yield f'<span class="mark {severity}">{text(pair.verdict.value)}</span>'
    if pair.why:
        yield f"<p>{text(pair.why)}</p>"
    yield '<div class="sides">'
    sides = ((pair.old, pair.before, "gone"), (pair.new, pair.after, "new"))
    for at, (half, workflow, kind) in enumerate(sides):
        classes = dict.fromkeys(pair.different[at], kind)
        classes |= {step: f"{classes.get(step, '')} first".strip() for step in pair.first[at]}
        yield f'<div><p class="facts">{text(half.label)}</p>'
        yield from _side(half, workflow, classes, f"{number}-{kind}-")
        words = pair.first_words[at]
        if words and not pair.first[at]:
            yield f'<p class="first">first difference: {code(words)}</p>'
        yield "</div>"
    yield "</div></section>"


def _side(half: Half, workflow: int, classes: dict[int, str], prefix: str) -> Iterator[str]:
    outline = Outline(half.found, half.reading, classes, prefix)
    yield from outline.told_of(workflow)
