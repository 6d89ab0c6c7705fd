"""Finds workflows that draw from the random generator that the SDK keeps for each of them.

Numbers and ids come from it in the order in which they are asked for. A repair that draws as well
gives all that comes after it other values than the history of a running workflow has.
"""

from __future__ import annotations

from collections.abc import Iterable

from wflint.callgraph.graph import Node
from wflint.checking.analysis import AnalysisResult
from wflint.facts.ids import Cls, Fn
from wflint.temporal.api import CallKind, names_of, names_that
from wflint.temporal.effects import Effect

_DRAWS_WITHOUT_ID = names_of(CallKind.CHILD_WORKFLOW)
_DRAWS = names_that(Effect.DRAWS) - _DRAWS_WITHOUT_ID


class Draws:
    """Answers for one analysed project."""

    def __init__(self, answer: AnalysisResult) -> None:
        self.answer = answer
        drawing = {
            fn
            for fn, outcomes in answer.reached.outcomes.items()
            if any(self._draws(fn, site, name) for site, name in outcomes.items())
        }
        self._workflows = self._run_by(node for node in answer.reached.order if node.fn in drawing)

    def in_workflows_of(self, nodes: Iterable[Node]) -> bool:
        """True if a workflow that runs one of ``nodes`` draws, there or elsewhere."""
        return not self._workflows.isdisjoint(self._run_by(nodes))

    def _run_by(self, nodes: Iterable[Node]) -> frozenset[Cls]:
        """The workflow classes that run one of ``nodes``."""
        reached = self.answer.reached
        return frozenset(reached.entries[e].receiver for e in reached.entry_points(nodes))

    def _draws(self, fn: Fn, site: int, name: str) -> bool:
        if name not in _DRAWS_WITHOUT_ID:
            return name in _DRAWS
        calls = self.answer.store.body(fn).calls
        args = [arg for call in calls if call.site == site for arg in call.args]
        return not any(arg.keyword == "id" for arg in args)
