"""Lowers the severity of errors by what the value at fault decides."""

from __future__ import annotations

from collections.abc import Iterable

from wflint.checking.analysis import AnalysisResult
from wflint.checking.program_notes import Whole
from wflint.checking.refusals import is_refused_at
from wflint.checking.unrecorded import what_fails
from wflint.checking.violation import Violation
from wflint.diagnostics import Severity
from wflint.temporal.errors import REFUSED, classes_of

_LOG = "the log"
_LOGGED = "; the value is only logged, so replay is not broken"
_REFUSED = "; the sandbox refuses it: {effect}"
_TASK_FAILS = "the workflow task fails and is retried for ever"
_UNLESS_CAUGHT = f"it raises an error, and unless that is caught, {_TASK_FAILS}"
_ONLY = "; the value only reaches {places}, so replay is not broken, but may see another value"


def lower_harmless(answer: AnalysisResult, hits: Iterable[Violation], whole: Whole) -> None:
    """Make warnings of those errors whose value is only seen to reach inputs and logs.

    Replay compares which commands a workflow gives, their types and their ids. A value that decides
    one of these breaks it; one that is only handed over does not. The message says so. Nothing is
    handed over where the sandbox refuses to make the value.
    """
    places: list[tuple[Violation, list[str]]] = []
    unknown: list[tuple[Violation, str]] = []
    for hit in hits:
        question = f"weighed {hit.rule.code} {hit.name} {hit.fn.qualname} {hit.site}"
        known = whole.get(hit.fn.path, question, list[str])
        if known is not None:
            places.append((hit, known))
        else:
            unknown.append((hit, question))
    if unknown:
        from wflint.severity.follow import harmless_places

        found = harmless_places(answer, [hit for hit, _ in unknown])
        for (hit, question), reached in zip(unknown, found, strict=True):
            whole.put(hit.fn.path, question, reached)
            places.append((hit, reached))
    for hit, reached in places:
        if reached and is_refused_at(answer, hit, whole):
            hit.message += _refused(answer, hit)
        elif reached:
            hit.severity = Severity.WARNING
            hit.message += _effect(reached)


def raise_refused(answer: AnalysisResult, hits: Iterable[Violation], whole: Whole) -> None:
    """Make errors of those warnings that stand where the sandbox refuses what they are about."""
    for hit in hits:
        if is_refused_at(answer, hit, whole):
            hit.severity = Severity.ERROR
            hit.message += _refused(answer, hit)


def _refused(answer: AnalysisResult, hit: Violation) -> str:
    if answer.is_unrecorded(hit):
        return _REFUSED.format(effect=what_fails(answer, hit))
    effect = _TASK_FAILS if _gets_out(answer, hit) else _UNLESS_CAUGHT
    return _REFUSED.format(effect=effect)


def _gets_out(answer: AnalysisResult, hit: Violation) -> bool:
    """True if the error that the sandbox raises at a place surely ends a workflow task."""
    escapes, classes = answer.checker.escapes, classes_of(REFUSED)
    return any(escapes.fails_task(node, hit.site, classes) for node in hit.nodes)


def _effect(places: list[str]) -> str:
    return _LOGGED if places == [_LOG] else _ONLY.format(places=_listed(places))


def _listed(places: list[str]) -> str:
    *first, last = places
    return f"{', '.join(first)} and {last}" if first else last
