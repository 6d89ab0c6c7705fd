"""Compares patches: which of them went, or were deprecated, while runs may still need them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from wflint.comparison.finding import PATCH, ChangeKind, Finding, Verdict
from wflint.comparison.side import Side
from wflint.facts.ids import Fn
from wflint.rule.definition_views import WorkflowView
from wflint.rule.place import Place


class Known(NamedTuple):
    """The patches of a workflow by id, with where they are asked for, if that is known.

    ``is_open`` is set if some id is not known.
    """

    active: Mapping[str, Place | None]
    deprecated: Mapping[str, Place | None]
    is_open: bool


class Base(NamedTuple):
    """A workflow in an old version, which people know by its ``label``."""

    label: str
    known: Known


def known_patches(side: Side, workflow: WorkflowView) -> Known:
    """Return the patches of a workflow of a program."""
    patches = side.patches_of(workflow)
    active = {p.id: p.place for p in patches if p.id and not p.is_deprecated}
    gone = {p.id: p.place for p in patches if p.id and p.is_deprecated}
    return Known(active, gone, any(not p.id for p in patches))


def patch_changes(
    bases: Sequence[Base], new: Side, workflow: WorkflowView, count: int
) -> Iterator[Finding]:
    """Yield the patches of a workflow that runs of the bases may still need.

    There are ``count`` bases in all; some may not have the workflow.
    """
    now = known_patches(new, workflow)
    if now.is_open:
        return
    before = [base.known for base in bases]
    ids = {id for known in before for id in (*known.active, *known.deprecated)}
    for id in sorted(ids - now.active.keys()):
        has_marker = next((base for base in bases if id in base.known.active), None)
        lacks = next((base for base in bases if _lacks(base.known, id)), None)
        if id in now.deprecated:
            if has_marker is not None:
                place = now.deprecated[id] or workflow.place
                yield from _deprecated(workflow, id, place, lacks, count)
        elif has_marker is not None:
            yield _removed(workflow, id, has_marker)
        elif count == 1:
            known = next(known for known in before if id in known.deprecated)
            yield _maybe_left(workflow, id, known.deprecated[id])


def _lacks(known: Known, id: str) -> bool:
    return not known.is_open and id not in known.active and id not in known.deprecated


def _deprecated(
    workflow: WorkflowView, id: str, place: Place, lacks: Base | None, count: int
) -> Iterator[Finding]:
    if lacks is not None:
        message = (
            f"the patch `{id}` is deprecated, and {lacks.label} knows nothing of it: its runs "
            "meet the new path, which gives other commands"
        )
        yield _finding(Verdict.INCOMPATIBLE, workflow, message, place)
    elif count == 1:
        message = (
            f"the patch `{id}` is deprecated: runs from before it fail, if there are any left; "
            "name all releases with running workflows by --from to be sure"
        )
        yield _finding(Verdict.DEPENDS, workflow, message, place)


def _removed(workflow: WorkflowView, id: str, base: Base) -> Finding:
    message = (
        f"the patch `{id}` is gone, and {base.label} asks for it: histories with its marker "
        f'fail to replay; `workflow.deprecate_patch("{id}")` accepts them'
    )
    place = _place(workflow, base.known.active[id])
    return _finding(Verdict.INCOMPATIBLE, workflow, message, place)


def _maybe_left(workflow: WorkflowView, id: str, asked: Place | None) -> Finding:
    message = (
        f"the patch `{id}` is gone: runs from before it was deprecated fail, if there are any "
        "left; name all releases with running workflows by --from to be sure"
    )
    return _finding(Verdict.DEPENDS, workflow, message, _place(workflow, asked))


def _place(workflow: WorkflowView, asked: Place | None) -> Place:
    """Return the function that asked for a patch, if it is still there, or the run method."""
    run = workflow.run.place if workflow.run is not None else workflow.place
    if asked is None:
        return run
    owner, _, method = asked.fn.qualname.rpartition(".")
    fn = Fn(run.fn.path, asked.fn.qualname)
    is_there = any(h.place.fn == fn for h in (*workflow.runs, *workflow.handlers))
    return Place(fn, run.site) if owner and method and is_there else run


def _finding(verdict: Verdict, workflow: WorkflowView, message: str, place: Place) -> Finding:
    return Finding(PATCH, verdict, ChangeKind.COMMANDS, workflow.shown, message, place)
