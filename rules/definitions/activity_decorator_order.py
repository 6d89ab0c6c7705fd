"""Puts an activity's decorator above `@classmethod`: the module cannot be imported.

## What breaks

Decorators are applied from below. What ``@classmethod`` gives is no function yet, and
``@activity.defn`` refuses it. The other way round it works, and the activity is registered as
``Payments.charge``.

## Bad

```python
from temporalio import activity


class Payments:
    @activity.defn
    @classmethod
    async def charge(cls, order: str) -> str:
        return f"{cls.__name__}: {order}"
```

## Good

```python
from temporalio import activity


class Payments:
    @classmethod
    @activity.defn
    async def charge(cls, order: str) -> str:
        return f"{cls.__name__}: {order}"
```

## Fix safety

The fix swaps the two decorators. It is safe: as it is, the module cannot be imported, so that no
history was written by it.

## What the SDK does

`TypeError: Activity is not callable`, when the module is imported. ``@activity.defn`` above
``@staticmethod`` works.

## References

* https://docs.temporal.io/develop/python/core-application#develop-activities
* https://docs.temporal.io/activities
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, Scope, Severity, below, cst

if TYPE_CHECKING:
    from wflint.rule import DecoratedView, FixView, Repair

_ACTIVITY, _CLASS_METHOD = "temporalio.activity.defn", "builtins.classmethod"


class ActivityDecoratorOrder(Rule):
    code = "WFL515"
    name = "activity-decorator-order"
    severity = Severity.ERROR
    fix = Fixable.SAFE
    scope = Scope.ASYNC_ACTIVITY | Scope.SYNC_ACTIVITY
    since = "0.1"

    def check_decorated(self, at: DecoratedView) -> Iterable[Report]:
        """Each method with `activity.defn` right above `classmethod`."""
        before = below(at.decorators, _ACTIVITY)
        if before and before[0].name == _CLASS_METHOD:
            yield Report(
                f"`@activity.defn` stands above `@classmethod` on `{at.name}`: the SDK refuses "
                "what that gives when the module is imported; swap them"
            )

    def repair(self, at: FixView) -> Repair | None:
        """The two decorators swapped."""
        found = [one.decorator for one in at.function.decorators]
        for upper, lower in pairwise(found):
            called = upper.func if isinstance(upper, cst.Call) else upper
            if (at.dotted_name(called), at.dotted_name(lower)) == (_ACTIVITY, _CLASS_METHOD):
                edits = (at.replace(upper, at.text(lower)), at.replace(lower, at.text(upper)))
                return at.safe("Swap the decorators", *edits)
        return None
