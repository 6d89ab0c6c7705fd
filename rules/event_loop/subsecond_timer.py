"""Waits for less than a second with a server-side timer.

## What breaks

Nothing, but a timer in a workflow is a command to the server: it is recorded when it is started and
when it fires, and it fires when the server and a Worker get to it. A wait of a few milliseconds
takes as long as that does, costs two events of the history, and one workflow task. A loop of such
waits fills the history.

## Bad

```python
import asyncio

from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await asyncio.sleep(0.1)
```

## Good

```python
import asyncio

from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await asyncio.sleep(5)
```

To let other tasks run there is `await asyncio.sleep(0)`, which starts no timer; to wait for a
state, `workflow.wait_condition()`.

## What the SDK does

It starts the timer as any other. The rule has to be selected by its name.

## References

* https://docs.temporal.io/develop/python/workflows/timers
* https://docs.temporal.io/workflow-execution/timers-delays
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView

_DURATIONS = {
    "asyncio.sleep": (0, "delay"),
    "asyncio.timeout": (0, "delay"),
    "asyncio.wait_for": (1, "timeout"),
    "temporalio.workflow.sleep": (0, "duration"),
    "temporalio.workflow.wait_condition": (-1, "timeout"),
}


class SubsecondTimer(Rule):
    code = "WFL212"
    name = "subsecond-timer"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"
    targets = frozenset(_DURATIONS)

    def check_call(self, view: CallView) -> Iterable[Report]:
        """A duration that is written out, as a number or a `timedelta`."""
        index, name = _DURATIONS[view.name]
        given = view.given(name, index)
        if given is None:
            return
        seconds = view.values.number(given)
        seconds = view.values.seconds(given) if seconds is None else seconds
        if seconds is not None and 0 < seconds < 1:
            yield Report(
                f"`{view.shown}` starts a timer of {seconds:g} s on the server, which takes longer "
                "than that to fire, and two events of the history"
            )
