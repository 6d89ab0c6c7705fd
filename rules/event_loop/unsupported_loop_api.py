"""Calls an event loop method that workflows do not have.

## What breaks

The SDK runs a workflow on an event loop of its own, which only knows tasks, futures and timers.
Everything that reaches the network, the file system, threads or signals is missing and raises
`NotImplementedError`. The workflow task fails and is retried until the code is changed. The same
goes for starting, stopping and configuring the loop, which is the SDK's business.

Code that reaches the outside world belongs in an activity.

## Bad

```python
import asyncio

from temporalio import workflow


@workflow.defn
class ProbeWorkflow:
    @workflow.run
    async def run(self) -> bool:
        reader, writer = await asyncio.open_connection("db.internal", 5432)
        return True
```

## Good

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class ProbeWorkflow:
    @workflow.run
    async def run(self) -> bool:
        return await workflow.execute_activity(
            "probe", "db.internal", start_to_close_timeout=timedelta(seconds=10), result_type=bool
        )
```

## What the SDK does

The call raises `NotImplementedError`, in passed-through modules as well, and the workflow task is
retried. Supported are `sleep`, `wait_for`, `timeout`, `gather`, `shield`, `create_task`,
`TaskGroup`, queues, locks, events, conditions, and on the loop `time`, `call_soon`, `call_later`,
`call_at`, `create_future` and `create_task`.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://docs.python.org/3/library/asyncio-eventloop.html
"""

from __future__ import annotations

from wflint.rule import Api, Rule, Scope, Severity

_LOOP = "asyncio.AbstractEventLoop"
_OUTSIDE = Api()
_THREADSAFE = Api(
    "loop.call_soon()",
    message="`{name}` is not supported by the workflow's event loop; use `{use}`, workflow code "
    "runs in one thread",
)
_OWNED = Api(
    message="`{name}` is not supported by the workflow's event loop, which the SDK runs, "
    "configures and closes; leave it out"
)

_OUTSIDE_METHODS = (
    "add_reader",
    "add_writer",
    "connect_accepted_socket",
    "connect_read_pipe",
    "connect_write_pipe",
    "create_connection",
    "create_datagram_endpoint",
    "create_server",
    "create_unix_connection",
    "create_unix_server",
    "getaddrinfo",
    "getnameinfo",
    "remove_reader",
    "remove_writer",
    "sendfile",
    "sock_accept",
    "sock_connect",
    "sock_recv",
    "sock_recv_into",
    "sock_recvfrom",
    "sock_recvfrom_into",
    "sock_sendall",
    "sock_sendfile",
    "sock_sendto",
    "start_tls",
    "subprocess_exec",
    "subprocess_shell",
)
_OWNED_METHODS = (
    "add_signal_handler",
    "close",
    "is_closed",
    "remove_signal_handler",
    "run_forever",
    "set_debug",
    "set_default_executor",
    "set_task_factory",
    "shutdown_asyncgens",
    "shutdown_default_executor",
    "stop",
)
_STREAM_FUNCTIONS = (
    "open_connection",
    "open_unix_connection",
    "start_server",
    "start_unix_server",
)


class UnsupportedLoopApi(Rule):
    code = "WFL201"
    name = "unsupported-loop-api"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    message = "`{name}` is not supported by the workflow's event loop; move it to an activity"
    apis = {
        f"{_LOOP}.call_soon_threadsafe": _THREADSAFE,
        **{f"{_LOOP}.{method}": _OUTSIDE for method in _OUTSIDE_METHODS},
        **{f"{_LOOP}.{method}": _OWNED for method in _OWNED_METHODS},
        **{f"asyncio.{function}": _OUTSIDE for function in _STREAM_FUNCTIONS},
        **{f"asyncio.streams.{function}": _OUTSIDE for function in _STREAM_FUNCTIONS},
    }
