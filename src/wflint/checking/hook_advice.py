"""Advice for interceptors and converters, which cannot hand their work to an activity.

An activity there would be a command in the history of each workflow. A converter waits for nothing,
and what a codec does runs outside of workflows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wflint.callgraph.entry.hooks import is_converter, is_hook
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
    advising = _Advising(answer) if answer.reached.entry_kinds & _HOOKS else None
    for hit in hits:
        advice = advising.advice(hit) if advising and _TO_ACTIVITY in hit.message else ""
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


class _Advising:
    """The entry points of a call graph that are such methods, as bits of its ``entry_bits``."""

    def __init__(self, answer: AnalysisResult) -> None:
        self._graph = answer.reached
        self._hooks = self._converters = 0
        bits, order = self._graph.entry_bits(), answer.checker.resolver.order
        for node, entry in self._graph.entries.items():
            bases = order(entry.receiver)[1] if entry.kind & _HOOKS else ()
            self._hooks |= bits[node] if is_hook(bases) else 0
            self._converters |= bits[node] if is_converter(bases) else 0

    def advice(self, hit: Violation) -> str:
        """Return what can be done in the methods that lead to a place; ``""`` for other methods."""
        found = self._graph.entry_mask(hit.nodes)
        if not found or found & ~self._hooks:
            return ""
        return _IN_INTERCEPTORS if found & ~self._converters else _IN_CONVERTERS
