"""A suppression comment hides nothing.

## What breaks

The code that a comment excused was fixed or moved, or the comment is on the wrong line. It now
suggests a fault that is not there. Worse, it will hide the next real one in the same place.

The code is judged only for rules that ran, and only when the whole project was looked at.

## Bad

```python
from temporalio import workflow


@workflow.defn
class QuoteWorkflow:
    @workflow.run
    async def run(self) -> float:
        return workflow.time()  # wflint: ignore[WFL101] read from the SDK
```

## Good

```python
from temporalio import workflow


@workflow.defn
class QuoteWorkflow:
    @workflow.run
    async def run(self) -> float:
        return workflow.time()
```

## Fix safety

The fix removes the comment, or the unused code from its list. Comments do not change what a program
does, so the fix is safe.

## What the SDK does

Nothing: the SDK does not read comments.

## References

* https://github.com/wflint/wflint/blob/main/docs/suppressions.md
"""

from __future__ import annotations

from wflint.rule import Fixable, Rule, Scope, Severity


class UnusedSuppression(Rule):
    code = "WFL002"
    name = "unused-suppression"
    severity = Severity.WARNING
    scope = Scope.ANY
    fix = Fixable.SAFE
    since = "0.1"
    message = "`{name}` is suppressed here but not reported; remove the comment"
