"""A suppression comment names an unknown rule, or stands where it has no effect.

## What breaks

A misspelt code hides nothing, so the comment looks like an agreed exception while the diagnostic is
still reported, or comes back with the next change. A `file-ignore` after the first statement of a
file has no effect either.

## Bad

```python
from temporalio import workflow


@workflow.defn
class QuoteWorkflow:
    @workflow.run
    async def run(self) -> float:
        return workflow.time()  # wflint: ignore[WFL1001] the code has a digit too many
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

## What the SDK does

Nothing: the SDK does not read comments.

## References

* https://github.com/wflint/wflint/blob/main/docs/suppressions.md
"""

from __future__ import annotations

from wflint.rule import Rule, Scope, Severity


class UnknownRuleInSuppression(Rule):
    code = "WFL004"
    name = "unknown-rule-in-suppression"
    severity = Severity.WARNING
    scope = Scope.ANY
    since = "0.1"
    message = "there is no rule `{name}`; correct the code or remove the comment"
