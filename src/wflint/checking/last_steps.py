"""Tells a ``try`` after which the workflow is over, whatever becomes of what it protects.

A notification or a cleanup at the end of a workflow may fail, or be cancelled, and nothing is left
that the cancellation would stop: the result is there, or an error is on its way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wflint.callgraph.graph import Node
from wflint.checking.pieces import place_of
from wflint.facts.model import Call, Exit, Flag, FunctionBody, Handler, Site, Try
from wflint.facts.sites import between, call_at, tries_around, tries_handling
from wflint.temporal.effects import Effect

if TYPE_CHECKING:
    from wflint.checking.checker import Checker

_GO_ON = (Effect.ACTS, Effect.CONTINUES, Effect.WAITS)
_NO_END = 1 << 62
_SET = re.compile(r"^[ \t]*(\w+)[ \t]*(?::[^=\n]*)?=(?!=)(?![^\n]*,[ \t]*$)", re.MULTILINE)
"""A line that sets a name, and is no argument among others."""
_WORD = re.compile(r"\w+")
_DROPPED = re.compile(r"\s*(?:\w+\s*=\s*)?(?:await\s*)?\Z")
"""The text before what is awaited if the result is dropped, or kept in a local name.

The place of a call is behind its ``await``, that of ``await handle`` begins with it.
"""


def is_last_step(checker: Checker, node: Node, tried: Try, handler: Handler) -> bool:
    """True if a ``try`` drops what it awaits, and if nothing is awaited in the workflow after it.

    Something else has been awaited before, so that it is not all of the work.
    """
    graph, store = checker.summaries.graph, checker.resolver.store
    body = store.body(node.fn)
    returns = handler.exits & Exit.RETURNS and body.returned
    if returns or handler.exits & (Exit.BREAKS | Exit.CONTINUES):
        return False
    if _awaited(body, handler.site, handler.end):
        return False
    if not _drops_all(checker, node, tried, _awaited(body, tried.start, tried.end)):
        return False
    is_first = True
    is_left = not handler.exits & Exit.ENDS
    until = tried.until if tried.until >= 0 else _NO_END
    pending, seen = [(node, tried.site, _end_of(tried), tried.flags)], {node}
    while pending:
        at, site, end, flags = pending.pop()
        if flags & Flag.IN_LOOP or _goes_on(checker, at, site, (end, until), is_left=is_left):
            return False
        until = _NO_END
        is_left = False
        is_first = is_first and not _awaited(store.body(at.fn), 0, site)
        for hop in graph.callers(at):
            call = call_at(store.body(hop.node.fn), hop.site)
            if call is None or not call.flags & Flag.AWAITED:
                return False
            if hop.node not in seen:
                seen.add(hop.node)
                pending.append((hop.node, hop.site, hop.site + 1, call.flags))
    return not is_first


def _end_of(tried: Try) -> Site:
    return max([tried.end, tried.last_end, *(handler.end for handler in tried.handlers)])


def _awaited(body: FunctionBody, start: Site, end: Site) -> list[Site]:
    """Return where calls are awaited, and what was begun before."""
    calls = (one.site for one in between(body.calls, start, end) if one.flags & Flag.AWAITED)
    begun = (one.site for one in between(body.operations, start, end) if one.is_await)
    return sorted([*calls, *begun])


def _drops_all(checker: Checker, node: Node, tried: Try, sites: list[Site]) -> bool:
    """True if something is awaited, each by a statement of its own, and no result used later on."""
    store, end = checker.resolver.store, _end_of(tried)
    places = [place_of(store, node.fn, site) for site in sites]
    heads = [p.text[p.text.rfind("\n", 0, p.start) + 1 : p.start] for p in places if p is not None]
    if not heads or len(heads) < len(sites) or not all(map(_DROPPED.match, heads)):
        return False
    if all("=" not in head for head in heads):
        return True
    first, after = places[0], place_of(store, node.fn, end)
    if first is None or after is None:
        return after is None
    start = first.text.rfind("\n", 0, first.start) + 1
    set_there = _SET.findall(first.text[start : after.start])
    return set(set_there).isdisjoint(_WORD.findall(first.text[after.start :]))


def _goes_on(
    checker: Checker, node: Node, site: Site, rest: tuple[Site, Site], *, is_left: bool
) -> bool:
    """True if something may be awaited or begun after a site, whose statement and block have ends.

    ``is_left`` says that the function is left there: then only what is in a ``finally`` runs.
    """
    end, until = rest
    body = checker.resolver.store.body(node.fn)
    around = list(tries_around(body, site))
    handling = list(tries_handling(body, site))
    if is_left or any(h is not None and h.exits == Exit.RAISES for _, h in handling):
        tries = [*around, *(tried for tried, _ in handling)]
        finals = ((max(tried.last, end), tried.last_end) for tried in tries)
        return any(_acts_between(checker, node, *final) for final in finals)
    skipped = [range(h.site, h.end) for tried in around for h in tried.handlers]
    later = [(max(tried.last, until), tried.last_end) for tried in around if tried.last >= 0]
    return any(
        _acts_between(checker, node, start, stop, skipped) for start, stop in [(end, until), *later]
    )


def _acts_between(
    checker: Checker, node: Node, start: Site, end: Site, skipped: Sequence[range] = ()
) -> bool:
    """True if something is awaited or begun from one site to another, some blocks left out."""
    body = checker.resolver.store.body(node.fn)
    # One after another, because the first of them is mostly near, and the end is far.
    return any(
        _acts(checker, node, call) and not _is_in(call.site, skipped)
        for call in between(body.calls, start, end)
    ) or any(
        one.awaits and not _is_in(one.site, skipped) for one in between(body.operations, start, end)
    )


def _is_in(site: Site, blocks: Sequence[range]) -> bool:
    return any(site in block for block in blocks)


def _acts(checker: Checker, node: Node, call: Call) -> bool:
    if call.flags & Flag.AWAITED or call.written.endswith("continue_as_new"):
        return True
    of_call = checker.summaries.of_call
    return any(of_call(node, call.site, effect) is not None for effect in _GO_ON)
