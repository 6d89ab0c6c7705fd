"""Queries and update validators: what only they run leaves no trace that a replay compares.

The answer to a query is not recorded, and a replay runs neither queries nor validators. So what
comes out differently there breaks nothing, unless the sandbox refuses it: then it raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wflint.checking.program_notes import Whole
from wflint.checking.refusals import is_refused_at
from wflint.diagnostics import Severity
from wflint.rule.base import Scope

if TYPE_CHECKING:
    from wflint.checking.analysis import AnalysisResult
    from wflint.checking.violation import Violation

_FAILS = {
    Scope.QUERY: "the query fails",
    Scope.VALIDATOR: "the update is rejected",
    Scope.READ_HOOK: "the query or update fails",
}


def without_unrecorded(
    answer: AnalysisResult, hits: Iterable[Violation], whole: Whole
) -> Iterator[Violation]:
    """Yield ``hits`` but for those that do no harm because no replay runs them.

    Those that the sandbox refuses say so. Of the ways to the others, those that a replay may take
    are left.
    """
    for hit in hits:
        if not hit.is_about_replay:
            yield hit
        elif not answer.is_unrecorded(hit):
            recorded = answer.recorded.parents
            hit.nodes = [node for node in hit.nodes if node in recorded] or hit.nodes
            yield hit
        elif hit.shown and is_refused_at(answer, hit, whole):
            fault = f"the sandbox refuses `{hit.shown}`, so {what_fails(answer, hit)}"
            hit.message = f"{fault}; go by the state of the workflow instead"
            hit.severity, hit.is_weighed = Severity.ERROR, True
            yield hit


def what_fails(answer: AnalysisResult, hit: Violation) -> str:
    """Return which message fails when code of queries and validators raises an error."""
    parts = {region: answer.reached.within(region).parents for region in _FAILS}
    found = [region for region, part in parts.items() if not part.keys().isdisjoint(hit.nodes)]
    return _FAILS[found[0] if len(found) == 1 else Scope.READ_HOOK]
