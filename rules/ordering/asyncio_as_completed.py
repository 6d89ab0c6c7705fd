"""Waits with `asyncio.as_completed()`, which has no stable order, in workflow code.

## What breaks

`asyncio.as_completed()` puts what it is given into a set, and starts it in the order of that set,
which comes from memory addresses: another one on replay. The activities and timers that are started
this way, and what is done with each result, then come in another order than the history has.

`workflow.as_completed()` takes the same arguments and keeps the order.

## Bad

```python
import asyncio

from temporalio import workflow


async def step(name: str) -> str:
    await asyncio.sleep(0)
    return name


@workflow.defn
class FanOutWorkflow:
    @workflow.run
    async def run(self) -> list[str]:
        names: list[str] = []
        for finished in asyncio.as_completed([step("a"), step("b")]):
            names.append(await finished)
        return names
```

## Good

```python
import asyncio

from temporalio import workflow


async def step(name: str) -> str:
    await asyncio.sleep(0)
    return name


@workflow.defn
class FanOutWorkflow:
    @workflow.run
    async def run(self) -> list[str]:
        names: list[str] = []
        for finished in workflow.as_completed([step("a"), step("b")]):
            names.append(await finished)
        return names
```

## Fix safety

In a plain `for` the fix is safe: what is given out can be awaited as before. Python 3.13 allows
`async for` as well, which `workflow.as_completed()` does not; there nothing is fixed.

## What the SDK does

The sandbox lets the call run and warns that `asyncio.as_completed()` is not deterministic. It says
nothing when the function is reached as `asyncio.tasks.as_completed`, nor in modules that are passed
through.

## References

* https://github.com/temporalio/sdk-python/issues/429
* https://github.com/temporalio/sdk-python/issues/518
"""

from __future__ import annotations

from wflint.rule import Api, Fixable, Rule, Scope, Severity

_AS_COMPLETED = Api("workflow.as_completed()", Fixable.SAFE)


class AsyncioAsCompleted(Rule):
    code = "WFL125"
    name = "asyncio-as-completed"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.SAFE
    since = "0.1"
    message = "`{name}` hands out results in an order that differs on replay; use `{use}`"
    apis = {"asyncio.as_completed": _AS_COMPLETED, "asyncio.tasks.as_completed": _AS_COMPLETED}
