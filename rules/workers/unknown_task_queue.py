"""Names a task queue that no Worker of the project listens on.

## What breaks

The server keeps what is sent to a task queue until a Worker asks for it. If no Worker ever does,
because the name is misspelt or was changed in one place, the workflow or activity just does not
start: there is no error until a timeout runs out, and often there is none.

## Bad

```python
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="orders", workflows=[OrderWorkflow])


async def start(client: Client) -> None:
    await client.start_workflow(OrderWorkflow.run, "order-1", id="order-1", task_queue="order")
```

## Good

```python
from temporalio import workflow
from temporalio.client import Client
from temporalio.worker import Worker

ORDERS = "orders"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue=ORDERS, workflows=[OrderWorkflow])


async def start(client: Client) -> None:
    await client.start_workflow(OrderWorkflow.run, "order-1", id="order-1", task_queue=ORDERS)
```

## What the SDK does

Nothing: it sends what it is given, and the server accepts any name.

The rule is silent where the task queue of any Worker is not written out, and where only tests make
Workers. A Worker of another project may listen there: so the rule has to be selected by its name.

## References

* https://docs.temporal.io/task-queue
* https://docs.temporal.io/workers
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity, ValueType

if TYPE_CHECKING:
    from wflint.rule import CommandView, ProjectView

_OPTION = "task_queue"


class UnknownTaskQueue(Rule):
    code = "WFL569"
    name = "unknown-task-queue"
    severity = Severity.INFO
    scope = Scope.ANY
    since = "0.1"

    def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
        """Compare what commands and clients name with what all Workers listen on."""
        queues = _queues(project)
        if queues is None:
            return
        for command, place in (*project.commands, *project.requests):
            name = _named(command)
            if not name or name in queues:
                continue
            near = difflib.get_close_matches(name, sorted(queues), 1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            given = command.call.keyword(_OPTION)
            at = place if given is None or given.site < 0 else place._replace(site=given.site)
            message = (
                f"no Worker of the project listens on the task queue `{name}`, so what is sent "
                f"there waits for ever{hint}"
            )
            yield PlacedReport(at, Report(message))


def _queues(project: ProjectView) -> frozenset[str] | None:
    """The task queues of all Workers; ``None`` where there may be others."""
    if all(worker.in_test for worker in project.workers):
        return None
    known = [worker.task_queue for worker in project.workers]
    queues = frozenset(queue for queue in known if queue)
    return queues if all(known) else None


def _named(command: CommandView) -> str:
    """The task queue that a call names, if that is written out."""
    given = command.call.given(_OPTION)
    return given.value.text if given is not None and given.value.type is ValueType.STR else ""
