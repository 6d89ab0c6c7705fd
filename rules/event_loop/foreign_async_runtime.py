"""Uses anyio, trio or curio in workflow code.

## What breaks

The SDK runs a workflow on an asyncio event loop of its own, which only knows tasks, futures and
timers. trio and curio bring their own scheduler and cannot run in it. anyio runs on asyncio, but
the sandbox stops it, because it keeps its state in the worker's threads; and its files, sockets,
processes and threads need parts of asyncio's real loop that are not there. The workflow task fails
and is retried until the code is changed.

asyncio has what is needed: `asyncio.sleep`, `asyncio.timeout`, `asyncio.gather`, `asyncio.Lock`,
`asyncio.Queue`. What anyio is used for elsewhere, files and threads, belongs into an activity.

## Bad

```python
import anyio

from temporalio import workflow


@workflow.defn
class PauseWorkflow:
    @workflow.run
    async def run(self) -> str:
        await anyio.sleep(60)
        return "done"
```

## Good

```python
import asyncio

from temporalio import workflow


@workflow.defn
class PauseWorkflow:
    @workflow.run
    async def run(self) -> str:
        await asyncio.sleep(60)
        return "done"
```

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` at anyio's `threading.local`, even where
`import anyio` stands in `imports_passed_through()`, because anyio imports its backend later. The
workflow task is retried. Nothing is caught without a sandbox, or on a worker whose restrictions
pass all of anyio through, as some plugins do: task groups, cancel scopes, sleeps, locks and streams
work there, threads and files do not.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
"""

from __future__ import annotations

from wflint.rule import Rule, Scope, Severity


class ForeignAsyncRuntime(Rule):
    code = "WFL208"
    name = "foreign-async-runtime"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    message = (
        "`{name}` needs an async runtime that workflow code does not run in; use `asyncio`, "
        "or move it to an activity"
    )
    tables = ("foreign_async_runtime.toml",)
