"""Passes `args` something that is not a list of arguments.

## What breaks

`args` is a list with one element for each parameter. A text is one, too, to Python: `args="ab"`
silently sends `"a"` and `"b"`. So are bytes, a set, in an order that differs from process to
process, and a dictionary, of which only the keys are sent. A number fails the call.

One argument needs no `args`: `execute_activity(f, order)`. In `args=(order)` the parentheses make
no tuple; write `args=[order]`.

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
            add, args="ab", start_to_close_timeout=timedelta(seconds=30)
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

## What the SDK does

It goes through whatever it is given. With a number that raises `TypeError: 'int' object is not
iterable`, which fails the workflow *task*, again and again. Otherwise the activity is called with
the wrong arguments, mostly too many: it fails with `TypeError`, and is retried, by default for
ever.

## References

* https://docs.temporal.io/develop/python/core-application#activity-parameters
* https://github.com/temporalio/sdk-python#invoking-activities
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, RuleSettings, Scope, Severity, last_words, sdk_calls

from ._requests import may_send

if TYPE_CHECKING:
    from wflint.rule import CallView

_THEN = {
    "bool": "which cannot be sent",
    "bytes": "of which each byte is an argument",
    "dict": "of which only the keys are sent",
    "float": "which cannot be sent",
    "frozenset": "whose order differs between processes",
    "int": "which cannot be sent",
    "set": "whose order differs between processes",
    "str": "of which each letter is an argument",
}
_GIVEN = re.compile(r"args(?<!\wargs)\s*=")


class ArgsNotASequence(Rule):
    code = "WFL608"
    name = "args-not-a-sequence"
    severity = Severity.ERROR
    scope = Scope.ANY
    since = "0.1"
    targets = frozenset(name for name, call in sdk_calls().items() if "args" in call.input)
    called = last_words(targets)

    @classmethod
    def suspicious(cls, source: str, settings: RuleSettings) -> bool:
        """True if a client seems to send `args`; workflow code is looked at anyway."""
        return may_send(source, _GIVEN)

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Literals, and what is surely an instance of one of these types."""
        given, direct = view.given("args"), view.keyword("args")
        if given is None:
            return
        types = {type_.name.rpartition("builtins.")[2] for type_ in view.values.types(given)}
        if not types or not types <= _THEN.keys():
            return
        name = min(types)
        yield Report(
            f"`args` of `{view.shown}` is of type `{name}`, {_THEN[name]}; write `args=[...]`",
            site=direct.site if direct is not None else None,
        )
