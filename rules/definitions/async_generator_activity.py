"""Defines an activity as a generator, whose result cannot be sent.

## What breaks

Calling a function with ``yield`` gives a generator and runs nothing of it. The SDK takes that for
the result of the activity, cannot encode it, and the attempt fails; so do all that follow. Results
go to the workflow in one piece: return a list, or send heartbeats for progress.

## Bad

```python
from collections.abc import AsyncIterator

from temporalio import activity


@activity.defn
async def read_lines(path: str) -> AsyncIterator[str]:
    for line in path.splitlines():
        yield line
```

## Good

```python
from temporalio import activity


@activity.defn
async def read_lines(path: str) -> list[str]:
    return [line for line in path.splitlines()]
```

## What the SDK does

Nothing when the module is imported. An async generator counts as a sync activity, so a Worker
without an executor refuses it: `Activity read_lines is not async so an activity_executor must be
present`. With one, each attempt fails: `TypeError: Object of type async_generator is not JSON
serializable`.

## References

* https://docs.temporal.io/develop/python/core-application#develop-activities
* https://docs.temporal.io/activities
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import DecoratedView


class AsyncGeneratorActivity(Rule):
    code = "WFL516"
    name = "async-generator-activity"
    severity = Severity.ERROR
    scope = Scope.ASYNC_ACTIVITY | Scope.SYNC_ACTIVITY
    since = "0.1"

    def check_decorated(self, at: DecoratedView) -> Iterable[Report]:
        """Each function that `activity.defn` is given as it is, and that yields."""
        if at.is_class or not at.is_given_to("temporalio.activity.defn"):
            return
        if at.text is not None and at.text.yields:
            yield Report(
                f"the activity `{at.name}` is a generator, because of its `yield`: nothing of it "
                "runs, and its result cannot be encoded, in each attempt; return a list"
            )
