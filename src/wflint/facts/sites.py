"""Finds what stands at sites of a body, whose facts of one kind are in the order of their sites."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Protocol, TypeVar

from wflint.facts.model import Call, FunctionBody, Handler, Site, Try


class Placed(Protocol):
    """A fact of a body that stands at a site."""

    @property
    def site(self) -> Site: ...


P = TypeVar("P", bound=Placed)

_SITE = attrgetter("site")


def between(places: Sequence[P], start: Site, end: Site) -> Sequence[P]:
    """Return what stands from ``start`` to ``end`` (exclusive)."""
    first = bisect_left(places, start, key=_SITE)
    return places[first : bisect_left(places, end, first, key=_SITE)]


def at(places: Sequence[P], site: Site) -> Sequence[P]:
    """Return what stands at a site."""
    return between(places, site, site + 1)


def call_at(body: FunctionBody, site: Site) -> Call | None:
    """Return the call at a site, where there is one."""
    found = at(body.calls, site)
    return found[0] if found else None


def tries_around(body: FunctionBody, site: Site) -> Iterator[Try]:
    """Yield the ``try`` statements that protect a site, the innermost first."""
    return (tried for tried in _tries_with(body, site) if tried.start <= site < tried.end)


def tries_handling(body: FunctionBody, site: Site) -> Iterator[tuple[Try, Handler | None]]:
    """Yield the ``try`` statements of which a site stands in a handler, or in the ``finally``."""
    for tried in _tries_with(body, site):
        handler = next((h for h in tried.handlers if h.site <= site < h.end), None)
        if handler is not None or tried.last <= site < tried.last_end:
            yield tried, handler


def _tries_with(body: FunctionBody, site: Site) -> Iterator[Try]:
    """Yield the last statement that begins before a site, and all that this one stands in."""
    number = bisect_right(body.tries, site, key=_SITE) - 1
    while number >= 0:
        yield body.tries[number]
        number = body.tries[number].around


def last_words(call: Call, outcomes: Mapping[Site, str]) -> set[str]:
    """Return the last word of what a call is written as, and of what it is found to call.

    ``outcomes`` are those of the calls of its function, by their sites.
    """
    return {call.written.rpartition(".")[2], outcomes.get(call.site, "").rpartition(".")[2]}
