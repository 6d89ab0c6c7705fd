"""Findings about histories that do not replay: one for all that differ in the same way."""

from __future__ import annotations

from collections.abc import Iterable

from wflint.comparison.commands import listed
from wflint.comparison.finding import COMMANDS, ChangeKind, Finding, Verdict
from wflint.histories.matching import Matched
from wflint.replay.recorded import Event
from wflint.replay.values import DRAW, Given
from wflint.wording import on_one_line


def findings_of(results: Iterable[Matched]) -> list[Finding]:
    """Return what is wrong, in the order in which it was found."""
    groups: dict[tuple[object, ...], list[Matched]] = {}
    for matched in results:
        followed = matched.followed
        if matched.verdict in (Verdict.INCOMPATIBLE, Verdict.CLOSED_ONLY) and followed is not None:
            was = followed.was.shown if followed.was is not None else ""
            chain = followed.now[0].chain if followed.now else ()
            cls = matched.view.cls if matched.view is not None else None
            key = (cls, matched.verdict, was, chain, tuple(g.shown for g in followed.now))
            groups.setdefault(key, []).append(matched)
    return [_finding(group) for group in groups.values()]


def _finding(group: list[Matched]) -> Finding:
    first = group[0]
    followed, view = first.followed, first.view
    assert followed is not None and view is not None
    now = followed.now[0] if followed.now else None
    run = view.run.place if view.run is not None else view.place
    return Finding(
        COMMANDS,
        first.verdict,
        ChangeKind.COMMANDS,
        view.shown,
        _message(group),
        now.chain[-1] if now is not None and now.chain else run,
        history=tuple(given.shown for given in followed.before),
        chain=now.chain if now is not None else (),
    )


def _message(group: list[Matched]) -> str:
    first = group[0]
    followed, view = first.followed, first.view
    assert followed is not None and view is not None and followed.was is not None
    who = on_one_line(first.path)
    who += f" and {len(group) - 1} more do" if group[1:] else " does"
    who += f" not replay with `{view.shown}`"
    after = ""
    if followed.before:
        after = f"after {listed([given.shown for given in followed.before])}, "
    was, now = _shown(followed.was, followed.now)
    event = f"event {followed.was.number} is {was}"
    text = f"{who}: {after}{event}, and the code gives {now} there"
    if first.verdict is Verdict.CLOSED_ONLY:
        text += "; only closed runs are affected, which cannot be queried or reset"
    return text


def _shown(event: Event, given: tuple[Given, ...]) -> tuple[str, str]:
    """Return an event and the commands that were expected, with ids where these differ."""
    if not given:
        return event.shown, "no command"
    if any(g.shown == event.shown for g in given):
        now = [f"{g.shown} with {_ident(g)}" for g in given]
        return f"{event.shown} with the id {event.ident}", " or ".join(now)
    return event.shown, " or ".join(dict.fromkeys(g.shown for g in given))


def _ident(given: Given) -> str:
    if given.ident is None:
        return f"the id {given.serial}" if given.serial else "its default id"
    if given.ident.key.startswith(DRAW):
        return "a random id"
    return f"the id {given.ident.text or given.ident.key}"
