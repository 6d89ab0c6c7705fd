"""Compares patches: which of them went, or were deprecated, while runs may still need them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wflint.comparison.finding import PATCH, ChangeKind, Finding, Verdict
from wflint.comparison.side import Side
from wflint.facts.ids import Fn
from wflint.rule.definition_views import WorkflowView
from wflint.rule.place import Place
from wflint.rule.project_view import Patch


class Base(NamedTuple):
    """A workflow in one of the old programs."""

    side: Side
    workflow: WorkflowView


class _Known(NamedTuple):
    """The patches of a workflow by id. ``is_open`` is set if some id is not known."""

    active: dict[str, Patch]
    deprecated: dict[str, Patch]
    is_open: bool

    @classmethod
    def of(cls, side: Side, workflow: WorkflowView) -> _Known:
        patches = side.patches_of(workflow)
        active = {p.id: p for p in patches if p.id and not p.is_deprecated}
        gone = {p.id: p for p in patches if p.id and p.is_deprecated}
        return cls(active, gone, any(not p.id for p in patches))


def patch_changes(
    bases: Sequence[Base], new: Side, workflow: WorkflowView, count: int
) -> Iterator[Finding]:
    """Yield the patches of a workflow that runs of the bases may still need.

    There are ``count`` bases in all; some may not have the workflow.
    """
    now = _Known.of(new, workflow)
    if now.is_open:
        return
    before = [(base, _Known.of(*base)) for base in bases]
    ids = {id for _, known in before for id in (*known.active, *known.deprecated)}
    for id in sorted(ids - now.active.keys()):
        has_marker = next((pair for pair in before if id in pair[1].active), None)
        lacks = next((b for b, k in before if not k.is_open and not _mentions(k, id)), None)
        if id in now.deprecated:
            if has_marker is not None:
                yield from _deprecated(workflow, id, now.deprecated[id].place, lacks, count)
        elif has_marker is not None:
            base, known = has_marker
            yield _removed(new, workflow, id, known.active[id], base)
        elif count == 1:
            (base, known) = next(pair for pair in before if id in pair[1].deprecated)
            yield _maybe_left(new, workflow, id, known.deprecated[id])


def _mentions(known: _Known, id: str) -> bool:
    return id in known.active or id in known.deprecated


def _deprecated(
    workflow: WorkflowView, id: str, place: Place, lacks: Base | None, count: int
) -> Iterator[Finding]:
    if lacks is not None:
        message = (
            f"the patch `{id}` is deprecated, and {lacks.side.label} knows nothing of it: its runs "
            "meet the new path, which gives other commands"
        )
        yield _finding(Verdict.INCOMPATIBLE, workflow, message, place)
    elif count == 1:
        message = (
            f"the patch `{id}` is deprecated: runs from before it fail, if there are any left; "
            "name all releases with running workflows by --from to be sure"
        )
        yield _finding(Verdict.DEPENDS, workflow, message, place)


def _removed(new: Side, workflow: WorkflowView, id: str, patch: Patch, base: Base) -> Finding:
    message = (
        f"the patch `{id}` is gone, and {base.side.label} asks for it: histories with its marker "
        f'fail to replay; `workflow.deprecate_patch("{id}")` accepts them'
    )
    place = _place(new, workflow, patch)
    return _finding(Verdict.INCOMPATIBLE, workflow, message, place)


def _maybe_left(new: Side, workflow: WorkflowView, id: str, patch: Patch) -> Finding:
    message = (
        f"the patch `{id}` is gone: runs from before it was deprecated fail, if there are any "
        "left; name all releases with running workflows by --from to be sure"
    )
    return _finding(Verdict.DEPENDS, workflow, message, _place(new, workflow, patch))


def _place(new: Side, workflow: WorkflowView, patch: Patch) -> Place:
    """Return the function that asked for a patch, if it is still there, or the run method."""
    run = workflow.run.place if workflow.run is not None else workflow.place
    owner, _, method = patch.place.fn.qualname.rpartition(".")
    fn = Fn(run.fn.path, patch.place.fn.qualname)
    is_there = any(h.place.fn == fn for h in (*workflow.runs, *workflow.handlers))
    return Place(fn, run.site) if owner and method and is_there else run


def _finding(verdict: Verdict, workflow: WorkflowView, message: str, place: Place) -> Finding:
    return Finding(PATCH, verdict, ChangeKind.COMMANDS, workflow.shown, message, place)
