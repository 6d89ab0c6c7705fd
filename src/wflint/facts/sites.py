"""Finds what stands at sites of a body, whose facts of one kind are in the order of their sites."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Protocol, TypeVar

from wflint.facts.model import Call, FunctionBody, Site, Try


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
    number = bisect_right(body.tries, site, key=_SITE) - 1
    while number >= 0:
        tried = body.tries[number]
        if tried.start <= site < tried.end:
            yield tried
        number = tried.outer
