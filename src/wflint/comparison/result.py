"""What a comparison of two versions says."""

from __future__ import annotations

from msgspec import Struct, field

from wflint.comparison.finding import COMMANDS, ChangeKind, Finding, Verdict
from wflint.comparison.side import Side
from wflint.replay.change import Change
from wflint.rule.definition_views import WorkflowView
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
