"""Passes an activity's result to `execute_activity` instead of the activity.

## What breaks

`workflow.execute_activity(charge(order), ...)` calls the activity there and then: its body runs
inside the workflow, or makes a coroutine that nobody awaits, and `execute_activity` gets the result
where it expects the function. Nothing is scheduled. The call raises an error, and the workflow
*task* fails and is retried for ever. If the result is a text, it is even taken for the name of an
activity.

Pass the function and its argument.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge("order-1"), start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Fix safety

The function takes the place of the call, and its argument follows it. With a coroutine the call can
only have failed so far, so there is no history that the fix could contradict: it is safe. Where the
activity has run in place (a plain `def`, an `await`), its result may have been taken for a name,
and where the workflow may have caught the error it has gone on: there the fix is unsafe. Calls with
more than one argument, keywords or spreads are left alone.

## What the SDK does

The call raises `TypeError: Activity must be a string or callable`.

## References

* https://docs.temporal.io/develop/python/activities/execution
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import (
    Api,
    CallKind,
    Fixable,
    MisfitKind,
    Report,
    Rule,
    Scope,
    Severity,
    cst,
)

if TYPE_CHECKING:
    from wflint.rule import CommandView, FixView, Repair

_OF_COROUTINE = Api(fix=Fixable.SAFE)
_OF_RESULT = Api(fix=Fixable.UNSAFE)


class ActivityResultPassed(Rule):
    code = "WFL612"
    name = "activity-result-passed"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.SAFE
    since = "0.1"
    commands = frozenset({CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY})

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Report an activity's result or coroutine; other values are WFL613."""
        misfit = at.misfit
        if misfit is None or misfit.kind is not MisfitKind.RESULT:
            return
        what = "a coroutine of it" if misfit.is_coroutine else "its result"
        yield Report(
            f"`{at.call.shown}` gets {what}, not the activity `{misfit.shown}`: the workflow task "
            f"fails and is retried for ever; pass `{misfit.shown}` and its argument",
            api=_OF_COROUTINE if misfit.is_coroutine else _OF_RESULT,
        )

    def repair(self, at: FixView) -> Repair | None:
        """`f(x)` becomes `f, x`."""
        from ._arguments import keyword

        call = at.call
        plain = [arg for arg in call.args if arg.keyword is None and arg.star != "**"]
        given = keyword(call, "activity") or (plain.pop(0) if plain else None)
        if given is None or given.star or plain or keyword(call, "arg") or keyword(call, "args"):
            return None
        inner = given.value.expression if isinstance(given.value, cst.Await) else given.value
        if not isinstance(inner, cst.Call):
            return None
        text = at.text(inner.func)
        if inner.args:
            (argument, *more) = inner.args
            if more or argument.star or argument.keyword or at.newline in at.text(inner):
                return None
            name = "arg=" if given.keyword else ""
            text = f"{text}, {name}{at.text(argument.value)}"
        is_sure = at.api is _OF_COROUTINE and not at.may_be_caught()
        fix = Fixable.SAFE if is_sure else Fixable.UNSAFE
        return at.repair(fix, "Pass the activity and its argument", at.replace(given.value, text))
