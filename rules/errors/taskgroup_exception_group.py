"""Runs what can fail in an `asyncio.TaskGroup`, whose exception group fails no workflow.

## What breaks

When a task of an `asyncio.TaskGroup` fails, the group raises an `ExceptionGroup` around the error.
An `ActivityError` would fail the workflow, but an `ExceptionGroup` is none of the errors that do:
it fails the workflow *task*. That is tried again for ever ("Workflow Task in failed state"), and
the workflow neither fails nor goes on.

Use `asyncio.gather()`, which raises the error itself. Or take the group apart with `except*`, or
have the workflow fail with `failure_exception_types=[ExceptionGroup]`.

## Bad

```python
import asyncio
from datetime import timedelta

from temporalio import workflow

SOON = timedelta(seconds=60)


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for step in ("pack", "charge"):
                group.create_task(workflow.execute_activity(step, start_to_close_timeout=SOON))
```

## Good

```python
import asyncio
from datetime import timedelta

from temporalio import workflow

SOON = timedelta(seconds=60)


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await asyncio.gather(
            *(
                workflow.execute_activity(step, start_to_close_timeout=SOON)
                for step in ("pack", "charge")
            )
        )
```

## What the SDK does

Only failures of `temporalio.exceptions`, cancellations, timeouts and the types that the workflow or
its Worker names fail a workflow. The rule is silent where those name `ExceptionGroup` or
`Exception`, where a caller may catch the group, and where no task gives a command.

## References

* https://docs.python.org/3/library/asyncio-task.html#task-groups
* https://docs.temporal.io/references/failures
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_GROUP = "asyncio.TaskGroup"


class TaskgroupExceptionGroup(Rule):
    code = "WFL707"
    name = "taskgroup-exception-group"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"
    message = (
        "if a task of this `asyncio.TaskGroup` fails, it raises an `ExceptionGroup`: the workflow "
        "*task* fails and is retried for ever, the workflow does not fail; use `asyncio.gather()`"
    )

    def visit_With(self, node: cst.With, ctx: Context) -> None:
        for item in node.items if node.asynchronous is not None else ():
            call, name = item.item, item.asname
            if not isinstance(call, cst.Call) or ctx.dotted_name(call.func) != _GROUP:
                continue
            if name is not None and isinstance(name.name, cst.Name):
                started = _started(node, name.name.value)
                ctx.report(self, call, self.message, subject=call.func, awaited=started)

    def confirm(self, view: FindingView) -> Report | None:
        """The error of a command must come out of a task, and then out of the workflow."""
        if not view.may_fail_by_command() or not view.fails_task("builtins.ExceptionGroup"):
            return None
        return Report(view.message)


def _started(block: cst.With, group: str) -> list[cst.CSTNode]:
    """The functions whose coroutines a group is given."""
    from wflint.rule import walk

    found: list[cst.CSTNode] = []
    for node in walk(block.body):
        match node:
            case cst.Call(
                func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="create_task")),
                args=[cst.Arg(value=cst.Call(func=function)), *_],
            ) if name == group:
                found.append(function)
    return found
