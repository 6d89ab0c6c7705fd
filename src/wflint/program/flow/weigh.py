"""Weighs errors by what the value at fault decides."""

from __future__ import annotations

from collections.abc import Iterable

from wflint.diagnostics import Severity
from wflint.faults import blamed_on
from wflint.program.analysis import Answer
from wflint.program.flow.follow import Follow
from wflint.program.flow.project import Project
from wflint.program.verdicts import Hit

_ONLY = (
    "; its value only reaches {places}, where a replay may see another value, "
    "but does not compare it with the history"
)


def weigh(answer: Answer, hits: Iterable[Hit]) -> None:
    """Make warnings of those errors whose value is only seen to reach inputs and logs.

    Replay compares which commands a workflow gives, their types and their ids. A value that decides
    one of these breaks it; one that is only handed over does not. The message says so.
    """
    project = Project(answer)
    for hit in hits:
        with blamed_on(hit.fn.path, hit.rule.code):
            flow = Follow(project)
            if flow.run(hit):
                hit.severity = Severity.WARNING
                hit.message += _ONLY.format(places=_listed(sorted(flow.reached)))


def _listed(places: list[str]) -> str:
    *first, last = places
    return f"{', '.join(first)} and {last}" if first else last
