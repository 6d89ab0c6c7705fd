"""Creates a Worker with a plain `def` activity and no `activity_executor`.

## What breaks

An `async def` activity runs in the event loop of the Worker, a plain `def` activity in an executor,
which the Worker does not make by itself. Without one the call of `Worker(...)` raises, and the
process does not start.

## Bad

```python
from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker


@activity.defn
def charge(order: str) -> str:
    return f"payment-{order}"


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", activities=[charge])
```

## Good

```python
from concurrent.futures import ThreadPoolExecutor

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker


@activity.defn
def charge(order: str) -> str:
    return f"payment-{order}"


def make_worker(client: Client) -> Worker:
    return Worker(
        client,
        task_queue="orders",
        activities=[charge],
        activity_executor=ThreadPoolExecutor(max_workers=100),
    )
```

## Fix safety

The fix adds a `ThreadPoolExecutor` with as many threads as the Worker runs activities at a time. It
is unsafe: only a person can tell how many threads the machine stands, and who shuts them down.

## What the SDK does

`Worker(...)` raises `ValueError: Activity charge is not async so an activity_executor must be
present`.

The rule is silent where options are spread into the call from elsewhere or given by a
`functools.partial`, where a plugin of the
project may give the executor, and where the activity has further decorators, which may make it
`async def`.

## References

* https://docs.temporal.io/develop/python/python-sdk-sync-vs-async
* https://python.temporal.io/temporalio.worker.Worker.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, Scope, Severity

from ._executors import sync_activities

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair, WorkerView

_OPTION, _SIZE = "activity_executor", "max_concurrent_activities"
_SLOTS = "100"  # how many activities a Worker runs at a time by default


class SyncActivityWithoutExecutor(Rule):
    code = "WFL551"
    name = "sync-activity-without-executor"
    severity = Severity.ERROR
    scope = Scope.WORKER
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_worker(self, worker: WorkerView) -> Iterable[Report]:
        """A plain function in the list of a Worker that has nothing to run it in."""
        if not worker.lacks("activity_executor"):
            return
        for activity in sync_activities(worker)[:1]:
            yield Report(
                f"`Worker()` raises, for `{activity.shown}` is a plain `def` activity and there is "
                "no `activity_executor`; give it a `ThreadPoolExecutor`, "
                "or make the activity `async def`"
            )

    def repair(self, at: FixView) -> Repair | None:
        """Add the option behind the last one, in a line of its own if the others have theirs."""
        arguments = at.call.args
        if not arguments or any(a.keyword and a.keyword.value == _OPTION for a in arguments):
            return None
        sizes = (a for a in arguments if a.keyword and a.keyword.value == _SIZE)
        size = next((at.text(a.value) for a in sizes), _SLOTS)
        made = f"{at.imported('concurrent.futures.ThreadPoolExecutor')}(max_workers={size})"
        last = arguments[-1]
        own_line = at.begins_line(last)
        space = f"{at.newline}{at.indent(last)}" if own_line else " "
        edit = at.insert_after(last, f",{space}{_OPTION}={made}")
        return at.unsafe("Give the Worker a `ThreadPoolExecutor`", edit)
