"""Leaves a parameter of a workflow or activity without a type: it arrives as plain JSON.

## What breaks

The SDK reads a payload into the type that the parameter is annotated with. Without one a dataclass
or model arrives as a `dict`, a `datetime` as a `str`, a tuple or set as a `list`: `AttributeError:
'dict' object has no attribute ...` in the first line that uses it.

The rule is off by default: numbers, texts and dictionaries arrive as they were.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order) -> str:
        return str(order)
```

## Good

```python
from dataclasses import dataclass

from temporalio import workflow


@dataclass
class Order:
    id: str


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: Order) -> str:
        return order.id
```

## What the SDK does

It gives what `json.loads` gives, and says nothing.

Handlers of signals, queries and updates are the subject of WFL421.

## References

* https://docs.temporal.io/develop/python/data-handling/data-conversion
* https://python.temporal.io/temporalio.converter.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ActivityView, HandlerView, PayloadView, WorkflowView


class UntypedPayload(Rule):
    code = "WFL519"
    name = "untyped-payload"
    severity = Severity.INFO
    scope = Scope.RUN | Scope.ACTIVITY
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """The parameters of a run method."""
        if handler.kind is Scope.RUN:
            yield from _check(handler.payloads, handler.method)

    def check_activity(self, activity: ActivityView) -> Iterable[Report]:
        """The parameters of an activity."""
        yield from _check(activity.exchanged, activity.function.head.name)


def _check(payloads: Iterable[PayloadView], shown: str) -> Iterable[Report]:
    bare = [f"`{one.name}`" for one in payloads if one.name and one.annotation == ""]
    if bare:
        is_one = len(bare) == 1
        have, they, them = ("has", "it comes", "it") if is_one else ("have", "they come", "them")
        yield Report(
            f"{' and '.join(bare)} of `{shown}` {have} no type: {they} as plain JSON, a dataclass "
            f"as a `dict`; annotate {them}"
        )
