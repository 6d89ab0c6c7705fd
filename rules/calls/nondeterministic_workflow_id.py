"""Starts a workflow under a random id, so that nothing keeps it from running twice.

## What breaks

Temporal runs one workflow of an id at a time, and refuses to start another one. That is what makes
it safe to send a request again, after a timeout, a crash or a double click. With an id of
`uuid.uuid4()` each attempt starts a workflow of its own: the order is shipped twice. Nor can
signals and queries find the workflow by what it is about.

Take the id from what the workflow is about: `f"order-{order.id}"`. The rule is off by default
(`--select WFL627`, or `--pedantic`): a workflow that anybody may start as often as they like needs
no such id.

## Bad

```python
import uuid

from temporalio import workflow
from temporalio.client import Client


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


async def submit(client: Client, order: str) -> None:
    await client.start_workflow(
        OrderWorkflow.run, order, id=f"order-{uuid.uuid4()}", task_queue="orders"
    )
```

## Good

```python
from temporalio import workflow
from temporalio.client import Client


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return order


async def submit(client: Client, order: str) -> None:
    await client.start_workflow(OrderWorkflow.run, order, id=f"order-{order}", task_queue="orders")
```

## What the SDK does

It sends the id to the server, which refuses to start a workflow while one of the same id runs: the
client gets a `WorkflowAlreadyStartedError`. `id_conflict_policy` says what happens instead, and
`id_reuse_policy` what happens after the end of the earlier one.

Reported are ids that have something random in them: a UUID, a token, a random number, also in a
text or a local variable. Not reported are ids that are random only where none was given, ids that
a function of the project makes, and those of schedules, to which the server adds the time of each
run. In workflow code `random-uuid` reports the UUID itself.

## References

* https://docs.temporal.io/workflow-execution/workflowid-runid
* https://python.temporal.io/temporalio.client.Client.html#start_workflow
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, Scope, Severity

from ..randomness._random_values import random_part

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView, cst

_OPTION = "id"
_OF_SCHEDULE = "temporalio.client.ScheduleActionStartWorkflow"


class NondeterministicWorkflowId(Rule):
    code = "WFL627"
    name = "nondeterministic-workflow-id"
    severity = Severity.INFO
    scope = Scope.ANY
    since = "0.1"
    called = frozenset({"execute_workflow", "start_workflow", "WithStartWorkflowOperation"})

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """A call with an `id` that is random; most have nothing to do with workflows."""
        for arg in node.args:
            if arg.keyword is None or arg.keyword.value != _OPTION:
                continue
            made = random_part(arg.value, ctx)
            if made is not None:
                shown = f"{ctx.code(made.func)}()"
                ctx.report(self, node, "", asked=made.func, detail=shown)

    def confirm(self, view: FindingView) -> Report | None:
        """Only a client's request to start a workflow."""
        command = view.command()
        if command is None or command.kind is not CallKind.WORKFLOW or command.sdk.in_workflow:
            return None
        if command.sdk.name == _OF_SCHEDULE:
            return None
        given = command.call.keyword(_OPTION)
        return Report(
            f"`{view.read(str)}` makes another id each time, so a repeated request starts a second "
            "workflow; take the id from what the workflow is about",
            site=given.site if given is not None else None,
        )
