"""Compares interfaces: names and parameters, with what Workers register."""

from __future__ import annotations

from collections.abc import Iterator

from wflint.comparison.finding import INTERFACE, ChangeKind, Finding, Verdict
from wflint.comparison.matching import Matched
from wflint.comparison.registration import unregistered_activities, unregistered_workflow
from wflint.comparison.side import Side
from wflint.comparison.signatures import Misfit, misfit
from wflint.facts.signatures import Signature
from wflint.rule.definition_views import ActivityView, HandlerView, WorkflowView
from wflint.rule.place import Place
from wflint.temporal.api import CallKind
from wflint.temporal.regions import Region

_RECORDED = (Region.SIGNAL, Region.UPDATE)
"""The kinds of handlers whose messages are in histories."""


def workflow_changes(old: Side, new: Side, workflows: Matched[WorkflowView]) -> Iterator[Finding]:
    """Yield what runs of old workflows do not find any more."""
    for view, successor in workflows.gone:
        yield gone_workflow(view.name, view.shown, view.cls.path, successor)
    for before, after in workflows.pairs:
        yield from parameter_changes(before, after)
        yield from _messages(before, after)
        yield from unregistered_workflow(old, new, before, after)


def gone_workflow(
    name: str, shown: str, path: str, successor: WorkflowView | None = None
) -> Finding:
    """Return what is wrong if no workflow has a name any more that the file at a path had."""
    now = f"; it is called `{successor.name}` now" if successor is not None else ""
    advice = f'`@workflow.defn(name="{name}")` keeps the name' if successor else "keep it"
    message = (
        f"there is no workflow `{name}` any more{now}: no Worker knows the type of its "
        f"running workflows, and they stop; {advice} until none is left"
    )
    place = successor.place if successor is not None else None
    return _finding(Verdict.INCOMPATIBLE, shown, message, place, path)


def _finding(
    verdict: Verdict, workflow: str, message: str, place: Place | None, path: str = ""
) -> Finding:
    return Finding(INTERFACE, verdict, ChangeKind.INTERFACE, workflow, message, place, path)


def parameter_changes(old: WorkflowView, new: WorkflowView) -> Iterator[Finding]:
    """Yield what is wrong with the parameters of the run method of a workflow."""
    if old.run is not None and not old.is_dynamic:
        yield from input_changes(old.run.signature, new)


def input_changes(old: Signature, new: WorkflowView) -> Iterator[Finding]:
    """Yield what is wrong with the parameters of a run method, given those of the old one."""
    if new.run is None or new.is_dynamic:
        return
    found = misfit(old, new.run.signature)
    if found is not None:
        every = "the recorded input of running workflows"
        message = _unfit(f"`{new.run.place.fn.shown}`", found, "recorded input", every)
        yield _finding(found.verdict, new.shown, message, new.run.place)


def _unfit(what: str, found: Misfit, some: str, every: str) -> str:
    """Return the message on what was recorded, of which some or every does not fit."""
    if found.which:
        return (
            f"{what} {found.what}: {some} {found.which} does not fit, and the workflow tasks of "
            f"runs that have it fail{found.aside}"
        )
    return f"{what} {found.what}, and {every} does not fit: their workflow tasks fail"


# Signals and updates.


def _messages(old: WorkflowView, new: WorkflowView) -> Iterator[Finding]:
    for kind in _RECORDED:
        before = [h for h in old.handlers if h.kind is kind and h.name and not h.is_dynamic]
        after, is_open = handlers_of(new, kind)
        for handler in before:
            same = after.get(handler.name)
            if same is not None:
                yield from message_changes(new, handler.signature, same)
            elif not is_open:
                known = {h.name for h in before}
                fresh = [h for name, h in after.items() if name not in known]
                yield _gone_handler(old, new, handler, fresh)


def handlers_of(workflow: WorkflowView, kind: Region) -> tuple[dict[str, HandlerView], bool]:
    """Return the handlers of a kind by their names, and if there may be more."""
    every = [h for h in workflow.handlers if h.kind is kind]
    found = {h.name: h for h in every if not h.is_dynamic}
    return found, "" in found or len(found) < len(every) or not _is_known(workflow)


def _is_known(workflow: WorkflowView) -> bool:
    """True if all bases of a workflow are known, so that no handler hides in one of them."""
    return not set(workflow.external_bases) - _HARMLESS_BASES


_HARMLESS_BASES = frozenset({"abc.ABC", "builtins.object", "typing.Generic", "typing.Protocol"})


def message_changes(workflow: WorkflowView, old: Signature, new: HandlerView) -> Iterator[Finding]:
    """Yield what is wrong with the parameters of a handler, given those of the old one."""
    found = misfit(old, new.signature)
    if found is not None:
        kind = new.kind.label
        every = f"each {kind} that running workflows have received"
        message = _unfit(f"the {kind} `{new.name}`", found, f"a recorded {kind}", every)
        yield _finding(found.verdict, workflow.shown, message, new.place)


def _gone_handler(
    old: WorkflowView, new: WorkflowView, handler: HandlerView, fresh: list[HandlerView]
) -> Finding:
    same = [h for h in fresh if h.method == handler.method]
    successor = same[0] if len(same) == 1 else None
    now = f"; it is called `{successor.name}` now" if successor is not None else ""
    kind, name = handler.kind.label, handler.name
    place = successor.place if successor is not None else new.place
    begin = f"`{new.shown}` has no {kind} `{name}` any more{now}"
    if handler.kind is Region.UPDATE:
        return gone_update(new, name, now, place)
    read = _still_read(old, new, handler)
    if read:
        message = (
            f"{begin}: nothing sets `self.{read}` when a recorded signal is replayed, and running "
            "workflows take another way"
        )
        return _finding(Verdict.INCOMPATIBLE, new.shown, message, place)
    return gone_signal(new, name, now, place)


def gone_update(workflow: WorkflowView, name: str, now: str, place: Place) -> Finding:
    """Return what is wrong if a workflow has no update of a name any more."""
    begin = f"`{workflow.shown}` has no update `{name}` any more{now}"
    message = f"{begin}: histories that have accepted the update fail to replay"
    return _finding(Verdict.INCOMPATIBLE, workflow.shown, message, place)


def gone_signal(workflow: WorkflowView, name: str, now: str, place: Place) -> Finding:
    """Return what is wrong if a workflow has no signal of a name any more."""
    begin = f"`{workflow.shown}` has no signal `{name}` any more{now}"
    message = f"{begin}: signals that running workflows have received, or will, do nothing"
    return _finding(Verdict.DEPENDS, workflow.shown, message, place)


def _still_read(old: WorkflowView, new: WorkflowView, handler: HandlerView) -> str:
    """Return an attribute that a handler set, and that the new workflow reads; or ``""``."""
    method = handler.method
    written = {s.name for s in old.state if any(a.method == method for a in s.writers)}
    for state in new.state:
        reads = any(a.kind is not Region.QUERY for a in state.readers)
        if state.name in written and reads:
            return state.name
    return ""


# Activities.


def activity_changes(old: Side, new: Side, activities: Matched[ActivityView]) -> Iterator[Finding]:
    """Yield what activities that running workflows have scheduled do not find any more."""
    for view, successor in activities.gone:
        if CallKind.ACTIVITY in old.called_activities.get(view, ()):
            yield gone_activity(view.name, view.place.fn.path, successor)
    for before, after in activities.pairs:
        yield from _activity_parameters(old, before, after)
    yield from unregistered_activities(old, new, activities.pairs)


def gone_activity(name: str, path: str, successor: ActivityView | None = None) -> Finding:
    """Return what is wrong if no activity has a name any more that the file at a path had."""
    now = f"; it is called `{successor.name}` now" if successor is not None else ""
    message = (
        f"there is no activity `{name}` any more{now}: what running workflows have scheduled "
        "and is not done, or is retried, finds no function; keep it until none is left"
    )
    place = successor.place if successor is not None else None
    return _finding(Verdict.DEPENDS, "", message, place, path)


def _activity_parameters(old: Side, before: ActivityView, after: ActivityView) -> Iterator[Finding]:
    if before.is_dynamic or after.is_dynamic:
        return
    kinds = old.called_activities.get(before)
    if kinds == {CallKind.LOCAL_ACTIVITY}:  # it is retried where it was called
        return
    yield from activity_input_changes(before.signature, after)


def activity_input_changes(old: Signature, after: ActivityView) -> Iterator[Finding]:
    """Yield what is wrong with the parameters of an activity, given those of the old one."""
    found = misfit(old, after.signature)
    if found is not None:
        which = f" {found.which}" if found.which else ""
        message = (
            f"the activity `{after.name}` {found.what}: what running workflows have scheduled"
            f"{which} and is not done, or is retried, does not fit{found.aside}"
        )
        yield _finding(Verdict.DEPENDS, "", message, after.place)
