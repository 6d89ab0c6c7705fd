"""Catches the SDK's `TimeoutError` where asyncio's is raised.

## What breaks

`workflow.wait_condition(..., timeout=...)`, `asyncio.wait_for()` and `asyncio.timeout()` raise an
`asyncio.TimeoutError` when the time is over. `temporalio.exceptions.TimeoutError` is another class:
it only stands in the `cause` of an `ActivityError` or `ChildWorkflowError`. A handler for that
never runs, and the timeout fails the workflow, or the update whose handler waits.

Up to Python 3.10 `asyncio.TimeoutError` is not the built-in `TimeoutError`, either. Write
`asyncio.TimeoutError`, which is right in all versions. That is reported where the project names
Python 3.10, no file of it takes names that only newer versions have (`datetime.UTC`,
`enum.StrEnum`, `asyncio.TaskGroup`), and no other handler gets the timeout, there or in a caller.

## Bad

```python
from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import TimeoutError


@workflow.defn
class ApprovalWorkflow:
    def __init__(self) -> None:
        self.approved = False

    @workflow.run
    async def run(self) -> str:
        try:
            await workflow.wait_condition(lambda: self.approved, timeout=timedelta(days=1))
        except TimeoutError:
            return "expired"
        return "approved"
```

## Good

```python
import asyncio
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ApprovalWorkflow:
    def __init__(self) -> None:
        self.approved = False

    @workflow.run
    async def run(self) -> str:
        try:
            await workflow.wait_condition(lambda: self.approved, timeout=timedelta(days=1))
        except asyncio.TimeoutError:
            return "expired"
        return "approved"
```

## Fix safety

The handler has never run, and where nothing else gets the timeout it has failed the workflow: no
history that is still open has it. So the fix is safe in a run method whose `try` stands in no other
one, and unsafe elsewhere, where somebody may have caught the timeout and gone on.

## What the SDK does

The workflow fails with a `TimeoutError` that says nothing about what it has waited for.

## References

* https://python.temporal.io/temporalio.workflow.html#wait_condition
* https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.TimeoutError
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, Effect, Fixable, Report, Rule, Scope, Severity

from ._handlers import catch_instead, place

if TYPE_CHECKING:
    from wflint.rule import FixView, Handler, Repair, TryView

_TIMED_OUT = "asyncio.TimeoutError"
_SDK_TIMED_OUT = "temporalio.exceptions.TimeoutError"
_BUILTIN = "builtins.TimeoutError"
_IN_PYTHON_3_10 = (_TIMED_OUT, "builtins.Exception", "builtins.BaseException")
"""The class of the timeout there, and what it derives from."""
_OTHERS = Scope.WORKFLOW & ~Scope.UPDATE
_SAFE = Api(_TIMED_OUT, Fixable.SAFE)
_UNSAFE = Api(_TIMED_OUT, Fixable.UNSAFE)


class WrongTimeoutClass(Rule):
    code = "WFL709"
    name = "wrong-timeout-class"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    fix = Fixable.SAFE
    since = "0.1"

    def check_try(self, at: TryView) -> Iterable[Report]:
        """The handler of another `TimeoutError`, where nothing else gets the timeout."""
        found = at.effect(Effect.TIMES_OUT)
        if found is None:
            return
        for handler in at.statement.handlers:
            why = _mistaken(at, handler)
            if not why:
                continue
            is_alone = at.is_entry and not at.is_protected
            yield Report(
                f"`{at.shown(handler)}` {why} and never gets the timeout of "
                f"{place(found)}{_outcome(at)}; catch `{_TIMED_OUT}`",
                site=handler.site,
                api=_api(is_alone) if len(at.caught(handler)) == 1 else None,
            )

    def repair(self, at: FixView) -> Repair | None:
        """The right class."""
        edits = catch_instead(at, _TIMED_OUT)
        if edits is None or at.api is None:
            return None
        return at.repair(at.api.fix, f"Catch `{_TIMED_OUT}`", *edits)


def _api(is_alone: bool) -> Api:
    return _SAFE if is_alone else _UNSAFE


def _mistaken(at: TryView, handler: Handler) -> str:
    """Say how a handler does not get the timeout, which no other of the statement does; or not."""
    caught = at.caught(handler)
    if _SDK_TIMED_OUT in caught:
        if at.catching(_TIMED_OUT) is not None or at.may_raise(_SDK_TIMED_OUT):
            return ""
        return f"is for `{_SDK_TIMED_OUT}`"
    if _BUILTIN not in caught or at.settings.named_python >= (3, 11):
        return ""
    if at.catching(_TIMED_OUT) is not handler or at.may_be_caught(_IN_PYTHON_3_10):
        return ""
    if at.needs_python_3_11 or not {"", *_IN_PYTHON_3_10}.isdisjoint(caught):
        return ""
    if len(caught) > 1:
        return "is for other classes up to Python 3.10, which the project supports,"
    return "is another class up to Python 3.10, which the project supports,"


def _outcome(at: TryView) -> str:
    """Return what the timeout leads to, where nobody else may get it; in other tasks, nothing."""
    if at.may_be_caught(_IN_PYTHON_3_10, around=True):
        return ""
    if at.runs_in(Scope.UPDATE):
        return "" if at.runs_in(_OTHERS) else ", which fails the update"
    return ", which fails the workflow" if at.is_cancelled else ""
