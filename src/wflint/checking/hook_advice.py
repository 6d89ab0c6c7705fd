"""What to do instead in interceptors and converters, which cannot leave their work to an activity.

An activity there would be a command in the history of each workflow. A converter waits for nothing,
and what a codec does runs outside of workflows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wflint.callgraph.entry.hooks import CODE_IN_WORKFLOWS, CONVERTERS
from wflint.temporal.regions import Region

if TYPE_CHECKING:
    from wflint.checking.analysis import AnalysisResult
    from wflint.checking.violation import Violation

_TO_ACTIVITY = "move it to an activity"
_HOOKS = Region.HOOK | Region.READ_HOOK
_IN_INTERCEPTORS = (
    "in an interceptor, do it only if not `workflow.unsafe.is_replaying()`, under "
    "`workflow.unsafe.sandbox_unrestricted()`, and without waiting for it"
)
_IN_CONVERTERS = "leave it to a `PayloadCodec`, which runs outside of workflows"


def with_possible_advice(answer: AnalysisResult, hits: Iterable[Violation]) -> Iterator[Violation]:
    """Yield ``hits``, with advice that can be followed where only such a method leads to one."""
    is_asked = bool(answer.reached.entry_kinds & _HOOKS)
    for hit in hits:
        advice = _advice(answer, hit) if is_asked and _TO_ACTIVITY in hit.message else ""
        if advice:
            hit.message = _advised(hit.message, advice)
            for site, (message, name, api) in hit.others.items():
                hit.others[site] = _advised(message, advice), name, api
        yield hit


def _advised(message: str, advice: str) -> str:
    """Return a message with other advice, or only with the rest of its own if there is more."""
    for alternative in (f"{_TO_ACTIVITY}, or ", f", or {_TO_ACTIVITY}"):
        if alternative in message:
            return message.replace(alternative, "")
    return message.replace(_TO_ACTIVITY, advice)


def _advice(answer: AnalysisResult, hit: Violation) -> str:
    """Return what can be done in the methods that lead to a place; ``""`` for other methods."""
    graph, order = answer.reached, answer.checker.resolver.order
    entries = [graph.entries[node] for node in graph.entry_points(hit.nodes)]
    if not entries or not all(entry.kind & _HOOKS for entry in entries):
        return ""
    bases = [CODE_IN_WORKFLOWS.keys() & set(order(entry.receiver)[1]) for entry in entries]
    if not all(bases):
        return ""
    is_converter = all(found <= CONVERTERS for found in bases)
    return _IN_CONVERTERS if is_converter else _IN_INTERCEPTORS
