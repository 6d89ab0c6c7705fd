"""Matches histories with the workflows of a program."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from wflint import limits
from wflint.comparison.side import Side as Code
from wflint.replay.change import Verdict
from wflint.replay.compare import workflows
from wflint.replay.following import Followed, follow
from wflint.replay.machine import CLOSING
from wflint.replay.program import Functions
from wflint.replay.recorded import Recorded
from wflint.replay.sides import Side, side_of
from wflint.rule.definition_views import WorkflowView


class Matched(Struct):
    """What became of a history: the workflow it is of, unless the program has none like it."""

    path: str
    recorded: Recorded
    verdict: Verdict
    why: str = ""
    view: WorkflowView | None = None
    side: Side | None = None
    followed: Followed | None = None


class Matcher:
    """Matches histories with one program.

    Where several workflows have a name, those in the files that were ``chosen`` count, and those of
    tests only if there are no others.
    """

    def __init__(self, code: Code, chosen: Collection[str] = ()) -> None:
        self._sides: dict[str, list[tuple[WorkflowView, Side]]] = {}
        self._ranks: dict[str, tuple[bool, bool]] = {}
        self._asked: set[str] = set()
        self._too_large: dict[int, bool] = {}
        for examined in code.examined:
            functions = Functions(examined.answer)
            for view in workflows(functions):
                side = side_of(functions, view)
                if side is not None and view.name:
                    path = view.cls.path
                    self._add(view, side, (path not in chosen, examined.is_test(path)))

    def _add(self, view: WorkflowView, side: Side, rank: tuple[bool, bool]) -> None:
        best = self._ranks.get(view.name)
        if best is None or rank < best:
            self._ranks[view.name] = rank
            self._sides[view.name] = []
        if best is None or rank <= best:
            self._sides[view.name].append((view, side))

    @property
    def workflows(self) -> Iterator[tuple[WorkflowView, Side]]:
        """The workflows of the chosen files, and others that histories were matched with."""
        for name in sorted(self._sides):
            if self._ranks[name] == (False, False) or name in self._asked:
                yield from self._sides[name]

    def match(self, path: str, recorded: Recorded) -> Matched:
        """Match a history: of several workflows with its name, with the one that it fits best."""
        self._asked.add(recorded.workflow)
        found = self._sides.get(recorded.workflow, [])
        if not found:
            why = f"there is no workflow `{recorded.workflow}` in the code"
            return Matched(path, recorded, Verdict.UNKNOWN, why)
        tried = [self._with(path, recorded, view, side) for view, side in found]
        return min(tried, key=_fit)

    def _with(self, path: str, recorded: Recorded, view: WorkflowView, side: Side) -> Matched:
        if self._is_too_large(side):
            why = "it calls too many functions"
            return Matched(path, recorded, Verdict.UNKNOWN, why, view, side)
        followed = follow(side, recorded)
        verdict = followed.verdict
        if verdict is Verdict.INCOMPATIBLE and _is_at_end(followed, recorded):
            verdict = Verdict.CLOSED_ONLY
        return Matched(path, recorded, verdict, followed.why, view, side, followed)

    def _is_too_large(self, side: Side) -> bool:
        known = self._too_large.get(id(side))
        if known is None:
            known = len(side.callees()) > limits.TERM_FUNCTIONS
            self._too_large[id(side)] = known
        return known


def _fit(matched: Matched) -> tuple[int, int]:
    order = (Verdict.COMPATIBLE, Verdict.UNKNOWN, Verdict.CLOSED_ONLY, Verdict.INCOMPATIBLE)
    before = matched.followed.before if matched.followed is not None else ()
    return order.index(matched.verdict), -len(before)


def _is_at_end(followed: Followed, recorded: Recorded) -> bool:
    """True if a run was closed by the workflow task that does not fit."""
    last = recorded.tasks[-1].commands if recorded.tasks else []
    closes = any(event.kind in CLOSING for event in last)
    return closes and followed.was in last
