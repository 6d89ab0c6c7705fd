"""Passes a sleep a duration that it cannot take.

## What breaks

`asyncio.sleep()` takes a number of seconds and `workflow.sleep()` a number or a `timedelta`. Text
such as `"1 minute"` fits neither, and a `timedelta` only the second. A negative time makes
`workflow.sleep()` fail, and `asyncio.sleep()` return at once without a timer.

## Bad

```python
import asyncio
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> str:
        await asyncio.sleep(timedelta(days=1))
        return "reminded"
```

## Good

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ReminderWorkflow:
    @workflow.run
    async def run(self) -> str:
        await workflow.sleep(timedelta(days=1))
        return "reminded"
```

## Fix safety

`asyncio.sleep(timedelta(...))` becomes `workflow.sleep(timedelta(...))`. The call can only have
failed so far, so there is no history that the fix could contradict: it is safe. It is unsafe where
the duration is a parameter, which may hold a number at other times, and where the workflow may have
caught the error and gone on (`except Exception`, a task that nobody awaits). It is withheld in
functions that activities or clients call as well, because `workflow.sleep()` raises there. Text,
`None` and negative times are left alone.

## What the SDK does

A wrong type raises a `TypeError` when the call runs, a negative time in `workflow.sleep()` a
`RuntimeError`. Both fail the workflow task, which is then tried again and again.

## References

* https://docs.temporal.io/develop/python/workflows/timers
* https://python.temporal.io/temporalio.workflow.html#sleep
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Report, Rule, Scope, Severity, ValueType

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair, Value

_ASYNCIO = "asyncio.sleep"
_WORKFLOW = "temporalio.workflow.sleep"
_USE = Api("workflow.sleep()", Fixable.SAFE)


class SleepArgument(Rule):
    code = "WFL207"
    name = "sleep-argument"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.SAFE
    since = "0.1"
    targets = frozenset({_ASYNCIO, _WORKFLOW})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Judge the first argument by its literal or its type."""
        plain = view.name == _ASYNCIO
        duration = view.argument(0, "delay" if plain else "duration")
        if duration is None:
            return
        value = duration.value
        takes = "a number of seconds" if plain else "a number of seconds or a `timedelta`"
        is_text = value.type in (ValueType.STR, ValueType.FSTRING)
        if is_text or _is_surely(view, value, "builtins.str"):
            yield Report(f"`{view.shown}` cannot read text; give it {takes}")
        elif value.type is ValueType.NONE:
            yield Report(f"`{view.shown}` cannot sleep for None; give it {takes}")
        elif plain and _is_surely(view, value, "datetime.timedelta"):
            message = f"`{view.shown}` cannot take a `timedelta`; use `{_USE.use}`"
            yield Report(message, api=_USE)
        elif value.type in (ValueType.INT, ValueType.FLOAT) and value.text.startswith("-"):
            if plain:
                message = (
                    f"`{view.shown}` returns at once when its time is negative; give it {takes}"
                )
                yield Report(message, Severity.WARNING)
            else:
                yield Report(f"`{view.shown}` fails when its time is negative; give it {takes}")

    def repair(self, at: FixView) -> Repair | None:
        """The same call of `workflow.sleep()`, which names its argument in another way."""
        call = at.call
        if at.api is not _USE or len(call.args) != 1 or call.args[0].star:
            return None
        if not at.is_plainly(call.func, _ASYNCIO):
            return None
        edits = [at.replace(call.func, at.workflow("sleep"))]
        (duration,) = call.args
        if duration.keyword is not None:
            edits.append(at.replace(duration.keyword, "duration"))
        is_sure = at.is_surely(duration.value, "datetime.timedelta")
        has_failed = is_sure and not at.may_be_caught(when_awaited=True)
        fix = Fixable.SAFE if has_failed else Fixable.UNSAFE
        return at.repair(fix, f"Use `{_USE.use}`", *edits)


def _is_surely(view: CallView, value: Value, name: str) -> bool:
    """True if an argument can be nothing else than an object of a class."""
    types = view.types(value)
    return bool(types) and all(one.name == name for one in types)
