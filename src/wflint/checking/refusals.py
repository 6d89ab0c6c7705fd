"""Calls that the sandbox refuses in workflow code, so that they fail before they do harm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.checking.program_notes import Whole
from wflint.facts.model import Flag
from wflint.files.source import UnreadableSource
from wflint.rule.base import Scope
from wflint.sandbox.restrictions import is_refused
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.checking.analysis import AnalysisResult
    from wflint.checking.violation import Violation

_ENVIRONMENT = "os.environ"


def is_refused_at(answer: AnalysisResult, hit: Violation, whole: Whole) -> bool:
    """True if the sandbox surely refuses what was found, whatever becomes of it.

    That is a call in a module that is loaded again for workflows. What is passed through, or runs
    without a sandbox, meets the real thing.
    """
    sandboxes, path = answer.checker.sandboxes, hit.fn.path
    scope = hit.rule.scope
    if not scope & Scope.WORKFLOW or scope & Scope.ELSEWHERE or hit.flags & Flag.UNRESTRICTED:
        return False
    if hit.name != _ENVIRONMENT and (not hit.is_call or not is_refused(hit.name)):
        return False
    if not sandboxes.is_restricting(path):
        return False
    if all(sandboxes.is_shared(path, node.receiver) for node in hit.nodes):
        return False
    return hit.name != _ENVIRONMENT or _is_looked_up(answer, hit, whole)


def _is_looked_up(answer: AnalysisResult, hit: Violation, whole: Whole) -> bool:
    """True for `os.environ["NAME"]`: operators such as `in` are not refused."""
    question = f"looked up {hit.fn.qualname} {hit.site}"
    known = whole.get(hit.fn.path, question, bool)
    if known is None:
        known = _finds_subscript(answer, hit)
        whole.put(hit.fn.path, question, known)
    return known


def _finds_subscript(answer: AnalysisResult, hit: Violation) -> bool:
    try:
        reader = answer.store.reader(hit.fn)
    except UnreadableSource:
        return False
    if reader is None or hit.site >= len(reader.walker.entries):
        return False
    entry = reader.walker.entries[hit.site]
    parent = entry.parent.node if entry.parent is not None else None
    is_read = not entry.state.flags & (Flag.STORED | Flag.DELETED)
    return is_read and isinstance(parent, cst.Subscript) and parent.value is entry.node
