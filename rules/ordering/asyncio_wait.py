"""Waits with `asyncio.wait()`, which returns unordered sets, in workflow code.

## What breaks

`asyncio.wait()` returns two sets of tasks. The order of a set of tasks depends on their memory
addresses, so a loop over `done` handles the tasks in another order on replay, and the activities or
timers it starts do not match the history.

`workflow.wait()` does the same and returns two lists, in the order in which the tasks were passed.
Pass them in a list, too: a set has no order to keep.

## Bad

```python
import asyncio

from temporalio import workflow


async def step(name: str) -> str:
    await asyncio.sleep(1)
    return name


@workflow.defn
class RaceWorkflow:
    @workflow.run
    async def run(self) -> int:
        tasks = [asyncio.create_task(step("a")), asyncio.create_task(step("b"))]
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return len(done)
```

## Good

```python
import asyncio

from temporalio import workflow


async def step(name: str) -> str:
    await asyncio.sleep(1)
    return name


@workflow.defn
class RaceWorkflow:
    @workflow.run
    async def run(self) -> int:
        tasks = [asyncio.create_task(step("a")), asyncio.create_task(step("b"))]
        done, pending = await workflow.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return len(done)
```

## Fix safety

The arguments are the same, and the fix is safe where a list or tuple is handed over and the two
results are only looped over, counted, tested or waited for again. Everything else is unsafe. A set
that is handed over becomes a list where it is written out (`{a, b}`, `set(tasks)`), and uses of the
results as sets become uses of lists: `.add()` is `.append()`, `done | pending` is `done + pending`,
a loop over `pending - done` one over `[t for t in pending if t not in done]`. The fix is withheld
where that is not possible, as for `.discard()`, where a set without an order would be left, and
where a list would hold a task twice, as for `.add(stop)` in a loop. `workflow.wait()` works outside
of workflows as well; only where others call the function, and its module does not import
`temporalio.workflow` yet, the fix is withheld.

## What the SDK does

The sandbox lets the call run and warns that `asyncio.wait()` is not deterministic. It says nothing
when the function is reached as `asyncio.tasks.wait`, nor in modules that are passed through.

## References

* https://github.com/temporalio/sdk-python/issues/429
* https://github.com/temporalio/sdk-python/issues/518
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair

_WAIT = Api("workflow.wait()", Fixable.SAFE)


class AsyncioWait(Rule):
    code = "WFL124"
    name = "asyncio-wait"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.SAFE
    since = "0.1"
    differs_on_replay = True
    message = "`{name}` returns sets, whose order differs on replay; use `{use}`"
    apis = {"asyncio.tasks.wait": _WAIT, "asyncio.wait": _WAIT}

    def repair(self, at: FixView) -> Repair | None:
        """Make the results lists, if what is done with them allows it."""
        if not at.is_written_out(at.call.func):
            return None
        results = at.awaited_as_lists()
        wait = at.replace(at.call.func, at.workflow("wait"))
        answer = at.safe if results.is_same else at.unsafe
        return answer("Use `workflow.wait()`", wait, *results.edits)
