"""Compares two versions of a program, or a new one with several that runs are left from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from wflint.comparison.commands import command_changes, finding_of, message_of
from wflint.comparison.committed_changes import Committed, compare_committed
from wflint.comparison.exempt import Exempt, goes_on_in_new_code
from wflint.comparison.finding import Finding, Verdict, written
from wflint.comparison.interfaces import activity_changes, parameter_changes, workflow_changes
from wflint.comparison.matching import Matched, match
from wflint.comparison.patches import Base, known_patches, patch_changes
from wflint.comparison.payloads import (
    activity_payloads,
    child_results,
    input_payloads,
    workflow_payloads,
)
from wflint.comparison.result import Changed, Comparison
from wflint.comparison.side import Side
from wflint.diagnostics import ShownHop
from wflint.replay.change import Change
from wflint.rule.definition_views import WorkflowView
from wflint.rule.fix import Answered

FixOf = Callable[[Side, WorkflowView, Change], Answered]
"""Finds the fix of what a change does to runs of an old side."""


def compare(
    olds: Sequence[Side],
    new: Side,
    exempt: Exempt,
    fix_of: FixOf,
    committed: Sequence[Committed] = (),
) -> Comparison:
    """Compare each of the old sides, and of the baselines, with the new one."""
    result = Comparison()
    bases: dict[WorkflowView, list[Base]] = {}
    for old in olds:
        workflows = match(old, new, old.workflows, new.workflows)
        left = _without_exempt(old, workflows, exempt, result)
        if not old.is_same(new):
            result.findings += _changes(old, new, left, workflows.pairs)
            _add_commands(result, old, new, left.pairs, fix_of)
        for before, after in left.pairs:
            bases.setdefault(after, []).append(Base(old.label, known_patches(old, before)))
            result.workflows.add(after.shown)
        _note_not_matched(result, old, new, left.unsure)
    for base in committed:
        for view, known_by in compare_committed(base, new, result, exempt).items():
            bases.setdefault(view, []).append(known_by)
    for view, known in bases.items():
        result.findings += patch_changes(known, new, view, len(olds) + len(committed))
        for patch in new.patches_of(view):
            if not patch.id:
                result.leave_out(view, "the id of a patch is not known", patch.place)
    result.findings = list(_once(result.findings))
    return result


def _note_not_matched(
    result: Comparison, old: Side, new: Side, unsure: Sequence[WorkflowView]
) -> None:
    """Note the workflows that were not compared because they were not found."""
    ambiguous = "its name cannot be told, or is not the only one"
    why = "a file of the new code cannot be read" if new.unreadable else ambiguous
    for view in unsure:
        result.leave_out(view, why, None)
    known = {view.name for view in old.workflows}
    for view in new.workflows if old.unreadable else ():
        if view.name not in known and new.dotted(view.cls.path, "") in old.unreadable:
            result.leave_out(view, "its old code cannot be read", view.place)


def _without_exempt(
    old: Side, workflows: Matched[WorkflowView], exempt: Exempt, result: Comparison
) -> Matched[WorkflowView]:
    def is_left(view: WorkflowView) -> bool:
        reason = exempt(old, view)
        if reason:
            result.exempt[view.shown] = reason
        return not reason

    return Matched(
        [pair for pair in workflows.pairs if is_left(pair[0])],
        [pair for pair in workflows.gone if is_left(pair[0])],
        [view for view in workflows.unsure if is_left(view)],
    )


def _add_commands(
    result: Comparison,
    old: Side,
    new: Side,
    pairs: Sequence[tuple[WorkflowView, WorkflowView]],
    fix_of: FixOf,
) -> None:
    before = {after.cls: view for view, after in pairs}
    for view, change in command_changes(old, new, pairs):
        why = message_of(view, change) if change.verdict is not Verdict.UNKNOWN else change.why
        result.changed.append(Changed(old, before[view.cls], view, change, why))
        if change.verdict is Verdict.UNKNOWN:
            chain = change.now.chain if change.now is not None else ()
            run = view.run.place if view.run is not None else view.place
            result.leave_out(view, change.why, change.place or run, chain)
        else:
            finding = finding_of(view, change, fix_of(old, view, change))
            hops = tuple(_hops(old, change))
            version = old.label if hops else ""
            result.findings.append(replace(finding, old_chain=hops, old_version=version))


def _hops(old: Side, change: Change) -> Iterator[ShownHop]:
    """Yield the calls of the old code that led to the command of the history."""
    for fn, site in map(written, change.was.chain if change.was is not None else ()):
        examined = old.of(fn.path)
        if examined is not None:
            emitter = examined.emitter
            yield ShownHop(fn.shown, emitter.shown(fn.path), emitter.location(fn, site))


def _changes(
    old: Side,
    new: Side,
    workflows: Matched[WorkflowView],
    every: Sequence[tuple[WorkflowView, WorkflowView]],
) -> Iterator[Finding]:
    """Yield what is wrong with interfaces and payloads; ``every`` has the exempt pairs as well."""
    activities = match(old, new, old.activities, new.activities)
    yield from workflow_changes(old, new, workflows)
    yield from activity_changes(old, new, activities)
    for before, after in workflows.pairs:
        yield from workflow_payloads(before, after)
    compared = {before for before, _ in workflows.pairs}
    for before, after in every:
        if before not in compared and goes_on_in_new_code(old, before):
            yield from parameter_changes(before, after)
            yield from input_payloads(before, after)
    yield from child_results(old, new, every)
    yield from activity_payloads(old, new, activities.pairs)


def _once(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Leave out what several bases say alike, the surest word first."""
    order = list(Verdict)
    by_verdict = sorted(findings, key=lambda finding: order.index(finding.verdict))
    seen: set[tuple[object, ...]] = set()
    for finding in by_verdict:
        key = (finding.code, finding.message, finding.place, finding.path)
        if key not in seen:
            seen.add(key)
            yield finding
