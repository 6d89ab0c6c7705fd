"""Describe the consequence of a call that Python or the SDK refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import NOT_IMPORTED, Scope

if TYPE_CHECKING:
    from wflint.rule import CallView

_FAILS = "the workflow task fails again and again"
_TASK = "the workflow task fails and is retried for ever"
_WORKFLOW = "temporalio.workflow."
_DECORATORS = frozenset(f"{_WORKFLOW}{name}" for name in ("defn", "query", "signal", "update"))


def refused_policy(view: CallView) -> str:
    """Say what happens when a retry policy that is made there is refused where it is used."""
    if view.regions & Scope.WORKFLOW:
        return f"the SDK refuses the policy where it is used, and {_FAILS}"
    if view.at_import:
        return (
            "the SDK refuses the policy where it is used: a client's call raises, and in a "
            f"workflow {_FAILS}"
        )
    return "the SDK refuses the policy, and the call that is given it raises"


def refused(view: CallView, error: str) -> str:
    """Say what happens when a call in a workflow raises an error of Python each time."""
    if view.may_be_kept(f"builtins.{error}"):
        return f"it raises `{error}` each time, and a handler around it keeps that"
    return _TASK


def type_error(view: CallView) -> str:
    """Say what happens when a call there raises a `TypeError`."""
    if view.regions & Scope.WORKFLOW:
        return refused(view, "TypeError")
    if view.at_import:
        return NOT_IMPORTED
    if view.name.startswith(_WORKFLOW) and view.name not in _DECORATORS:
        return _TASK
    return f"it raises `TypeError` when `{view.function.name}` runs"
