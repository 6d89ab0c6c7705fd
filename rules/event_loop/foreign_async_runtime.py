"""Uses anyio, trio or curio in workflow code.

## What breaks

The SDK runs a workflow on an asyncio event loop of its own, which only knows tasks, futures and
timers. trio and curio bring their own scheduler and cannot run in it. anyio runs on asyncio, but
the sandbox stops it, because it keeps its state in the worker's threads; and its files, sockets,
processes and threads need parts of asyncio's real loop that are not there. The workflow task fails
and is retried until the code is changed.

asyncio has what is needed: `asyncio.sleep`, `asyncio.timeout`, `asyncio.gather`, `asyncio.Lock`,
`asyncio.Queue`. Work with files and threads, for which anyio is used elsewhere, belongs in an
activity.

## Bad

```python
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import anyio


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
work there, sockets, threads and files do not. Where a project does so, with
`with_passthrough_modules("anyio")` or a plugin such as `PydanticAIPlugin`, only these are reported.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView

_NEED_A_REAL_LOOP = frozenset(
    {
        "anyio.TCPConnectable",
        "anyio.UNIXConnectable",
        "anyio.as_connectable",
        "anyio.connect_tcp",
        "anyio.connect_unix",
        "anyio.create_connected_udp_socket",
        "anyio.create_connected_unix_datagram_socket",
        "anyio.create_tcp_listener",
        "anyio.create_udp_socket",
        "anyio.create_unix_datagram_socket",
        "anyio.create_unix_listener",
        "anyio.getaddrinfo",
        "anyio.getnameinfo",
        "anyio.notify_closing",
        "anyio.open_signal_receiver",
        "anyio.run",
        "anyio.wait_readable",
        "anyio.wait_socket_readable",
        "anyio.wait_socket_writable",
        "anyio.wait_writable",
    }
)


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

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Leave out what anyio does with tasks: it works if all of anyio is passed through."""
        is_anyio = view.name.startswith("anyio.") and view.name not in _NEED_A_REAL_LOOP
        if is_anyio and view.passes("anyio"):
            return None
        return self.reported(view, api)
