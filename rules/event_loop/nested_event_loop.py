"""Starts or sets another event loop in workflow code.

## What breaks

Workflow code already runs in an event loop, the SDK's own, and that one decides which timer and
which result comes when. `asyncio.run()` refuses to start a second one in it. Where a second one
does start, what runs there is not part of the workflow: its timers are real ones, and a replay
knows nothing of them. A module that starts a loop while it is imported keeps its workflows from
being loaded.

Make the function `async` and `await` the coroutine.

## Bad

```python
import asyncio

from temporalio import workflow


async def price() -> int:
    return 3


@workflow.defn
class QuoteWorkflow:
    @workflow.run
    async def run(self) -> int:
        return asyncio.run(price())
```

## Good

```python
from temporalio import workflow


async def price() -> int:
    return 3


@workflow.defn
class QuoteWorkflow:
    @workflow.run
    async def run(self) -> int:
        return await price()
```

## What the SDK does

`asyncio.run()` and `asyncio.Runner().run()` raise `RuntimeError`, and `run_until_complete()` on the
workflow's own loop raises `NotImplementedError`: the workflow task is retried. `new_event_loop()`
and `set_event_loop()` raise nothing. At import time `asyncio.run()` fails the start of the worker.
A policy that a module sets when it is imported is reported as side-effect-in-workflow-module.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://docs.python.org/3/library/asyncio-runner.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView

_RUN = Api()
_MAKE = Api(
    message="`{name}` brings in a second event loop beside the one that the workflow runs in; "
    "leave it out"
)
_POLICY = Api(message=_MAKE.message)
"""Decides which loops are made later, and makes none."""


class NestedEventLoop(Rule):
    code = "WFL202"
    name = "nested-event-loop"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW | Scope.IMPORT
    since = "0.1"
    message = (
        "`{name}` starts a second event loop, and workflow code already runs in one; "
        "`await` the coroutine instead"
    )
    apis = {
        "asyncio.AbstractEventLoop.run_until_complete": _RUN,
        "asyncio.Runner": _RUN,
        "asyncio.events.new_event_loop": _MAKE,
        "asyncio.events.set_event_loop": _MAKE,
        "asyncio.events.set_event_loop_policy": _POLICY,
        "asyncio.new_event_loop": _MAKE,
        "asyncio.run": _RUN,
        "asyncio.runners.Runner": _RUN,
        "asyncio.runners.run": _RUN,
        "asyncio.set_event_loop": _MAKE,
        "asyncio.set_event_loop_policy": _POLICY,
        "nest_asyncio.apply": _MAKE,
        "uvloop.install": _POLICY,
        "uvloop.new_event_loop": _MAKE,
        "uvloop.run": _RUN,
    }

    def judge(self, view: CallView, api: Api) -> Report | None:
        """A policy is no fault at import, where no loop of a workflow runs."""
        if api is _POLICY and not view.regions & Scope.WORKFLOW:
            return None
        return self.reported(view, api)
