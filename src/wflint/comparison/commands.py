"""Compares commands: which histories of the old code do not replay with the new code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from wflint.comparison.finding import COMMANDS, Finding, Verdict
from wflint.comparison.side import Side
from wflint.replay.change import Change, Program
from wflint.replay.compare import compare_pairs
from wflint.rule.definition_views import WorkflowView
from wflint.rule.fix import Answered

_SHOWN = 4
"""How many commands of a history a message has at most."""

Pair = tuple[WorkflowView, WorkflowView]


def command_changes(
    old: Side, new: Side, pairs: Sequence[Pair]
) -> Iterator[tuple[WorkflowView, Change]]:
    """Yield what became of workflows that do not do the same as before."""
    by_project = sorted(pairs, key=lambda pair: _key(old, new, pair))
    for _, some in groupby(by_project, key=lambda pair: _key(old, new, pair)):
        group = list(some)
        sides = old.of(group[0][0].cls.path), new.of(group[0][1].cls.path)
        if sides[0] is None or sides[1] is None:
            continue
        programs = Program(sides[0].answer), Program(sides[1].answer)
        views = {(view.cls.qualname, view.name): view for _, view in group}
        for change in compare_pairs(*programs, group):
            yield views[change.workflow, change.type_name], change


def _key(old: Side, new: Side, pair: Pair) -> tuple[str, str]:
    projects = old.of(pair[0].cls.path), new.of(pair[1].cls.path)
    first, second = (str(one.group.project.root) if one is not None else "" for one in projects)
    return first, second


def finding_of(view: WorkflowView, change: Change, answer: Answered) -> Finding:
    """Return the finding that a change is, with its fix."""
    run = view.run.place if view.run is not None else view.place
    now = change.now
    chain = now.chain if now is not None else ()
    return Finding(
        COMMANDS,
        change.verdict,
        change.kind,
        view.shown,
        message_of(view, change),
        change.place or run,
        history=tuple(step.text for step in change.history),
        chain=chain,
        answer=answer,
    )


def message_of(view: WorkflowView, change: Change) -> str:
    """Return what a change does to runs that have begun."""
    if change.was is None and change.now is None:
        return f"`{view.shown}`: {change.why}"
    was = change.was.text if change.was is not None else "nothing"
    now = change.now.text if change.now is not None else "nothing"
    after = f"after {listed([step.text for step in change.history])}, " if change.history else ""
    what = f"histories have {was}, and the new code gives {now}" if was != now else change.why
    begin = f"{_harm(view, change)}: {after}{what}"
    if change.assumed:
        begin += f", if {' and '.join(change.assumed)}"
    if change.verdict is Verdict.CLOSED_ONLY:
        return begin
    return f"{begin}; put the change behind `workflow.patched()`"


def _harm(view: WorkflowView, change: Change) -> str:
    if change.verdict is Verdict.CLOSED_ONLY:
        return f"closed runs of `{view.shown}` cannot be queried or reset"
    verb = "will" if change.verdict is Verdict.INCOMPATIBLE else "may"
    return f"running workflows of `{view.shown}` {verb} fail to replay"


def listed(commands: Sequence[str]) -> str:
    """Return the last of some commands, one after the other."""
    dots = ["..."] if len(commands) > _SHOWN else []
    return " → ".join([*dots, *commands[-_SHOWN:]])
