"""Compares two versions of a program, or a new one with several that runs are left from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct, field

from wflint.comparison.commands import command_changes, finding_of, message_of
from wflint.comparison.finding import COMMANDS, ChangeKind, Finding, Verdict
from wflint.comparison.interfaces import activity_changes, workflow_changes
from wflint.comparison.matching import Matched, match
from wflint.comparison.patches import Base, patch_changes
from wflint.comparison.payloads import activity_payloads, child_results, workflow_payloads
from wflint.comparison.side import Side
from wflint.replay.change import Change
from wflint.rule.definition_views import WorkflowView
from wflint.rule.fix import Answered
from wflint.rule.place import Place


class Changed(Struct):
    """A workflow that does not give the commands that it gave, in an old version and the new one.

    ``why`` says what runs do not survive.
    """

    old: Side
    before: WorkflowView
    after: WorkflowView
    change: Change
    why: str


class Comparison(Struct):
    """What was compared, and what was found.

    ``workflows`` are the names of those that both programs have. ``partly`` has the reason for each
    that was not compared in full, and ``gaps`` the same as findings. ``exempt`` has the reason for
    each that need not be compared. ``changed`` are those that give other commands.
    """

    findings: list[Finding] = field(default_factory=list)
    workflows: set[str] = field(default_factory=set)
    partly: dict[str, str] = field(default_factory=dict)
    gaps: list[Finding] = field(default_factory=list)
    exempt: dict[str, str] = field(default_factory=dict)
    changed: list[Changed] = field(default_factory=list)

    def leave_out(
        self, view: WorkflowView, why: str, place: Place | None, chain: tuple[Place, ...] = ()
    ) -> None:
        """Note why a workflow was not compared in full, and where that is in the new program."""
        if view.shown in self.partly:
            return
        self.partly[view.shown] = why
        message = f"`{view.shown}` was not compared in full: {why}"
        verdict, kind, path = Verdict.UNKNOWN, ChangeKind.COMMANDS, view.cls.path
        self.gaps.append(
            Finding(COMMANDS, verdict, kind, view.shown, message, place, path, chain=chain)
        )


ExemptBecause = Callable[[Side, WorkflowView], str]
"""Says why runs of an old workflow never meet new code; ``""`` if they may."""


FixOf = Callable[[Side, WorkflowView, Change], Answered]
"""Finds the fix of what a change does to runs of an old side."""


def compare(olds: Sequence[Side], new: Side, exempt: ExemptBecause, fix_of: FixOf) -> Comparison:
    """Compare each of the old sides with the new one."""
    result = Comparison()
    bases: dict[WorkflowView, list[Base]] = {}
    for old in olds:
        workflows = match(old, new, old.workflows, new.workflows)
        left = _without_exempt(old, workflows, exempt, result)
        result.findings += _changes(old, new, left)
        _add_commands(result, old, new, left.pairs, fix_of)
        for before, after in left.pairs:
            bases.setdefault(after, []).append(Base(old, before))
            result.workflows.add(after.shown)
        _note_not_matched(result, old, new, left.unsure)
    for view, known in bases.items():
        result.findings += patch_changes(known, new, view, len(olds))
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
    old: Side, workflows: Matched[WorkflowView], exempt: ExemptBecause, result: Comparison
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
            result.findings.append(finding_of(view, change, fix_of(old, view, change)))


def _changes(old: Side, new: Side, workflows: Matched[WorkflowView]) -> Iterator[Finding]:
    activities = match(old, new, old.activities, new.activities)
    yield from workflow_changes(old, new, workflows)
    yield from activity_changes(old, new, activities)
    for before, after in workflows.pairs:
        yield from workflow_payloads(before, after)
    yield from child_results(old, new, workflows.pairs)
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
