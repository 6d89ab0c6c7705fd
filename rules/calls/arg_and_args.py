"""Passes both an argument and `args` in one call.

## What breaks

The SDK takes either one argument for the activity, workflow or handler, by position or as `arg=`,
or a list of several as `args=[...]`. It does not put both together: the call is refused. In a
workflow that fails the workflow *task*, which is tried again and again; the workflow hangs with a
"Workflow Task in failed state".

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def add(a: str, b: str) -> str:
    return a + b


@workflow.defn
class JoinWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            add, "a", args=["b"], start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def add(a: str, b: str) -> str:
    return a + b


@workflow.defn
class JoinWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            add, args=["a", "b"], start_to_close_timeout=timedelta(seconds=30)
        )
```

## Fix safety

The argument becomes the first element of the list. Whether it was meant to stand there, only you
know: the fix is unsafe. Lists that are not written out in the call are left alone.

## What the SDK does

The call raises `ValueError: Cannot have arg and args`. An empty `args` is no `args` to it, and so a
list of which it is not known what is in it is not reported.

## References

* https://docs.temporal.io/develop/python/activities/execution
* https://github.com/temporalio/sdk-python#invoking-activities
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import (
    Fixable,
    Report,
    Rule,
    RuleSettings,
    Scope,
    Severity,
    TextEdit,
    cst,
    last_words,
    sdk_calls,
)

from ._requests import may_send

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_CALLS = {name: call for name, call in sdk_calls().items() if call.input == ("arg", "args")}
_GIVEN = re.compile(r"args(?<!\wargs)\s*=\s*[\[(]")


class ArgAndArgs(Rule):
    code = "WFL607"
    name = "arg-and-args"
    severity = Severity.ERROR
    scope = Scope.ANY
    fix = Fixable.UNSAFE
    since = "0.1"
    targets = frozenset(_CALLS)
    called = last_words(targets)

    @classmethod
    def suspicious(cls, source: str, settings: RuleSettings) -> bool:
        """True if a client seems to send `args`; workflow code is looked at anyway."""
        return may_send(source, _GIVEN)

    def check_call(self, view: CallView) -> Iterable[Report]:
        """An argument beside a list that is surely not empty."""
        given = view.given("args")
        one = view.positional[_CALLS[view.name].input_position :]
        if given is None or len(one) > 1 or not (one or view.keyword("arg")):
            return
        if view.values.elements(given):
            yield Report(
                f"`{view.shown}` is given an argument and `args`, which the SDK refuses; put all "
                "of them into `args=[...]`"
            )

    def repair(self, at: FixView) -> Repair | None:
        """The argument moves to the front of the list."""
        call = at.call
        name = at.dotted_name(call.func)
        if name not in self.targets or any(arg.star for arg in call.args):
            return None
        plain = [arg for arg in call.args if arg.keyword is None]
        named = {arg.keyword.value: arg for arg in call.args if arg.keyword is not None}
        one = named.get("arg") or plain[-1]
        several = named["args"].value if "args" in named else None
        number = list(call.args).index(one)
        if (
            not isinstance(several, cst.List)
            or not several.elements
            or number + 1 == len(call.args)
        ):
            return None
        start, end = at.span(one)[0], at.span(call.args[number + 1])[0]
        edits = [
            TextEdit(start, end, ""),
            at.insert_before(several.elements[0], f"{at.text(one.value)}, "),
        ]
        return at.unsafe("Put the argument into `args`", *edits)
