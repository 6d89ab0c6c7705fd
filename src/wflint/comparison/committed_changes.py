"""Compares the workflows of a committed baseline with a program."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from wflint.comparison.commands import finding_of
from wflint.comparison.committed import Baseline, Workflow, read_function, signature_of
from wflint.comparison.committing import Read
from wflint.comparison.exempt import SHORT_LIVED, Exempt
from wflint.comparison.finding import Finding, Verdict
from wflint.comparison.interfaces import (
    activity_input_changes,
    gone_activity,
    gone_signal,
    gone_update,
    gone_workflow,
    handlers_of,
    input_changes,
    message_changes,
)
from wflint.comparison.patches import Base, Known
from wflint.comparison.result import Comparison
from wflint.comparison.side import Side
from wflint.config.errors import ConfigError
from wflint.faults import reason
from wflint.replay import sides
from wflint.replay.change import Change
from wflint.replay.compare import compare_sides
from wflint.replay.program import Functions
from wflint.replay.terms import Patch, Text, all_terms
from wflint.rule.definition_views import ActivityView, WorkflowView
from wflint.rule.fix import Answered
from wflint.temporal.regions import Region

_NO_FIX = Answered(None, "a baseline does not have the old code")


class Committed(Struct, frozen=True):
    """A baseline that was read, with its absolute path and as the user names it."""

    path: str
    shown: str
    baseline: Baseline


def compare_committed(
    base: Committed, new: Side, result: Comparison, exempt: Exempt
) -> dict[WorkflowView, Base]:
    """Add what running workflows of a baseline do not survive. Return the patches they know."""
    found: dict[WorkflowView, Base] = {}
    by_name: dict[str, list[WorkflowView]] = {}
    for view in new.workflows:
        by_name.setdefault(view.name, []).append(view)
    takes_all = any(view.is_dynamic for view in new.workflows)
    for name, workflow in sorted(base.baseline.workflows.items()):
        same = by_name.get(name, [])
        if exempt.is_short_lived(name):
            result.exempt[name] = SHORT_LIVED
            continue
        if len(same) == 1:
            found[same[0]] = _compare(base, name, workflow, new, same[0], result)
            result.workflows.add(same[0].shown)
        elif same or "" in by_name or new.unreadable:
            result.partly[name] = "its name cannot be told, or is not the only one"
        elif not takes_all:
            result.findings.append(gone_workflow(name, name, base.path))
    result.findings += _activities(base, new)
    return found


def _compare(
    base: Committed,
    name: str,
    workflow: Workflow,
    new: Side,
    view: WorkflowView,
    result: Comparison,
) -> Base:
    read = Read(name, workflow, view, base.shown)
    result.findings += _interfaces(read, workflow, view)
    change = _change(base, name, read, new, view)
    if change is not None and change.verdict is Verdict.UNKNOWN:
        result.leave_out(view, change.why, change.place or view.place)
    elif change is not None:
        result.findings.append(finding_of(view, change, _NO_FIX))
    return Base(base.shown, _patches(read))


def _change(base: Committed, name: str, read: Read, new: Side, view: WorkflowView) -> Change | None:
    examined = new.of(view.cls.path)
    side = sides.side_of(Functions(examined.answer), view) if examined is not None else None
    if side is None:
        return None
    try:
        return compare_sides(read.side, side)
    except Exception as error:  # terms that no program has may do what none does
        where = f"{base.shown}: workflow {name}"
        raise ConfigError(
            f"{where}: its commands cannot be followed ({reason(error)}); "
            "write them again by --update-baseline"
        ) from error


def _interfaces(read: Read, workflow: Workflow, view: WorkflowView) -> Iterator[Finding]:
    yield from input_changes(signature_of(read.args[workflow.run], is_method=True), view)
    for kind, known in ((Region.SIGNAL, workflow.signals), (Region.UPDATE, workflow.updates)):
        after, is_open = handlers_of(view, kind)
        for name, label in sorted(known.items()):
            handler = after.get(name)
            if handler is not None:
                old = signature_of(read.args[label], is_method=True)
                yield from message_changes(view, old, handler)
            elif not is_open and name != "any":
                gone = gone_signal if kind is Region.SIGNAL else gone_update
                yield gone(view, name, "", view.place)


def _patches(read: Read) -> Known:
    functions = read.side.functions
    asked = [
        term
        for callee in read.side.callees()
        for term in all_terms(functions.term(callee.node))
        if isinstance(term, Patch)
    ]
    ids = [(p.name.text, p.deprecated) for p in asked if isinstance(p.name, Text)]
    active = {id: None for id, deprecated in ids if not deprecated}
    deprecated = {id: None for id, deprecated in ids if deprecated}
    return Known(active, deprecated, len(ids) < len(asked))


def _activities(base: Committed, new: Side) -> Iterator[Finding]:
    by_name: dict[str, list[ActivityView]] = {}
    for view in new.activities:
        by_name.setdefault(view.name, []).append(view)
    is_open = "" in by_name or any(v.is_dynamic for v in new.activities) or new.unreadable
    for name, given in sorted(base.baseline.activities.items()):
        same = by_name.get(name, [])
        if not same and not is_open:
            yield gone_activity(name, base.path)
        elif len(same) == 1 and not same[0].is_dynamic:
            code = f"def _({given}):\n    pass\n"
            definition = read_function(code, f"{base.shown}: activity {name}")
            old = signature_of(definition.args, is_method=False)
            yield from activity_input_changes(old, same[0])
