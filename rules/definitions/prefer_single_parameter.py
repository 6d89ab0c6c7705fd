"""Takes several parameters in a workflow, handler or activity instead of one object.

## What breaks

Arguments are sent by position, and each sender and each open history has as many of them as there
were when it was written. Another parameter in the middle, a parameter less, two that change places:
all break calls that are already on their way. A field with a default that is added to one dataclass
or model breaks none of them.

The rule is off by default: what never changes may take as many parameters as it likes.

## Bad

```python
from temporalio import activity


@activity.defn
async def charge(order: str, amount: int) -> str:
    return f"{order}: {amount}"
```

## Good

```python
from dataclasses import dataclass

from temporalio import activity


@dataclass
class Charge:
    order: str
    amount: int


@activity.defn
async def charge(request: Charge) -> str:
    return f"{request.order}: {request.amount}"
```

## What the SDK does

It takes any number of arguments; more than one are sent as `args=[...]`.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-parameters
* https://docs.temporal.io/develop/python/activities/basics#activity-parameters
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ActivityView, HandlerView, WorkflowView


class PreferSingleParameter(Rule):
    code = "WFL520"
    name = "prefer-single-parameter"
    severity = Severity.INFO
    scope = Scope.RUN | Scope.SIGNAL | Scope.QUERY | Scope.UPDATE | Scope.ACTIVITY
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
        """What a run method or handler takes; a validator takes what its update does."""
        if handler.kind is not Scope.VALIDATOR and not handler.is_dynamic:
            yield from _check(handler, handler.method)

    def check_activity(self, activity: ActivityView) -> Iterable[Report]:
        """What an activity takes."""
        if not activity.is_dynamic:
            yield from _check(activity, activity.function.head.name)


def _check(definition: HandlerView | ActivityView, shown: str) -> Iterable[Report]:
    names = [one.name for one in definition.payloads if one.name]
    if len(names) > 1:
        yield Report(
            f"`{shown}` takes {len(names)} parameters ({', '.join(names)}), which callers give by "
            "position; put them into one dataclass or model, to which fields can be added"
        )
