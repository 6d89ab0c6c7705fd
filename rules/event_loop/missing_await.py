"""Calls a coroutine function without `await` in workflow code.

## What breaks

Calling a coroutine function only makes a coroutine. Without `await` its body never runs: the
activity is not scheduled, the timer is not started, the signal is not sent, and the workflow
continues as if nothing were wrong.

A plain function of the project that returns such a coroutine is the same to its caller, and so is a
method behind a decorator whose wrapper is an `async def`.

`asyncio.gather()` is the exception. It starts its tasks by itself, but nobody waits for them: what
they raise is lost, and when the workflow returns before they are done, so is their work.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def send_mail(address: str) -> None: ...


@workflow.defn
class WelcomeWorkflow:
    @workflow.run
    async def run(self) -> str:
        workflow.execute_activity(
            send_mail, "ada@example.com", start_to_close_timeout=timedelta(seconds=30)
        )
        return "welcome"
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def send_mail(address: str) -> None: ...


@workflow.defn
class WelcomeWorkflow:
    @workflow.run
    async def run(self) -> str:
        await workflow.execute_activity(
            send_mail, "ada@example.com", start_to_close_timeout=timedelta(seconds=30)
        )
        return "welcome"
```

## Fix safety

The fix writes `await` before the call. The workflow then issues a command that it did not issue
before, and workflows that are already running do not have it in their history: the fix is unsafe.
There is none in a plain function, where `await` is not allowed, nor where it is not certain which
function is called. It is withheld where query handlers, activities or clients run the code as well.

## What the SDK does

The sandbox catches nothing. Python prints `RuntimeWarning: coroutine ... was never awaited` when
the coroutine is garbage-collected, and for `asyncio.gather()` not even that.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://docs.python.org/3/library/asyncio-task.html#coroutines
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import (
    COROUTINE,
    Decorator,
    Fixable,
    Gives,
    Kind,
    Report,
    Rule,
    Scope,
    Severity,
    names_giving,
)

if TYPE_CHECKING:
    from wflint.rule import Callee, CallView, FixView, Repair

_GATHER = "asyncio.gather"
_COROUTINES = names_giving(Gives.COROUTINE) | {COROUTINE}
_KEEP_IT_A_COROUTINE = frozenset(
    {
        "abstractmethod",
        "classmethod",
        "final",
        "override",
        "query",
        "run",
        "signal",
        "staticmethod",
        "update",
        "wraps",
    }
)


class MissingAwait(Rule):
    code = "WFL203"
    name = "missing-await"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    targets = names_giving(Gives.COROUTINE) | {_GATHER}
    own_calls = True

    def check_call(self, view: CallView) -> Iterable[Report]:
        """A coroutine of the SDK or of asyncio that is dropped as soon as it is made."""
        if not view.is_statement or view.awaited:
            return
        if view.name == _GATHER:
            effect = "is not awaited, so nobody waits for its tasks or sees their errors"
        else:
            effect = "is not awaited, so it never runs"
        yield Report(f"`{view.shown}` {effect}; {_advice(view)}")

    def check_own_call(self, view: CallView) -> Iterable[Report]:
        """The same for an `async def` of the project; other rules know activities and runs."""
        callee = view.callee
        if callee is None or not view.is_statement or view.awaited:
            return
        if callee.is_activity or (callee.is_workflow_run and not _is_own_run(view)):
            return
        if not _is_coroutine_function(callee) and not view.gives(_COROUTINES):
            return
        yield Report(f"`{view.shown}` is not awaited, so it never runs; {_advice(view)}")

    def repair(self, at: FixView) -> Repair | None:
        """`await` before the call, where Python allows it."""
        if not at.can_await or not at.means_one_thing(at.call.func):
            return None
        at.command()
        return at.unsafe("Write `await` before the call", at.insert_before(at.call, "await "))


def _is_coroutine_function(callee: Callee) -> bool:
    """True if calling it gives a coroutine, and no decorator may change that."""
    return callee.is_async and all(
        _name(decorator) in _KEEP_IT_A_COROUTINE for decorator in callee.head.decorators
    )


def _advice(view: CallView) -> str:
    if view.in_async:
        return "write `await` before it"
    return "write `await` before it and make this function `async`"


def _is_own_run(view: CallView) -> bool:
    if view.call is None:
        return False
    return view.call.target.kind in (Kind.SELF, Kind.SUPER) or view.may_be_on_workflow


def _name(decorator: Decorator) -> str:
    return decorator.written or decorator.target.name.rpartition(".")[2]
