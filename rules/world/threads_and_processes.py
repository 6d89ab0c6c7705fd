"""Uses threads, processes, or the locks between them in workflow code.

## What breaks

All code of a workflow runs on one thread, in an order that the history fixes. Work on another
thread or process finishes at any time, so a replay sees another order. To make a lock or a queue of
`threading` or `queue` blocks nothing. To wait for it blocks that one thread: the workflow cannot
continue, and after two seconds the SDK reports a deadlock.

## Bad

```python
import threading

from temporalio import workflow


@workflow.defn
class CounterWorkflow:
    @workflow.run
    async def run(self) -> int:
        lock = threading.Lock()
        with lock:
            return 1
```

## Good

```python
import asyncio

from temporalio import workflow


@workflow.defn
class CounterWorkflow:
    @workflow.run
    async def run(self) -> int:
        lock = asyncio.Lock()
        async with lock:
            return 1
```

Work that needs a thread or a process belongs in an activity. So does a call of an object that the
whole process shares and that locks itself, such as a collector of metrics or a rate limiter: an
`asyncio.Lock` does not protect it from other threads.

## Fix safety

Putting `asyncio.Lock()` in place of `threading.Lock()` is unsafe: while the workflow waits for the
lock, other tasks of it may now run. `with lock:` becomes `async with lock:`, and `lock.acquire()`
becomes `await lock.acquire()`. So the fix is withheld where a function that acquires the lock is
not `async`, where the lock is passed on, and where activities, clients or tests use the code as
well. For a lock in an attribute the whole file is checked, but not other files. Other locks and
queues differ in more ways, and are not fixed.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` at run time for `threading.*`,
`multiprocessing.*` and `concurrent.futures.*`. `asyncio.to_thread()` and `run_in_executor()` fail
with `NotImplementedError`. `queue.Queue` and `_thread` are not caught, and nothing is caught in
modules that are passed through.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.temporal.io/develop/python/python-sdk-sandbox
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Property, Report, Rule, Scope, Severity

from ._made_here import is_made_here

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_BLOCKS = (
    "waiting for `{name}` blocks the thread that runs the workflow, and the SDK reports a "
    "deadlock; use `{use}`, or move what needs it to an activity"
)


_REFUSED = (
    "the sandbox refuses `{name}`, so the workflow task fails and is retried for ever; "
    "use `{use}`, or move what needs it to an activity"
)


class ThreadsAndProcesses(Rule):
    code = "WFL135"
    name = "threads-and-processes"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.THREADS})
    fix = Fixable.UNSAFE
    since = "0.1"
    message = "`{name}` runs outside the workflow's event loop; move it to an activity"
    tables = ("threads_and_processes.toml",)
    apis = {
        "_thread.allocate_lock": Api("asyncio.Lock()", message=_BLOCKS),
        "queue.LifoQueue": Api("asyncio.LifoQueue()", message=_BLOCKS),
        "queue.PriorityQueue": Api("asyncio.PriorityQueue()", message=_BLOCKS),
        "queue.Queue": Api("asyncio.Queue()", message=_BLOCKS),
        "queue.SimpleQueue": Api("asyncio.Queue()", message=_BLOCKS),
        "threading.Barrier": Api("asyncio.Barrier()", message=_BLOCKS),
        "threading.BoundedSemaphore": Api("asyncio.BoundedSemaphore()", message=_BLOCKS),
        "threading.Condition": Api("asyncio.Condition()", message=_BLOCKS),
        "threading.Event": Api("asyncio.Event()", message=_BLOCKS),
        "threading.Lock": Api("asyncio.Lock()", Fixable.UNSAFE, _BLOCKS),
        "threading.RLock": Api("asyncio.Lock()", message=_BLOCKS),
        "threading.Semaphore": Api("asyncio.Semaphore()", message=_BLOCKS),
        "threading.Timer": Api("asyncio.sleep()", message="`{name}` starts a thread; use `{use}`"),
        "threading.local": Api(
            message="`{name}` belongs to a thread, not to a workflow; keep the value on `self`"
        ),
    }

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Report an object where it is made, or else where one from elsewhere is used."""
        if is_made_here(view, self) or _is_of_own_executor(view):
            return None
        if api.message != _BLOCKS:
            return super().judge(view, api)
        if view.is_restricted and view.name.startswith("threading."):
            return self.reported(view, Api(api.use, api.fix, _REFUSED))
        return None if view.is_never_read else super().judge(view, api)

    def repair(self, at: FixView) -> Repair | None:
        """A plain lock, with everything that takes it."""
        from ._locks import made_async

        is_lock = at.api is not None and at.api.fix is not Fixable.NONE
        if not is_lock or at.call.args or not at.is_written_out(at.call.func):
            return None
        edits = made_async(at)
        at.command()
        lock = at.replace(at.call.func, f"{at.imported('asyncio')}.Lock")
        return at.unsafe("Use `asyncio.Lock()`", lock, *edits)


def _is_of_own_executor(view: CallView) -> bool:
    """True for the future of an executor of the project, which need not start any thread."""
    from wflint.rule import Kind

    target = view.call.target if view.call is not None else None
    is_future = view.name.startswith("concurrent.futures.Future.")
    return is_future and target is not None and target.kind is Kind.RESULT
