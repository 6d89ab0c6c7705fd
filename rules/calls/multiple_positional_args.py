"""Passes several arguments by position where the SDK takes one.

## What breaks

`execute_activity(f, a)` and similar functions take one argument for the activity, workflow or
handler. Several have to be given as a list: `execute_activity(f, args=[a, b])`. A second one by
position fails the call. Most often the better answer is one dataclass that holds them all: fields
can be added to it later.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def add(a: int, b: int) -> int:
    return a + b


@workflow.defn
class SumWorkflow:
    @workflow.run
    async def run(self) -> int:
        return await workflow.execute_activity(
            add, 1, 2, start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
async def add(a: int, b: int) -> int:
    return a + b


@workflow.defn
class SumWorkflow:
    @workflow.run
    async def run(self) -> int:
        return await workflow.execute_activity(
            add, args=[1, 2], start_to_close_timeout=timedelta(seconds=30)
        )
```

## Fix safety

The positional arguments move into `args=[...]` in the same order. The call can only have failed so
far, so there is no history that the fix could contradict: it is safe. Where the workflow may have
caught the error and gone on (`except Exception`, a task that nobody awaits), the call adds
something to what it did: there the fix is unsafe. Calls with `*spread` or `args=` are left alone.

## What the SDK does

The call raises `TypeError: execute_activity() takes from 1 to 2 positional arguments but 3 ...`. In
a workflow that fails the workflow task, which is tried again and again.

## References

* https://docs.temporal.io/develop/python/activities/execution
* https://github.com/temporalio/sdk-python#invoking-activities
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import (
    CallKind,
    Fixable,
    Report,
    Rule,
    RuleSettings,
    Scope,
    Severity,
    calls_of,
    last_words,
    sdk_calls,
)

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_WORDS = {
    CallKind.ACTIVITY: "activity",
    CallKind.CHILD_WORKFLOW: "workflow",
    CallKind.CONTINUE_AS_NEW: "new run",
    CallKind.LOCAL_ACTIVITY: "activity",
    CallKind.QUERY: "query",
    CallKind.SIGNAL: "signal",
    CallKind.UPDATE: "update",
    CallKind.WORKFLOW: "workflow",
}
_RECEIVERS = {
    name: _WORDS[call.kind] for name, call in sdk_calls().items() if call.input == ("arg", "args")
}
"""The receivers of the payload arguments of each call."""

_WITHOUT_TARGET = "temporalio.workflow.continue_as_new"
"""The one call whose first argument is a payload already."""

_TAKEN = frozenset({"activity", "arg", "args", "query", "signal", "update", "workflow"})
"""Keywords that stand for one of the positional arguments."""

_TOKEN = re.compile(
    r""" "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' | \#[^\r\n]* | [][(){},=] """, re.VERBOSE
)


def _plain_arguments(source: str, start: int) -> int:
    """Return the number of arguments before the first keyword; the call opens at ``start``."""
    depth, commas, at = 0, 0, start
    for match in _TOKEN.finditer(source, start):
        token = match.group()
        if token in ("(", "[", "{"):
            depth += 1
        elif token in (")", "]", "}"):
            depth -= 1
            if depth < 0:
                return commas + bool(source[at : match.start()].strip())
        elif depth == 0 and token == "=":
            return commas
        elif depth == 0 and token == ",":
            commas, at = commas + 1, match.end()
    return commas


class MultiplePositionalArgs(Rule):
    code = "WFL606"
    name = "multiple-positional-args"
    severity = Severity.ERROR
    scope = Scope.ANY
    fix = Fixable.SAFE
    since = "0.1"
    targets = frozenset(_RECEIVERS)
    called = last_words(targets)

    @classmethod
    def suspicious(cls, source: str, settings: RuleSettings) -> bool:
        """True if one of the calls seems to get several payload arguments."""
        return any(
            _plain_arguments(source, call.inside) > (1 if call.word == "continue_as_new" else 2)
            for call in calls_of(source, cls.called)
        )

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Count what stands before any spread."""
        payload = len(view.positional) - (0 if view.name == _WITHOUT_TARGET else 1)
        if payload < 2:
            return
        yield Report(
            f"`{view.shown}` takes one argument for the {_RECEIVERS[view.name]}, not {payload}; "
            "pass them as `args=[...]`"
        )

    def repair(self, at: FixView) -> Repair | None:
        """The arguments behind the target become a list."""
        from ._arguments import as_list

        call = at.call
        name = at.dotted_name(call.func)
        keywords = {arg.keyword.value for arg in call.args if arg.keyword is not None}
        has_spread = any(arg.star == "*" for arg in call.args)
        if name not in self.targets or has_spread or keywords & _TAKEN:
            return None
        plain = [arg for arg in call.args if arg.keyword is None and not arg.star]
        payload = plain if name == _WITHOUT_TARGET else plain[1:]
        is_unsure = name.startswith("temporalio.workflow.") and at.may_be_caught()
        fix = Fixable.UNSAFE if is_unsure else Fixable.SAFE
        return at.repair(fix, "Pass the arguments as `args=[...]`", *as_list(at, "args", payload))
