"""Calls a method or a class with `execute_activity`, which has its own variant for them.

## What breaks

Nothing at run time: the SDK takes them all. But type checkers know the parameters of a method only
in `execute_activity_method`, and those of a class only in `execute_activity_class`. To the plain
`execute_activity` a method has `self` as its first parameter, so that the checker reports an error;
where somebody has silenced it, a wrong argument is found by the worker. So the rule has to be
selected by its name.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


class Payments:
    @activity.defn
    async def charge(self, order: str) -> str:
        return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            Payments.charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


class Payments:
    @activity.defn
    async def charge(self, order: str) -> str:
        return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity_method(
            Payments.charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Fix safety

The name of the call changes, and nothing else. All variants schedule the same activity with the
same options, so the history stays what it is: the fix is safe. Calls with `result_type`, which only
`execute_activity` has, and with options that cannot be read are left alone.

## What the SDK does

All variants look the activity up in the same way.

## References

* https://docs.temporal.io/develop/python/activities/execution
* https://python.temporal.io/temporalio.workflow.html#execute_activity_method
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, CallKind, Fixable, Form, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CommandView, FixView, Repair

_VARIANTS = {Form.CLASS: "_class", Form.METHOD: "_method", Form.FUNCTION: ""}
_WORDS = {Form.CLASS: "a class", Form.METHOD: "a method", Form.FUNCTION: "a function"}
_SDK = "temporalio."
_IN_WORKFLOW = f"{_SDK}workflow."


class WrongActivityVariant(Rule):
    code = "WFL614"
    name = "wrong-activity-variant"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    fix = Fixable.SAFE
    since = "0.1"
    commands = frozenset({CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY})

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Methods of objects are what the plain variant is for, too."""
        target = at.target
        if target is None or target.form not in _VARIANTS:
            return
        base = at.sdk.name.removesuffix("_class").removesuffix("_method")
        right = f"{base}{_VARIANTS[target.form]}"
        if right == at.sdk.name:
            return
        is_same = not at.call.spread and "result_type" not in at.call.keywords
        use = right.removeprefix(_SDK)
        yield Report(
            f"`{target.shown}` is {_WORDS[target.form]}; with `{use}()` type checkers know its "
            "parameters",
            api=Api(use, Fixable.SAFE if is_same else Fixable.NONE),
        )

    def repair(self, at: FixView) -> Repair | None:
        """The same call by another name."""
        call = at.call
        is_plain = (at.dotted_name(call.func) or "").startswith(_IN_WORKFLOW)
        if at.api is None or at.api.fix is Fixable.NONE or not is_plain:
            return None
        new = at.workflow(at.api.use.removeprefix("workflow."))
        return at.safe(f"Use `{at.api.use}`", at.replace(call.func, new))
