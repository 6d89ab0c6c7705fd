"""Generates a random or clock-based UUID in workflow code.

## What breaks

A replay makes another id. Where the id names a child workflow, an activity or a task queue, or
decides a branch, the replay does not match the history and the workflow task fails. Even where it
is only passed on, the workflow goes on with an id that the outside world has never seen.

`workflow.uuid4()` is drawn from the history's own seed: it is random between workflows, and the
same on every replay of one.

## Bad

```python
import uuid

from temporalio import workflow


@workflow.defn
class PaymentWorkflow:
    @workflow.run
    async def run(self) -> str:
        return f"payment-{uuid.uuid4()}"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class PaymentWorkflow:
    @workflow.run
    async def run(self) -> str:
        return f"payment-{workflow.uuid4()}"
```

## Fix safety

`uuid.uuid4()` becomes `workflow.uuid4()`, and `uuid.uuid7()` becomes `workflow.uuid7()` from SDK
1.32 on. Both return a `uuid.UUID` of the same version, so the fix is safe. It is unsafe in a
workflow that draws from its generator already, with `workflow.uuid4()`, `workflow.random()` or by
starting a child without an id: one more draw changes what a running workflow gets there. The other
versions have no counterpart. Query handlers and update validators may not make ids, so the fix is
withheld in what they call, and in what activities, clients or tests call as well.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` for `uuid1`, `uuid4` and `uuid7`. `getnode`,
`uuid6` and `uuid8` run unnoticed, and so does everything in modules that are passed through.
`uuid.uuid5()`, `uuid.uuid3()` and `uuid.UUID(...)` are deterministic.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://docs.temporal.io/workflow-definition#deterministic-constraints
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Property, Report, Rule, Scope, Severity, ValueType

if TYPE_CHECKING:
    from wflint.rule import CallView

_UUID7_SINCE = (1, 32)
_OF_THE_MACHINE = Api(
    "workflow.uuid4()",
    message="`{name}` is made of the clock and the worker's machine, which a replay cannot repeat; "
    "use `{use}`",
)
_NODE = Api(
    message="`{name}` is the hardware address of the worker's machine, which differs between "
    "workers; read it in an activity"
)


class RandomUuid(Rule):
    code = "WFL113"
    name = "random-uuid"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.RANDOM})
    fix = Fixable.SAFE
    since = "0.1"
    differs_on_replay = True
    value_decides = True
    message = "`{name}` makes another id on every replay; use `{use}`"
    apis = {
        "uuid.getnode": _NODE,
        "uuid.uuid1": _OF_THE_MACHINE,
        "uuid.uuid4": Api("workflow.uuid4()", Fixable.SAFE),
        "uuid.uuid6": _OF_THE_MACHINE,
        "uuid.uuid7": Api("workflow.uuid7()", Fixable.SAFE),
        "uuid.uuid8": Api("workflow.uuid4()"),
    }

    def judge(self, view: CallView, api: Api) -> Report | None:
        """`uuid8` takes what it is given; `workflow.uuid7` is not in every SDK."""
        if view.name == "uuid.uuid8" and _is_complete(view):
            return None
        if view.name == "uuid.uuid7" and view.settings.target_sdk < _UUID7_SINCE:
            api = Api("workflow.uuid4()")
        return self.reported(view, api)


def _is_complete(view: CallView) -> bool:
    parts = [view.argument(index, name) for index, name in enumerate("abc")]
    return view.spread or all(
        part is not None and part.value.type is not ValueType.NONE for part in parts
    )
