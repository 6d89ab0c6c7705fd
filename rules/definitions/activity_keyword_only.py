"""Gives an activity a keyword-only parameter: the module cannot be imported.

## What breaks

The SDK gives activities their arguments by position, so ``@activity.defn`` refuses parameters
behind ``*``, also those with a default. ``**options`` is accepted, and stays empty.

## Bad

```python
from temporalio import activity


@activity.defn
async def charge(order: str, *, currency: str = "EUR") -> str:
    return f"{order}: {currency}"
```

## Good

```python
from temporalio import activity


@activity.defn
async def charge(order: str, currency: str = "EUR") -> str:
    return f"{order}: {currency}"
```

## What the SDK does

`TypeError: Activity cannot have keyword-only arguments`, when the module is imported.

## References

* https://docs.temporal.io/develop/python/core-application#develop-activities
* https://docs.temporal.io/activities
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import ParamKind, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import DecoratedView


class ActivityKeywordOnly(Rule):
    code = "WFL514"
    name = "activity-keyword-only"
    severity = Severity.ERROR
    scope = Scope.ASYNC_ACTIVITY | Scope.SYNC_ACTIVITY
    since = "0.1"

    def check_decorated(self, at: DecoratedView) -> Iterable[Report]:
        """Each function that `activity.defn` is given as it is."""
        if not at.is_given_to("temporalio.activity.defn") or at.function is None:
            return
        params = at.function.head.params
        first = next((p.name for p in params if p.kind is ParamKind.KEYWORD), "")
        if first:
            yield Report(
                f"`{first}` of the activity `{at.name}` can only be given by keyword, and the SDK "
                "gives arguments by position: it refuses the activity when the module is imported"
            )
