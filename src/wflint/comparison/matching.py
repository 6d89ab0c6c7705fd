"""Finds the definitions of the old program in the new one, by the names that Temporal knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

from wflint.comparison.side import Side
from wflint.rule.definition_views import ActivityView, WorkflowView

D = TypeVar("D", WorkflowView, ActivityView)


class Matched(Struct, Generic[D]):
    """The definitions of the old program: those that are still there, and those that are not.

    Of those that are ``gone``, each has what it probably became. ``unsure`` are those of which
    nothing can be told: their names are not known, there are several of the same name, or they may
    be in a file that cannot be read.
    """

    pairs: list[tuple[D, D]]
    gone: list[tuple[D, D | None]]
    unsure: list[D]


def match(old: Side, new: Side, olds: Sequence[D], news: Sequence[D]) -> Matched[D]:
    """Match definitions; the name counts, and the module only where several have the same."""
    result: Matched[D] = Matched([], [], [])
    by_name: dict[str, list[D]] = {}
    for view in news:
        by_name.setdefault(view.name, []).append(view)
    known = Counter(view.name for view in olds)
    takes_all = any(view.is_dynamic for view in news)
    for view in olds:
        same: list[D] = by_name.get(view.name, []) if view.name else []
        here = [v for v in (*same, *by_name.get("", ())) if _at(new, v) == _at(old, view)]
        if len(here) == 1:
            result.pairs.append((view, here[0]))
        elif len(same) == 1 and known[view.name] == 1:
            result.pairs.append((view, same[0]))
        elif same or not view.name or by_name.get("") or new.unreadable:
            result.unsure.append(view)
        elif not takes_all and not view.is_dynamic:
            fresh = [v for v in news if v.name not in known]
            result.gone.append((view, _successor(old, new, view, fresh)))
    return result


def _at(side: Side, view: D) -> str:
    return side.dotted(*view.place.fn)


def _successor(old: Side, new: Side, gone: D, fresh: Iterable[D]) -> D | None:
    """Return the definition that a missing one was probably renamed to."""
    fresh = list(fresh)
    at, module = _at(old, gone), old.dotted(gone.place.fn.path, "")
    near = [v for v in fresh if _at(new, v) == at]
    near = near or [v for v in fresh if new.dotted(v.place.fn.path, "") == module]
    return near[0] if len(near) == 1 else None
